//! `--as claims.json`: claims as a provider would give them.

use std::{
    fs::File,
    io::{self, Read, stdin},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use stagedoor_oidc::{Claims, TokenSet};
use stagedoor_signin::authenticator::OidcResult;

/// No provider says more.
const MOST_BYTES: u64 = 1 << 20;

/// Why the claims can't be used. Says nothing of what is in them.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClaimsError {
    #[error("{}: {error}", .file.display())]
    Unreadable { file: PathBuf, error: io::Error },
    #[error("{}: it is longer than {MOST_BYTES} bytes", .0.display())]
    TooLong(PathBuf),
    #[error("{}:{line}:{column}: it is not JSON", .file.display())]
    NotJson {
        file: PathBuf,
        line: usize,
        column: usize,
    },
    #[error(
        "{}: expected the claims of userinfo as an object, or {{\"userinfo\": {{…}}, \"idToken\": {{…}}}}",
        .0.display()
    )]
    NotClaims(PathBuf),
}

/// Reads the claims in `file`, or on standard input for `-`.
pub(crate) fn read(file: &Path) -> Result<OidcResult, ClaimsError> {
    let unreadable = |error| ClaimsError::Unreadable {
        file: file.to_owned(),
        error,
    };
    let mut source: Box<dyn Read> = if file == Path::new("-") {
        Box::new(stdin())
    } else {
        Box::new(File::open(file).map_err(unreadable)?)
    };
    let mut bytes = Vec::new();
    let mut limited = source.by_ref().take(MOST_BYTES + 1);
    limited.read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(ClaimsError::TooLong(file.to_owned()));
    }
    let value: Value = serde_json::from_slice(&bytes).map_err(|error| ClaimsError::NotJson {
        file: file.to_owned(),
        line: error.line(),
        column: error.column(),
    })?;
    result_of(value).ok_or_else(|| ClaimsError::NotClaims(file.to_owned()))
}

/// Where there is no userinfo, the ID token speaks for it, as at a provider
/// without a userinfo endpoint.
fn result_of(value: Value) -> Option<OidcResult> {
    let Value::Object(mut given) = value else {
        return None;
    };
    let has_parts = !given.is_empty()
        && given
            .keys()
            .all(|key| key == "userinfo" || key == "idToken");
    if !has_parts {
        return Some(OidcResult {
            userinfo: given.into(),
            tokenset: tokens_with(None)?,
        });
    }
    let mut part = |key| match given.remove(key) {
        None => Some(None),
        Some(Value::Object(claims)) => Some(Some(claims)),
        Some(_) => None,
    };
    let (userinfo, id_token) = (part("userinfo")?, part("idToken")?);
    let userinfo = userinfo.or_else(|| id_token.clone());
    Some(OidcResult {
        userinfo: userinfo.map_or_else(Claims::empty, Claims::from),
        tokenset: tokens_with(id_token)?,
    })
}

/// Tokens around an ID token that nobody signed: resolvers only read it.
fn tokens_with(id_token: Option<Map<String, Value>>) -> Option<TokenSet> {
    let id_token = id_token.map(|claims| {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(json!({"alg": "RS256", "typ": "JWT"}));
        format!(
            "{header}.{}.{}",
            part(Value::Object(claims)),
            URL_SAFE_NO_PAD.encode("unsigned")
        )
    });
    let tokens = json!({
        "access_token": "",
        "token_type": "Bearer",
        "id_token": id_token,
    });
    serde_json::from_value(tokens).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(value: Value) -> OidcResult {
        result_of(value).unwrap()
    }

    #[test]
    fn an_object_is_userinfo() {
        let result = result(json!({"sub": "1", "userinfo": "a claim of that name"}));
        assert_eq!(result.userinfo.str("sub"), Some("1"));
        assert!(result.tokenset.id_token.is_none());
    }

    #[test]
    fn both_parts_can_be_given() {
        let result = result(json!({"userinfo": {"sub": "1"}, "idToken": {"sub": "1", "oid": "x"}}));
        assert_eq!(result.userinfo.get("oid"), None);
        let id_token = result.tokenset.id_token.unwrap();
        assert_eq!(id_token.claims().str("oid"), Some("x"));
    }

    #[test]
    fn an_id_token_alone_speaks_for_userinfo() {
        let result = result(json!({"idToken": {"sub": "1"}}));
        assert_eq!(result.userinfo.str("sub"), Some("1"));
    }

    #[test]
    fn anything_else_is_refused() {
        for other in [
            json!([]),
            json!("x"),
            json!({"userinfo": 1}),
            json!({"idToken": []}),
        ] {
            assert!(result_of(other).is_none());
        }
    }

    #[test]
    fn messages_hold_nothing_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("claims.json");
        std::fs::write(&file, "{\"email\":\n hunter2}").unwrap();
        let message = read(&file).unwrap_err().to_string();
        assert!(
            message.ends_with("claims.json:2:2: it is not JSON"),
            "{message}"
        );
        std::fs::write(&file, "\"hunter2\"").unwrap();
        let message = read(&file).unwrap_err().to_string();
        assert!(!message.contains("hunter2"), "{message}");
        assert!(read(&folder.path().join("none.json")).is_err());
    }
}
