//! `auth.session.secret`: there, and hard to guess.

use stagedoor_ambient::Entropy;
use stagedoor_config::Settings;

use super::Finding;
use crate::parts;

const CHECK: &str = "strength";
const HOW: &str = "set it to the output of `openssl rand -base64 32`";

pub(super) fn check(
    settings: &Settings,
    node_env: Option<&str>,
    entropy: &dyn Entropy,
) -> Vec<Finding> {
    if let Err(error) = parts::keychain(settings, node_env, entropy) {
        return vec![Finding::start_error(CHECK, &error)];
    }
    let secrets = &settings.auth.session_secrets;
    if secrets.is_empty() {
        let what =
            "it is not set: sessions end with the process, and no second node can share them";
        return vec![Finding::warning(CHECK, what, HOW)];
    }
    let mut findings: Vec<_> = secrets
        .iter()
        .enumerate()
        .filter_map(|(index, secret)| Some((index, parts::weakness(secret)?)))
        .map(|(index, weakness)| {
            let which = match secrets.len() {
                1 => "it".to_owned(),
                count => format!("secret {} of {count}", index + 1),
            };
            let what = format!("{which} {weakness}: it can be guessed from a sealed cookie");
            if parts::in_production(settings, node_env) {
                Finding::failure(CHECK, what, HOW)
            } else {
                Finding::warning(CHECK, what, HOW)
            }
        })
        .collect();
    if findings.is_empty() {
        let what = match secrets.len() {
            1 => "set, long and varied".to_owned(),
            count => format!("{count} secrets, long and varied: the first seals, all open"),
        };
        findings.push(Finding::ok(CHECK, what));
    }
    findings
}
