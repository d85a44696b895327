//! What a grant covers.

use std::fmt;

/// A non-empty set of scope tokens in the order they were asked for
/// (RFC 6749 §3.3). Whatever is well formed is granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope(Vec<String>);

/// The text is not a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadScope;

impl Scope {
    const MAX_TOKENS: usize = 64;

    pub(crate) fn parse(text: &str) -> Result<Self, BadScope> {
        let mut tokens: Vec<String> = Vec::new();
        for token in text.split(' ').filter(|token| !token.is_empty()) {
            if !token.bytes().all(is_scope_byte) {
                return Err(BadScope);
            }
            if !tokens.iter().any(|known| known == token) {
                tokens.push(token.to_owned());
            }
        }
        let fits = (1..=Self::MAX_TOKENS).contains(&tokens.len());
        fits.then_some(Self(tokens)).ok_or(BadScope)
    }

    pub(crate) fn has(&self, token: &str) -> bool {
        self.0.iter().any(|known| known == token)
    }

    /// Whether this asks for nothing that `other` does not have.
    pub(crate) fn within(&self, other: &Self) -> bool {
        self.0.iter().all(|token| other.has(token))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`
fn is_scope_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'"' && byte != b'\\'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn drops_repeats_and_keeps_order() {
        let scope = Scope::parse("openid  email openid profile").unwrap();
        assert_eq!(scope.to_string(), "openid email profile");
        assert!(Scope::parse("email").unwrap().within(&scope));
        assert!(!Scope::parse("email groups").unwrap().within(&scope));
    }

    #[test]
    fn refuses_what_the_grammar_does_not_have() {
        for bad in ["", "  ", "a\"b", "a\\b", "a\nb", "ä"] {
            assert_eq!(Scope::parse(bad), Err(BadScope), "{bad:?}");
        }
        let many: Vec<String> = (0..65).map(|n| n.to_string()).collect();
        assert_eq!(Scope::parse(&many.join(" ")), Err(BadScope));
    }

    proptest! {
        #[test]
        fn what_it_prints_it_reads(text in ".{0,80}") {
            if let Ok(scope) = Scope::parse(&text) {
                prop_assert_eq!(Scope::parse(&scope.to_string()), Ok(scope));
            }
        }
    }
}
