//! `stagedoor sessions list`

use clap::Args;
use stagedoor_signin::session::SessionSummary;

use super::{Place, SessionsError, Whose, print};
use crate::cli::config_args::ConfigArgs;

/// How many sessions are read at a time.
const PAGE: u32 = 200;

/// Which sessions, and how to tell.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    whose: Whose,
    /// Show no more than this many.
    #[arg(long, value_name = "COUNT", default_value_t = 1_000)]
    limit: usize,
    /// Print JSON, one session a line, instead of a table.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: ListArgs) -> Result<(), SessionsError> {
    let filter = args.whose.filter()?;
    let place = Place::open(args.config).await?;
    let sessions = place.sessions();
    let (mut after, mut shown) = (None, 0);
    while shown < args.limit {
        let wanted = u32::try_from(args.limit - shown).unwrap_or(PAGE).min(PAGE);
        let page = sessions.list(&filter, after.as_ref(), wanted).await?;
        for session in &page.sessions {
            if !args.json && shown == 0 {
                print(&row([
                    "ID",
                    "USER",
                    "PROVIDER",
                    "SIGNED IN",
                    "REFRESHED",
                    "EXPIRES",
                ]));
            }
            shown += 1;
            print(&match args.json {
                true => line(session),
                false => columns(session),
            });
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if shown == 0 && !args.json {
        print("no sessions\n");
    }
    if after.is_some() {
        eprintln!("stagedoor: there are more than {shown}, see --limit");
    }
    Ok(())
}

fn line(session: &SessionSummary) -> String {
    // These plain types can always be written.
    let json = serde_json::to_string(session).unwrap_or_default();
    format!("{json}\n")
}

fn columns(session: &SessionSummary) -> String {
    // Without a User, whom the provider says it is.
    let user = session.user.as_deref().unwrap_or(&session.subject);
    let time = |time: jiff::Timestamp| time.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
    row([
        &session.id,
        &printable(user),
        &format!("{}/{}", session.provider, session.environment),
        &time(session.created_at),
        &time(session.refreshed_at),
        &time(session.expires_at),
    ])
}

fn row(cells: [&str; 6]) -> String {
    let [id, user, provider, created, refreshed, expires] = cells;
    format!("{id:32}  {user:28}  {provider:24}  {created:20}  {refreshed:20}  {expires}\n")
}

/// What a provider says somebody is called must not steer a terminal.
fn printable(text: &str) -> String {
    let replaced = text
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c });
    replaced.collect()
}
