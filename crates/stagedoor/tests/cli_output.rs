//! What commands print for shells, readers and other programs.
#![allow(
    clippy::unwrap_used,
    reason = "clippy allows these in #[test] functions, but not in what they share"
)]

mod support;

use std::{path::Path, process::Output, time::Duration};

use serde_json::Value;
use support::{exit_code, free_port, stagedoor, text};
use tempfile::TempDir;

const COMMANDS: [&str; 12] = [
    "serve",
    "dev",
    "check",
    "health",
    "login",
    "logout",
    "whoami",
    "token",
    "sessions",
    "keys",
    "completions",
    "man",
];

fn said(args: &[&str]) -> String {
    let output = stagedoor(Path::new(".")).args(args).output().unwrap();
    assert_eq!(exit_code(&output), 0, "{args:?}: {}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "{args:?}");
    text(&output.stdout)
}

#[test]
fn these_are_all_the_commands() {
    let help = said(&["--help"]);
    let (_, listed) = help.split_once("Commands:\n").unwrap();
    let (listed, _) = listed.split_once("\n\n").unwrap();
    let names = listed.lines().filter_map(|line| {
        let name = line.strip_prefix("  ")?;
        (!name.starts_with(' ')).then(|| name.split(' ').next())?
    });
    let names: Vec<_> = names.filter(|name| *name != "help").collect();
    assert_eq!(names, COMMANDS);
}

#[test]
fn every_command_is_completed_in_every_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let script = said(&["completions", shell]);
        for command in COMMANDS {
            assert!(script.contains(command), "{shell}: {command}");
        }
        for option in ["config", "json", "user", "log-format"] {
            assert!(script.contains(option), "{shell}: --{option}");
        }
    }
    let output = stagedoor(Path::new("."))
        .args(["completions", "tcsh"])
        .output();
    assert_eq!(exit_code(&output.unwrap()), 2);
}

#[test]
fn bash_takes_its_completions() {
    let script = said(&["completions", "bash"]);
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("completions"), script).unwrap();
    let ask = "set -eu; . ./completions; COMP_WORDS=(stagedoor sess); COMP_CWORD=1; COMPREPLY=(); \
               _stagedoor stagedoor sess stagedoor; echo \"${COMPREPLY[@]}\"";
    let bash = std::process::Command::new("bash")
        .args(["-c", ask])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(
        text(&bash.stdout).trim(),
        "sessions",
        "{}",
        text(&bash.stderr)
    );
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let page = said(&["man"]);
    assert!(page.contains(".TH stagedoor 1"), "{page}");
    for command in COMMANDS {
        assert!(page.contains(command), "{command}");
    }
    let folder = TempDir::new().unwrap();
    said(&["man", "--folder", folder.path().to_str().unwrap()]);
    for command in COMMANDS.into_iter().chain(["sessions-list", "keys-list"]) {
        let page = folder.path().join(format!("stagedoor-{command}.1"));
        let page = std::fs::read_to_string(page).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{command}");
    }
    let nowhere = ["man", "--folder", "/nonexistent/folder"];
    let output = stagedoor(Path::new(".")).args(nowhere).output().unwrap();
    assert_eq!(exit_code(&output), 1);
    assert!(text(&output.stderr).contains("/nonexistent/folder"));
}

#[test]
fn nothing_is_coloured_but_on_a_terminal() {
    for args in [
        ["--help"].as_slice(),
        &["man"],
        &["completions", "fish"],
        &["sessions", "--help"],
    ] {
        assert!(!said(args).contains('\u{1b}'), "{args:?}");
    }
    let mistaken = |name: &str, value: &str| {
        let mut command = stagedoor(Path::new("."));
        let output = command.arg("serv").env(name, value).output().unwrap();
        assert_eq!(exit_code(&output), 2);
        text(&output.stderr).contains('\u{1b}')
    };
    assert!(!mistaken("TERM", "xterm-256color"), "no terminal");
    assert!(mistaken("CLICOLOR_FORCE", "1"), "forced");
    assert!(!mistaken("NO_COLOR", "1"), "NO_COLOR");
}

