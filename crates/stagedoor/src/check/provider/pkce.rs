//! PKCE (RFC 7636): the provider knows the method that is always used.

use crate::check::Finding;

const CHECK: &str = "PKCE";
const METHOD: &str = "S256";

pub(super) fn check(methods: &[String]) -> Finding {
    if methods.is_empty() {
        return Finding::warning(
            CHECK,
            format!(
                "the provider does not say whether it knows PKCE; {METHOD} is used all the same"
            ),
            "turn PKCE on for this client, if the provider can",
        );
    }
    if methods.iter().any(|method| method == METHOD) {
        return Finding::ok(CHECK, format!("{METHOD} is offered"));
    }
    Finding::failure(
        CHECK,
        format!(
            "{METHOD} is always used, and the provider offers only {}",
            methods.join(", ")
        ),
        format!("let the provider offer {METHOD} to this client"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    fn level(methods: &[&str]) -> Level {
        let methods: Vec<_> = methods.iter().map(ToString::to_string).collect();
        check(&methods).level
    }

    #[test]
    fn only_plain_is_a_failure_and_silence_a_warning() {
        assert_eq!(level(&["plain", "S256"]), Level::Ok);
        assert_eq!(level(&["plain"]), Level::Failure);
        assert_eq!(level(&[]), Level::Warning);
    }
}
