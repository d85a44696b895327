//! Shows a page to the person.

use std::process::{Command, Stdio};

use url::Url;

use crate::auth::AuthError;

/// Shows the page where somebody signs in.
pub trait Browser: Send + Sync + 'static {
    /// Shows `url`, without waiting for what becomes of it.
    ///
    /// # Errors
    /// When it can't be shown.
    fn open(&self, url: &Url) -> Result<(), AuthError>;
}

/// The browser that the environment variable `BROWSER` names, or else the
/// system's own.
///
/// `BROWSER` is a list of commands with `:` between them, the first that starts
/// is taken; `%s` in one stands for the address, which else comes last.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemBrowser;

impl Browser for SystemBrowser {
    fn open(&self, url: &Url) -> Result<(), AuthError> {
        let named = std::env::var("BROWSER").unwrap_or_default();
        let mut started = Err(std::io::Error::other("there is none"));
        for command in named
            .split(':')
            .filter(|command| !command.trim().is_empty())
        {
            started = start(of_variable(command, url));
            if started.is_ok() {
                return Ok(());
            }
        }
        if named.trim().is_empty() {
            started = start(of_system(url));
        }
        started.map_err(|error| AuthError::local("no browser could be started", error))
    }
}

fn of_variable(command: &str, url: &Url) -> Option<Command> {
    let mut words = command.split_whitespace();
    let mut process = Command::new(words.next()?);
    let mut named = false;
    for word in words {
        named |= word.contains("%s");
        process.arg(word.replace("%s", url.as_str()));
    }
    if !named {
        process.arg(url.as_str());
    }
    Some(process)
}

/// None of these goes through a shell, which would read the address its way.
fn of_system(url: &Url) -> Option<Command> {
    let (program, before): (&str, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("rundll32", &["url.dll,FileProtocolHandler"]),
        _ => ("xdg-open", &[]),
    };
    let mut process = Command::new(program);
    process.args(before).arg(url.as_str());
    Some(process)
}

fn start(process: Option<Command>) -> std::io::Result<()> {
    let mut process = process.ok_or_else(|| std::io::Error::other("no command"))?;
    let started = process
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    // Waited for in a thread of its own, so that it leaves nothing behind.
    std::thread::spawn(move || {
        let mut started = started;
        let _ = started.wait();
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_stands_where_the_variable_says_or_last() {
        let url = Url::parse("http://localhost:7007/?a=b&c=d").unwrap();
        let words = |command: &str| {
            let process = of_variable(command, &url).unwrap();
            let arguments = process
                .get_args()
                .map(|word| word.to_str().unwrap().to_owned());
            arguments.collect::<Vec<_>>()
        };
        assert_eq!(words("firefox"), [url.as_str()]);
        assert_eq!(words("x --new %s -q"), ["--new", url.as_str(), "-q"]);
        assert!(of_variable(" ", &url).is_none());
    }
}
