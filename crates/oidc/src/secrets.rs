//! Values that must never be printed: each its own type, so that one cannot be
//! passed for another.

use std::fmt;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::wiped::Wipe as _;

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Hidden in `Debug`, wiped when dropped, compared in constant time.
        #[derive(Clone, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes `value` as it is.
            #[must_use]
            pub fn new(value: impl Into<String>) -> Self {
                Self(value.into())
            }

            /// The value itself, for sending it where it belongs.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }

            /// Whether `other` is the same text, found in constant time.
            #[must_use]
            pub fn is(&self, other: &str) -> bool {
                self.0.as_bytes().ct_eq(other.as_bytes()).into()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(hidden)"))
            }
        }

        impl Zeroize for $name {
            fn zeroize(&mut self) {
                self.0.wipe();
            }
        }

        impl ZeroizeOnDrop for $name {}

        impl Drop for $name {
            fn drop(&mut self) {
                self.zeroize();
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.is(&other.0)
            }
        }

        impl Eq for $name {}
    };
}

secret! {
    /// An access token (RFC 6749 §1.4).
    AccessToken
}
secret! {
    /// A refresh token (RFC 6749 §1.5).
    RefreshToken
}
secret! {
    /// Binds an ID token to the authorization request it answers (OpenID Connect Core §3.1.2.1).
    Nonce
}
secret! {
    /// The secret half of PKCE (RFC 7636 §4.1).
    CodeVerifier
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_value() {
        let token = AccessToken::new("very-secret");
        assert_eq!(format!("{token:?}"), "AccessToken(hidden)");
    }

    #[test]
    fn serializes_as_a_plain_string() {
        let json = serde_json::to_string(&Nonce::new("n-1")).unwrap();
        assert_eq!(json, "\"n-1\"");
        assert_eq!(
            serde_json::from_str::<Nonce>(&json).unwrap(),
            Nonce::new("n-1")
        );
    }

    #[test]
    fn compares_whole_values() {
        assert!(Nonce::new("abc").is("abc"));
        assert!(!Nonce::new("abc").is("abcd"));
        assert!(!Nonce::new("abc").is(""));
    }
}