/// On a terminal of its own, which `script` gives it.
#[cfg(target_os = "linux")]
#[test]
fn what_a_terminal_is_told_is_coloured_unless_it_wants_no_colours() {
    let house = House::new("");
    let mistaken = TempDir::new().unwrap();
    std::fs::write(mistaken.path().join("app-config.yaml"), "app: 1\n").unwrap();
    let on_terminal = |folder: &Path, command: &str, no_color: bool| {
        let stagedoor = env!("CARGO_BIN_EXE_stagedoor");
        let mut script = std::process::Command::new("script");
        script
            .args(["-qec", &format!("{stagedoor} {command}"), "/dev/null"])
            .env("TERM", "xterm-256color")
            .env_remove("NO_COLOR")
            .env("STAGEDOOR_LOG", "warn")
            .current_dir(folder)
            .stdin(std::process::Stdio::null());
        if no_color {
            script.env("NO_COLOR", "1");
        }
        text(&script.output().unwrap().stdout)
    };
    // A log line, an error of the command line, mistakes in a file, and a table.
    let taken = std::net::TcpListener::bind(("127.0.0.1", house.port)).unwrap();
    for (folder, command) in [
        (house.folder.path(), "serve"),
        (house.folder.path(), "serv"),
        (mistaken.path(), "serve"),
        (house.folder.path(), "check"),
        (house.folder.path(), "--help"),
    ] {
        let coloured = on_terminal(folder, command, false);
        assert!(coloured.contains("\u{1b}["), "{command}: {coloured}");
        // Bold and underlined are no colours.
        let plain = on_terminal(folder, command, true);
        assert!(!plain.contains("\u{1b}[3"), "{command}: {plain}");
    }
    drop(taken);
}

/// A server's configuration, in a folder of its own.
struct House {
    folder: TempDir,
    port: u16,
}

impl House {
    fn new(more: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let port = free_port();
        let config = format!(
            "
app: {{ baseUrl: 'http://localhost:3000' }}
backend:
  baseUrl: http://localhost:{port}
  listen: {{ host: 127.0.0.1, port: {port} }}
  database: {{ client: better-sqlite3, connection: {{ directory: db }} }}
auth:
  session: {{ secret: only-for-this-test-but-long-enough }}
{more}"
        );
        std::fs::write(folder.path().join("app-config.yaml"), config).unwrap();
        Self { folder, port }
    }

    fn keys(&self, args: &[&str]) -> Output {
        let mut command = stagedoor(self.folder.path());
        command.args(["keys", "list"]).args(args).output().unwrap()
    }

    /// What the server publishes, once it serves.
    async fn published(&self) -> Value {
        let url = format!(
            "http://127.0.0.1:{}/api/auth/.well-known/jwks.json",
            self.port
        );
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        for _ in 0..1_000 {
            if let Ok(answer) = client.get(&url).send().await {
                let keys: Value = answer.json().await.unwrap();
                if keys["keys"].as_array().is_some_and(|keys| !keys.is_empty()) {
                    return keys;
                }
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        Value::Null
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_those_that_the_server_publishes() {
    let house = House::new("");
    let mut server = stagedoor(house.folder.path()).arg("serve").spawn().unwrap();
    let published = house.published().await;
    let (json, table) = (house.keys(&["--json"]), house.keys(&[]));
    server.kill().unwrap();
    server.wait().unwrap();

    assert_eq!(exit_code(&json), 0, "{}", text(&json.stderr));
    let lines: Vec<Value> = text(&json.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of_users = lines.iter().filter(|key| key["purpose"] == "user_tokens");
    let kids: Vec<_> = of_users.clone().map(|key| &key["kid"]).collect();
    assert_eq!(kids, [&published["keys"][0]["kid"]]);
    for key in of_users {
        assert_eq!(key["algorithm"], "ES256");
        let time = |name: &str| key[name].as_str().unwrap().parse::<jiff::Timestamp>();
        let published_for = time("publishedUntil").unwrap() - time("createdAt").unwrap();
        assert_eq!(published_for.as_secs(), 3 * 3_600, "{key}");
        assert!(key.get("d").is_none() && key.get("key").is_none(), "{key}");
    }
    let table = text(&table.stdout);
    assert!(table.starts_with("KID "), "{table}");
    assert!(table.contains(kids[0].as_str().unwrap()), "{table}");
    assert_eq!(table.lines().count(), lines.len() + 1);
}

#[test]
fn keys_that_nobody_made_and_keys_in_memory() {
    let output = House::new("").keys(&[]);
    assert_eq!(
        (exit_code(&output), text(&output.stdout)),
        (0, "no keys\n".to_owned())
    );
    let output = House::new("").keys(&["--json"]);
    assert_eq!(
        (exit_code(&output), text(&output.stdout)),
        (0, String::new())
    );
    let output = House::new("  keyStore: { provider: memory }\n").keys(&[]);
    assert!(text(&output.stderr).contains("keys of user tokens are in memory"));

    let house = House::new("");
    let config = house.folder.path().join("app-config.yaml");
    let in_memory = std::fs::read_to_string(&config)
        .unwrap()
        .replace("{ directory: db }", "':memory:'");
    std::fs::write(config, in_memory).unwrap();
    let output = house.keys(&[]);
    assert_eq!(exit_code(&output), 1);
    assert!(text(&output.stderr).contains("backend.database is in memory"));
}
