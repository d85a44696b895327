//! `stagedoor login`

use std::{process::ExitCode, sync::Arc, time::Duration};

use clap::Args;
use stagedoor_client::{
    auth::{AuthConnector, AuthProviderInfo, OAuth2Session, Scopes},
    native::{LoopbackAuthConnector, LoopbackOptions},
};

use super::{AccountError, WhereArgs, browser, ended, place::Place, print, said};

/// Signs you in with your browser.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stagedoor login --url https://backstage.example.com
  curl -H \"Authorization: Bearer $(stagedoor token)\" https://backstage.example.com/api/catalog/entities

The server has to let it: stagedoor.nativeClients must name stagedoor-cli. The
variable BROWSER chooses the browser.")]
pub(in crate::cli) struct LoginArgs {
    #[command(flatten)]
    at: WhereArgs,
    /// The provider to sign in with; without it you choose on the page.
    #[arg(long, value_name = "ID")]
    provider: Option<String>,
    /// The environment of the provider; without it, the server's own.
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// Only print the link, to open it yourself. It must be opened on this
    /// machine.
    #[arg(long)]
    no_browser: bool,
    /// How long to wait for you, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(in crate::cli) async fn run(args: LoginArgs) -> ExitCode {
    ended(sign_in(args).await)
}

async fn sign_in(args: LoginArgs) -> Result<(), AccountError> {
    let place = args.at.place()?;
    if place.is_unencrypted() {
        eprintln!(
            "warning: {} is not https: whoever is on the way can read your token",
            place.base_url()
        );
    }
    let patience = Duration::from_secs(args.timeout);
    let provider = args
        .provider
        .map(|id| AuthProviderInfo::new(id.clone(), id));
    let connector = LoopbackAuthConnector::new(LoopbackOptions {
        provider,
        environment: args.env,
        browser: Arc::new(browser::Announcing {
            open: !args.no_browser,
        }),
        patience,
        ..args.at.options(&place)?
    });
    let connector = connector.map_err(AccountError::Auth)?;
    let session = wait(&connector, &place, patience).await?;
    if args.json {
        print(&format!("{:#}\n", said::as_json(&session, &place)?));
    } else {
        print(&format!(
            "Signed in as {}",
            said::as_text(&session, &place)?
        ));
    }
    Ok(())
}

async fn wait(
    connector: &LoopbackAuthConnector,
    place: &Place,
    patience: Duration,
) -> Result<OAuth2Session, AccountError> {
    let scopes = Scopes::NONE;
    let outcome = tokio::select! {
        biased;
        outcome = connector.create_session(&scopes) => outcome,
        () = browser::progress(patience) => return Err(AccountError::NotSignedIn {
            base_url: place.base_url().to_owned(),
        }),
    };
    browser::done();
    outcome.map_err(|error| AccountError::of(error, place))
}
