//! A configuration with which all is well, its surroundings, and a run of the
//! command.

use std::{path::Path, process::Output, sync::Arc, time::Duration};

use serde_json::{Map, Value};
use stagedoor_ambient::{SystemClock, SystemEntropy};
use stagedoor_demo_idp::{Control, DemoClient, DemoIdp, DemoSettings, Misbehave};
use tempfile::TempDir;

use crate::support::{exit_code, free_port, stagedoor, text};

pub(crate) const SECRETS: [&str; 3] = [
    "kM3u0Yq1tF8wZ2pXn6bRc7sVjQe4hLdA9gTyUoIiWzE=",
    "client-hunter2",
    "token-hunter2",
];

/// Everything a check looks at.
pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) idp: Control,
    pub(crate) idp_port: u16,
    /// `backend.listen`
    pub(crate) port: u16,
    /// Read over the good configuration.
    overrides: Option<String>,
    environment: Vec<(&'static str, String)>,
}

impl House {
    pub(crate) async fn new() -> Self {
        let mut settings = DemoSettings::on(([127, 0, 0, 1], 0).into());
        settings.clients.push(DemoClient {
            client_id: "backstage".to_owned(),
            client_secret: Some(SECRETS[1].into()),
            redirect_uris: vec![],
            post_logout_redirect_uris: vec![],
        });
        let entropy = Arc::new(SystemEntropy::default());
        let idp = DemoIdp::bind(settings, Arc::new(SystemClock), entropy);
        let idp = idp.await.unwrap();
        let (control, idp_port) = (idp.control(), idp.local_addr().port());
        tokio::spawn(idp.serve(std::future::pending()));
        let house = Self {
            folder: TempDir::new().unwrap(),
            idp: control,
            idp_port,
            port: free_port(),
            overrides: None,
            environment: Vec::new(),
        };
        house.write("app-config.yaml", &house.good());
        house.write("people.yaml", PEOPLE);
        house
    }

    /// The good configuration with `yaml` read over it.
    pub(crate) async fn with(yaml: &str) -> Self {
        let mut house = Self::new().await;
        house.put(yaml);
        house
    }

    /// Reads `yaml` over the good configuration.
    pub(crate) fn put(&mut self, yaml: &str) {
        self.write("override.yaml", yaml);
        self.overrides = Some("override.yaml".to_owned());
    }

    pub(crate) fn set(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        std::fs::write(self.path().join(name), content).unwrap();
    }

    /// Takes a line out of the good configuration.
    pub(crate) fn leave_out(&self, key: &str) {
        let good = self.good();
        let lines = good.lines().filter(|line| !line.contains(key));
        self.write("app-config.yaml", &lines.collect::<Vec<_>>().join("\n"));
    }

    fn good(&self) -> String {
        format!(
            "app: {{ baseUrl: 'http://localhost:3000' }}
backend:
  baseUrl: http://localhost:{port}
  listen: {{ host: 127.0.0.1, port: {port} }}
  cors: {{ origin: 'http://localhost:3000', credentials: true }}
  database: {{ client: better-sqlite3, connection: {{ directory: ./data }} }}
auth:
  session: {{ secret: {secret} }}
  providers:
    oidc:
      development:
        clientId: backstage
        clientSecret: {client_secret}
        metadataUrl: http://localhost:{idp}
        timeout: {{ seconds: 3 }}
        prompt: auto
        signIn:
          resolvers:
            - resolver: emailMatchingUserEntityProfileEmail
            - resolver: preferredUsernameMatchingUserEntityName
catalog:
  locations:
    - {{ type: file, target: ./people.yaml }}
",
            port = self.port,
            idp = self.idp_port,
            secret = SECRETS[0],
            client_secret = SECRETS[1],
        )
    }

    /// Runs `stagedoor check` with `args`.
    pub(crate) async fn run(&self, args: &[&str]) -> Run {
        let mut command = stagedoor(self.path());
        command.args(["check", "--config", "app-config.yaml"]);
        if let Some(overrides) = &self.overrides {
            command.args(["--config", overrides]);
        }
        command.args(args);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let running = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = tokio::time::timeout(Duration::from_secs(60), running).await;
        self.told(&output.unwrap().unwrap())
    }

    /// The findings, as JSON.
    pub(crate) async fn check(&self) -> Run {
        self.run(&["--json"]).await
    }

    fn told(&self, output: &Output) -> Run {
        let stable = |bytes: &[u8]| {
            let said = text(bytes);
            for secret in SECRETS {
                assert!(!said.contains(secret), "{said}");
            }
            let folder = self.path().canonicalize().unwrap();
            let said = without_migrations(&said);
            said.replace(folder.to_str().unwrap(), "[folder]")
                .replace(self.path().to_str().unwrap(), "[folder]")
                .replace(&self.port.to_string(), "[port]")
                .replace(&self.idp_port.to_string(), "[idp]")
        };
        Run {
            exit_code: exit_code(output),
            stdout: stable(&output.stdout),
            stderr: stable(&output.stderr),
        }
    }
}

/// Every release may add one.
fn without_migrations(said: &str) -> String {
    let pending = "pending, run at the next start: ";
    let Some((before, after)) = said.split_once(pending) else {
        return said.to_owned();
    };
    let end = after.find(['"', '\n']).unwrap_or(after.len());
    format!("{before}{pending}[migrations]{}", &after[end..])
}

/// What a run said, with what differs from run to run taken out.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) exit_code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The findings that are not as they should be, as
    /// `level subject, check: what`.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let json = self.json();
        let findings = json["findings"].as_array().unwrap().iter();
        let complaints = findings.filter(|finding| finding["level"] != "ok");
        complaints.map(line).collect()
    }

    /// Expects just one complaint.
    #[track_caller]
    pub(crate) fn complains(&self, exit_code: i32, start: &str, part: &str) {
        let complaints = self.complaints();
        assert_eq!(complaints.len(), 1, "{complaints:#?}");
        assert!(complaints[0].starts_with(start), "{complaints:#?}");
        assert!(complaints[0].contains(part), "{complaints:#?}");
        assert_eq!(self.exit_code, exit_code, "{self:?}");
        assert_eq!(self.json()["exitCode"], exit_code);
    }

    /// Expects a finding.
    #[track_caller]
    pub(crate) fn finds(&self, start: &str, part: &str) {
        let json = self.json();
        let findings = json["findings"].as_array().unwrap();
        let findings: Vec<_> = findings.iter().map(line).collect();
        let found = |line: &String| line.starts_with(start) && line.contains(part);
        assert!(findings.iter().any(found), "{findings:#?}");
    }
}

fn line(finding: &Value) -> String {
    let text = |key: &str| finding[key].as_str().unwrap_or("-").to_owned();
    let [level, subject, check, what, todo] =
        ["level", "subject", "check", "what", "todo"].map(text);
    format!("{level} {subject}, {check}: {what} -> {todo}")
}

/// Changes the provider's discovery document.
pub(crate) struct Document<F>(pub(crate) F);

impl<F> std::fmt::Debug for Document<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Document")
    }
}

impl<F: Fn(&mut Map<String, Value>) + Send + Sync + 'static> Misbehave for Document<F> {
    fn discovery(&self, document: &mut Map<String, Value>) {
        self.0(document);
    }
}

pub(crate) const PEOPLE: &str = "apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: analysts }
spec: { type: team, children: [] }
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: ada }
spec: { profile: { email: ada@example.com }, memberOf: [analysts] }
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: grace }
spec: { profile: { email: grace@example.com }, memberOf: [] }
";
