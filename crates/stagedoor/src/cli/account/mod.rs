//! `stagedoor login`, `logout`, `whoami`, `token`: who somebody is, on their own
//! machine.

mod browser;
mod login;
mod logout;
mod place;
mod said;
mod token;
mod whoami;

use std::{io::Write, process::ExitCode, sync::Arc};

use clap::Args;
use stagedoor_client::{
    auth::{AuthConnector, AuthError, OAuth2Session, Scopes},
    discovery::UrlPatternDiscovery,
    native::{FileSessionStore, LoopbackAuthConnector, LoopbackOptions},
};
use url::Url;

pub(super) use login::{LoginArgs, run as login};
pub(super) use logout::{LogoutArgs, run as logout};
pub(super) use token::{TokenArgs, run as token};
pub(super) use whoami::{WhoamiArgs, run as whoami};

use place::{Place, PlaceError};

/// At which Backstage, and as which program.
#[derive(Debug, Args)]
struct WhereArgs {
    /// The address of the Backstage backend (backend.baseUrl). Without it, where
    /// you are signed in, if that is one place.
    #[arg(long, value_name = "URL", env = "STAGEDOOR_URL")]
    url: Option<Url>,
    /// What the program is called in stagedoor.nativeClients of the server.
    #[arg(long, value_name = "ID", default_value = "stagedoor-cli")]
    client_id: String,
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
enum AccountError {
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error("nobody is signed in at {base_url}: run stagedoor login --url {base_url}")]
    NotSignedIn { base_url: String },
    #[error("{}", said::whole(.0))]
    Auth(AuthError),
    #[error("{0} does not sign in to Backstage: it gives no Backstage token")]
    NoIdentity(String),
}

impl AccountError {
    /// Says for people what `error` means at `place`.
    fn of(error: AuthError, place: &Place) -> Self {
        match error {
            AuthError::NotSignedIn => Self::NotSignedIn {
                base_url: place.base_url().to_owned(),
            },
            error => Self::Auth(error),
        }
    }
}

impl WhereArgs {
    fn place(&self) -> Result<Place, AccountError> {
        Ok(match &self.url {
            Some(url) => Place::of(url)?,
            None => Place::only()?,
        })
    }

    /// How sessions at `place` are kept and go on.
    fn options(&self, place: &Place) -> Result<LoopbackOptions, AccountError> {
        let discovery = UrlPatternDiscovery::of_backend(place.base_url());
        let discovery = discovery
            .map_err(|error| AuthError::local("the address is not usable", error))
            .map_err(AccountError::Auth)?;
        Ok(LoopbackOptions {
            store: Arc::new(FileSessionStore::new(place.file())),
            ..LoopbackOptions::new(Arc::new(discovery), self.client_id.clone())
        })
    }

    fn connector(&self, place: &Place) -> Result<LoopbackAuthConnector, AccountError> {
        LoopbackAuthConnector::new(self.options(place)?).map_err(AccountError::Auth)
    }

    /// The session that is kept, refreshed when its token is about to end, and
    /// where it is.
    async fn session(&self) -> Result<(Place, OAuth2Session), AccountError> {
        let place = self.place()?;
        let refreshed = self.connector(&place)?.refresh_session(&Scopes::NONE).await;
        match refreshed {
            Ok(session) => Ok((place, session)),
            Err(error) => Err(AccountError::of(error, &place)),
        }
    }
}

/// Ends a command.
fn ended(outcome: Result<(), AccountError>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => super::report::failed(&error),
    }
}

/// To standard output; colours only on a terminal, and not with `NO_COLOR`.
fn print(text: &str) {
    // Nobody may be reading any more.
    let _ = anstream::stdout().write_all(text.as_bytes());
}
