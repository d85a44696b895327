//! The authorization response (Core §3.1.2.5), as the browser brings it.

use std::fmt;

use zeroize::Zeroizing;

use crate::{
    discovery::ProviderMetadata,
    error::OidcError,
    issuer::ExpectedIssuer,
    provider_text::shown,
    violation::{Place, Violation},
};

/// The longest parameter read, in bytes.
const MAX_VALUE: usize = 8 * 1024;

/// The parameters that mean something, each allowed once.
const KNOWN: [&str; 6] = [
    "code",
    "state",
    "iss",
    "error",
    "error_description",
    "error_uri",
];

/// The parameters of an authorization response.
///
/// `state` is the caller's affair: it must have been checked before.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CallbackParams {
    /// The authorization code.
    pub code: Option<String>,
    /// Who answers (RFC 9207 §2).
    pub iss: Option<String>,
    /// The error code, when the provider refuses.
    pub error: Option<String>,
    /// The provider's explanation of the error.
    pub error_description: Option<String>,
}

impl CallbackParams {
    /// Takes the parameters out of a decoded query or form.
    ///
    /// # Errors
    /// [`Violation::DuplicateParameter`] when one that means something occurs
    /// twice (RFC 6749 §3.1), [`Violation::TooLong`] when one is absurdly long.
    pub fn from_pairs<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Result<Self, OidcError>
    where
        K: AsRef<str>,
        V: Into<String>,
    {
        let mut values: [Option<String>; KNOWN.len()] = Default::default();
        for (name, value) in pairs {
            let Some(index) = KNOWN.iter().position(|known| *known == name.as_ref()) else {
                continue;
            };
            let value = value.into();
            is_not_too_long(KNOWN[index], &value)?;
            occurs_once(KNOWN[index], values[index].is_some())?;
            values[index] = Some(value);
        }
        let [code, _state, iss, error, error_description, _error_uri] = values;
        Ok(Self {
            code,
            iss,
            error,
            error_description,
        })
    }
}

impl fmt::Debug for CallbackParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackParams")
            .field("code", &self.code.as_ref().map(|_| "hidden"))
            .field("iss", &self.iss)
            .field("error", &self.error)
            .field("error_description", &self.error_description)
            .finish()
    }
}

/// The code of a response that passed every check.
pub(crate) fn accepted_code(
    params: &CallbackParams,
    metadata: &ProviderMetadata,
    issuer: &ExpectedIssuer<'_>,
    issuer_asked: &str,
) -> Result<Zeroizing<String>, OidcError> {
    provider_is_still_the_one_asked(metadata, issuer_asked)?;
    issuer_is_the_one_asked(params, metadata, issuer)?;
    is_not_an_error(params)?;
    Ok(has_a_code(params)?)
}

/// RFC 6749 §3.1: no parameter twice, so that nobody reads another than we do.
fn occurs_once(name: &'static str, seen: bool) -> Result<(), Violation> {
    if seen {
        return Err(Violation::DuplicateParameter { name });
    }
    Ok(())
}

fn is_not_too_long(name: &'static str, value: &str) -> Result<(), Violation> {
    if value.len() > MAX_VALUE {
        return Err(Violation::TooLong {
            at: Place::Callback,
            name,
            limit: MAX_VALUE,
        });
    }
    Ok(())
}

/// The provider the browser was sent to is the one configured now: settings may
/// have changed in between, and the code must not go to another (RFC 9207 §1).
fn provider_is_still_the_one_asked(
    metadata: &ProviderMetadata,
    issuer_asked: &str,
) -> Result<(), Violation> {
    if metadata.issuer == issuer_asked {
        return Ok(());
    }
    Err(Violation::IssuerMismatch {
        at: Place::Callback,
        expected: shown(issuer_asked),
        got: shown(&metadata.issuer),
    })
}

/// RFC 9207 §2.4: `iss` is the provider's issuer to the letter, and is there if
/// the provider announces it. Comes before everything else, errors included.
fn issuer_is_the_one_asked(
    params: &CallbackParams,
    metadata: &ProviderMetadata,
    issuer: &ExpectedIssuer<'_>,
) -> Result<(), Violation> {
    match &params.iss {
        Some(iss) => issuer.is_named(Place::Callback, iss),
        None if metadata.authorization_response_iss_parameter_supported => {
            Err(Violation::MissingIss)
        }
        None => Ok(()),
    }
}

/// Core §3.1.2.6: an error response ends the flow.
fn is_not_an_error(params: &CallbackParams) -> Result<(), OidcError> {
    match &params.error {
        Some(error) => Err(OidcError::denied(
            error,
            params.error_description.as_deref(),
        )),
        None => Ok(()),
    }
}

/// Core §3.1.2.5: a success brings a code.
fn has_a_code(params: &CallbackParams) -> Result<Zeroizing<String>, Violation> {
    let code = params.code.as_ref().filter(|code| !code.is_empty());
    let missing = Violation::MissingParameter {
        at: Place::Callback,
        name: "code",
    };
    code.cloned().map(Zeroizing::new).ok_or(missing)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_meaningful_parameter_may_occur_once() {
        for name in KNOWN {
            let twice = CallbackParams::from_pairs([(name, "a"), ("x", "y"), (name, "a")]);
            assert_eq!(twice, Err(Violation::DuplicateParameter { name }.into()));
        }
        let others = [
            ("code", "c"),
            ("session_state", "1"),
            ("session_state", "2"),
        ];
        assert!(CallbackParams::from_pairs(others).is_ok());
    }

    #[test]
    fn an_absurdly_long_parameter_is_refused() {
        let long = CallbackParams::from_pairs([("code", "a".repeat(MAX_VALUE + 1))]);
        assert_eq!(long.unwrap_err().code(), "callback_too_long");
    }

    #[test]
    fn debug_hides_the_code() {
        let params = CallbackParams::from_pairs([("code", "very-secret")]).unwrap();
        assert!(!format!("{params:?}").contains("very-secret"));
    }

    proptest! {
        #[test]
        fn no_parameters_make_it_panic_or_pass_twice(
            pairs in prop::collection::vec(("(code|iss|error|state|.{0,5})", ".{0,20}"), 0..8),
        ) {
            let codes = pairs.iter().filter(|(name, _)| name == "code").count();
            if let Ok(params) = CallbackParams::from_pairs(pairs) {
                prop_assert!(codes <= 1);
                prop_assert_eq!(params.code.is_some(), codes == 1);
            }
        }
    }
}
