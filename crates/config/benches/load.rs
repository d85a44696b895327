//! A configuration read.
#![allow(clippy::unwrap_used, reason = "what fails here stops the benchmark")]

use divan::{Bencher, black_box};
use stagedoor_config::{ConfigFiles, Environment, Known, load};

fn main() {
    divan::main();
}

/// Two files as Backstage has them: one for all, one for production.
#[divan::bench(args = [1, 20])]
fn two_files(bencher: Bencher<'_, '_>, providers: usize) {
    let directory = tempfile::tempdir().unwrap();
    let files =
        ["app-config.yaml", "app-config.production.yaml"].map(|name| directory.path().join(name));
    std::fs::write(&files[0], everywhere(providers)).unwrap();
    std::fs::write(&files[1], PRODUCTION).unwrap();
    let files = ConfigFiles::explicit(files);
    let env = Environment::from_iter([("AUTH_SECRET", "a secret of the environment")]);
    let known = Known::default();
    bencher.bench(|| load(black_box(&files), &env, &known).unwrap());
}

fn everywhere(providers: usize) -> String {
    let provider = |n: usize| {
        format!(
            "    provider-{n}:
      production:
        clientId: backstage
        clientSecret: ${{AUTH_SECRET}}
        metadataUrl: https://sso.example.com/realms/r{n}
        prompt: auto
        signIn:
          resolvers:
            - resolver: emailMatchingUserEntityProfileEmail
"
        )
    };
    let providers: String = (0..providers).map(provider).collect();
    format!(
        "app: {{ title: Example, baseUrl: http://localhost:3000 }}
backend:
  baseUrl: http://localhost:7007
  database: {{ client: better-sqlite3, connection: ':memory:' }}
auth:
  environment: production
  session: {{ secret: '${{AUTH_SECRET}}' }}
  providers:
{providers}"
    )
}

const PRODUCTION: &str = "app: { baseUrl: https://backstage.example.com }
backend:
  baseUrl: https://backstage.example.com
";
