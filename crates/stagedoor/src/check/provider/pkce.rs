//! PKCE (RFC 7636): the provider knows the method that is always used.

use super::announced::Announced;
use crate::check::Finding;

const CHECK: &str = "PKCE";
const METHOD: &str = "S256";

pub(super) fn check(announced: Option<&Announced>) -> Finding {
    let methods = announced.and_then(|a| a.code_challenge_methods_supported.as_ref());
    match methods {
        Some(methods) if methods.iter().any(|method| method == METHOD) => {
            Finding::ok(CHECK, format!("{METHOD} is offered"))
        }
        Some(methods) if !methods.is_empty() => Finding::failure(
            CHECK,
            format!(
                "{METHOD} is always used, and the provider offers only {}",
                methods.join(", ")
            ),
            format!("let the provider offer {METHOD} to this client"),
        ),
        _ => Finding::warning(
            CHECK,
            format!(
                "the provider does not say whether it knows PKCE; {METHOD} is used all the same"
            ),
            "turn PKCE on for this client, if the provider can",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    fn level(methods: Option<&[&str]>) -> Level {
        let announced = Announced {
            code_challenge_methods_supported: methods
                .map(|methods| methods.iter().map(ToString::to_string).collect()),
        };
        check(Some(&announced)).level
    }

    #[test]
    fn only_plain_is_a_failure_and_silence_a_warning() {
        assert_eq!(level(Some(&["plain", "S256"])), Level::Ok);
        assert_eq!(level(Some(&["plain"])), Level::Failure);
        assert_eq!(level(Some(&[])), Level::Warning);
        assert_eq!(level(None), Level::Warning);
        assert_eq!(check(None).level, Level::Warning);
    }
}
