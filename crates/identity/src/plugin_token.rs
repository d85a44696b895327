//! Plugin tokens: what one plugin's backend shows another (contract §10a).

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::signing_key::SigningKey;
use crate::user_token::IssueError;
use crate::{BackstageToken, jws, token_type};

/// How long a plugin token is valid.
pub const PLUGIN_TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// Issues plugin tokens, as Backstage's `PluginTokenHandler` does.
#[derive(Debug, Clone, Copy, Default)]
pub struct PluginTokenIssuer;

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

impl PluginTokenIssuer {
    /// A token with which the plugin `subject` (for us: `auth`) calls the
    /// plugin `audience` (for example `catalog`), valid from `now` for
    /// [`PLUGIN_TOKEN_LIFETIME`].
    ///
    /// # Errors
    /// When `key` fails.
    pub fn issue(
        key: &SigningKey,
        subject: &str,
        audience: &str,
        now: Timestamp,
    ) -> Result<BackstageToken, IssueError> {
        let iat = now.as_second();
        let claims = Claims {
            sub: subject,
            aud: audience,
            iat,
            exp: iat.saturating_add(PLUGIN_TOKEN_LIFETIME.as_secs()),
        };
        let token = jws::sign(key, token_type::PLUGIN, &claims)?;
        Ok(BackstageToken::new(token))
    }
}
