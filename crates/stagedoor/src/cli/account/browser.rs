//! Shows the page, and says so.

use std::{
    io::{IsTerminal, Write, stderr},
    time::{Duration, Instant},
};

use stagedoor_client::{
    auth::AuthError,
    native::{Browser, SystemBrowser},
};
use url::Url;

/// Says where to sign in, and opens it unless that is not wanted.
pub(super) struct Announcing {
    pub(super) open: bool,
}

impl Browser for Announcing {
    fn open(&self, url: &Url) -> Result<(), AuthError> {
        let opened = self.open.then(|| SystemBrowser.open(url));
        let said = match opened {
            Some(Ok(())) => {
                "Your browser opens to sign you in. If it does not, open this link on this machine:"
            }
            Some(Err(_)) => {
                "No browser could be started. Open this link on this machine to sign in:"
            }
            None => "Open this link on this machine to sign in:",
        };
        eprintln!("{said}\n\n  {url}\n");
        Ok(())
    }
}

/// Tells, on a terminal, that it is still waited for and for how long; for as
/// long as it is polled.
pub(super) async fn progress(patience: Duration) {
    let end = Instant::now() + patience;
    let on_terminal = stderr().is_terminal();
    if !on_terminal {
        eprintln!("Waiting for you to sign in…");
    }
    loop {
        if on_terminal {
            let left = end.saturating_duration_since(Instant::now()).as_secs();
            eprint!(
                "\rWaiting for you to sign in… {}:{:02} ",
                left / 60,
                left % 60
            );
            let _ = stderr().flush();
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Takes the line of [`progress`] away.
pub(super) fn done() {
    if stderr().is_terminal() {
        eprint!("\r\x1b[K");
        let _ = stderr().flush();
    }
}
