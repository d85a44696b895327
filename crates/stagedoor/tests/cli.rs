//! `stagedoor serve` and `stagedoor dev` as processes: exit codes, and what is
//! said.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy allows these in #[test] functions, but not in what they share"
)]

mod support;

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output},
    time::{Duration, Instant},
};

use support::{exit_code, free_port, stagedoor, text};
use tempfile::TempDir;

const GOOD: &str = "
app: { baseUrl: 'http://localhost:3000' }
backend:
  baseUrl: http://localhost:7007
  listen: { host: 127.0.0.1, port: '${PORT}' }
  database: { client: better-sqlite3, connection: ':memory:' }
";

fn folder_with(config: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("app-config.yaml"), config).unwrap();
    folder
}

fn serve(folder: &Path, port: u16) -> Command {
    let mut command = stagedoor(folder);
    command.arg("serve").env("PORT", port.to_string());
    command
}

/// Ends the process with the test that started it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// Tells it to stop, and waits until it has.
    fn stopped_by(mut self, signal: &str) -> Output {
        let told = Command::new("sh")
            .args(["-c", &format!("kill {signal} {}", self.0.id())])
            .status();
        assert!(told.unwrap().success());
        let stopping = Instant::now();
        while self.0.try_wait().unwrap().is_none() {
            assert!(
                stopping.elapsed() < Duration::from_secs(60),
                "it does not stop"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut output = Output {
            status: self.0.wait().unwrap(),
            stdout: vec![],
            stderr: vec![],
        };
        let read = |mut from: Box<dyn std::io::Read>, to: &mut Vec<u8>| {
            from.read_to_end(to).unwrap();
        };
        if let Some(stdout) = self.0.stdout.take() {
            read(Box::new(stdout), &mut output.stdout);
        }
        if let Some(stderr) = self.0.stderr.take() {
            read(Box::new(stderr), &mut output.stderr);
        }
        output
    }
}

/// Asks until there is an answer.
async fn first_answer(url: &str) -> reqwest::Response {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    let asked = Instant::now();
    loop {
        match client.get(url).send().await {
            Ok(answer) => return answer,
            Err(error) => assert!(asked.elapsed() < Duration::from_secs(60), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[test]
fn every_mistake_is_one_line_with_its_place() {
    let folder = folder_with(
        "app: { baseUrl: nowhere }
backend:
  baseUrl: http://localhost:7007
  database: { client: oracle }
",
    );
    let output = serve(folder.path(), free_port()).output().unwrap();
    assert_eq!(exit_code(&output), 2);
    let said = text(&output.stderr);
    let places: Vec<_> = said
        .lines()
        .map(|line| {
            let (place, rest) = line.split_once(": ").unwrap();
            let key = rest.split_once(": ").unwrap().0;
            (place.rsplit('/').next().unwrap(), key)
        })
        .collect();
    assert_eq!(
        places,
        [
            ("app-config.yaml:1:17", "app.baseUrl"),
            ("app-config.yaml:4:23", "backend.database.client"),
        ],
        "{said}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn a_file_that_is_not_there_is_a_mistake() {
    let folder = TempDir::new().unwrap();
    let output = serve(folder.path(), free_port()).output().unwrap();
    assert_eq!(exit_code(&output), 2);
    assert!(text(&output.stderr).contains("app-config.yaml"));
}

#[test]
fn an_unknown_argument_is_a_mistake() {
    let output = stagedoor(Path::new(".")).arg("--none").output().unwrap();
    assert_eq!(exit_code(&output), 2);
}

#[test]
fn without_a_session_secret_production_does_not_start() {
    let folder = folder_with(GOOD);
    let mut command = serve(folder.path(), free_port());
    let output = command.env("NODE_ENV", "production").output().unwrap();
    assert_eq!(exit_code(&output), 2);
    let said = text(&output.stderr);
    assert!(
        said.contains("auth.session.secret: it is missing"),
        "{said}"
    );
}

#[test]
fn a_port_that_is_taken_is_a_failure_that_names_it() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let folder = folder_with(GOOD);
    let output = serve(folder.path(), port).output().unwrap();
    assert_eq!(exit_code(&output), 1);
    let said = text(&output.stderr);
    let expected = format!("stagedoor: cannot listen on 127.0.0.1:{port}: ");
    assert!(said.contains(&expected), "{said}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn it_stops_when_it_is_told_to() {
    for signal in ["-TERM", "-INT"] {
        let port = free_port();
        let folder = folder_with(GOOD);
        let server = Running(serve(folder.path(), port).spawn().unwrap());
        let url = format!("http://127.0.0.1:{port}/.backstage/health/v1/readiness");
        assert_eq!(first_answer(&url).await.status(), 200);
        let output = server.stopped_by(signal);
        assert_eq!(exit_code(&output), 0, "{signal}");
        assert!(text(&output.stderr).contains("stopped"));
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn dev_prints_one_line_with_a_link_that_is_soon_ready() {
    let (port, idp_port) = (free_port(), free_port());
    let folder = TempDir::new().unwrap();
    let mut command = stagedoor(folder.path());
    let (port, idp_port) = (port.to_string(), idp_port.to_string());
    command.args(["dev", "--port", &port, "--idp-port", &idp_port]);
    let started = Instant::now();
    let mut demo = Running(command.spawn().unwrap());
    let url = format!("http://localhost:{port}/");
    assert_eq!(first_answer(&url).await.status(), 200);
    let ready = started.elapsed();
    // A debug build, beside all the other tests.
    assert!(ready < Duration::from_secs(30), "{ready:?}");

    let mut stdout = BufReader::new(demo.0.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert!(line.contains(&url), "{line}");
    let output = demo.stopped_by("-TERM");
    assert_eq!(exit_code(&output), 0, "{}", text(&output.stderr));
    // It may say what it gave up as it was stopped so soon.
    assert!(
        !text(&output.stderr).contains("INFO"),
        "{}",
        text(&output.stderr)
    );
    let mut rest = String::new();
    stdout.read_line(&mut rest).unwrap();
    assert_eq!(rest, "", "one line");
}
