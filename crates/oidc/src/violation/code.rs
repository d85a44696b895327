//! A stable reason code for each violation.

use super::{Place, Violation};

/// The place's prefix before the name of a rule that can be broken anywhere.
macro_rules! at {
    ($place:expr, $rule:literal) => {
        match $place {
            Place::Discovery => concat!("discovery_", $rule),
            Place::Jwks => concat!("jwks_", $rule),
            Place::Callback => concat!("callback_", $rule),
            Place::PushedResponse => concat!("pushed_response_", $rule),
            Place::TokenResponse => concat!("token_response_", $rule),
            Place::IdToken => concat!("id_token_", $rule),
            Place::Userinfo => concat!("userinfo_", $rule),
            Place::LogoutToken => concat!("logout_token_", $rule),
        }
    };
}

impl Violation {
    /// Whether it is broken at this time only: nothing is wrong with the token
    /// but what our clock, or the provider's, says of it.
    #[must_use]
    pub fn is_of_time(&self) -> bool {
        matches!(
            self,
            Self::Expired { .. } | Self::IssuedInFuture { .. } | Self::NotYetValid { .. }
        )
    }

    /// A stable reason code for logs and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::IssuerMismatch { at, .. } => at!(at, "issuer_mismatch"),
            Self::MissingIss => "callback_issuer_missing",
            Self::Malformed { at, .. } => at!(at, "malformed"),
            Self::TooLong { at, .. } => match at {
                Place::TokenResponse => "answer_too_long",
                at => at!(at, "too_long"),
            },
            Self::InsecureEndpoint { .. } => "discovery_insecure_endpoint",
            Self::MissingParameter { at, .. } => at!(at, "incomplete"),
            Self::DuplicateParameter { .. } => "callback_duplicate_parameter",
            Self::TokenTypeUnsupported { .. } => "token_type_unsupported",
            Self::MissingIdToken => "id_token_missing",
            Self::EncryptedToken { at } => at!(at, "encrypted"),
            Self::CriticalHeader { at } => at!(at, "critical_header"),
            Self::WrongTokenKind { at, .. } => at!(at, "wrong_kind"),
            Self::AlgorithmNotAllowed { at, .. } => at!(at, "algorithm_not_allowed"),
            Self::UnknownKey { at, .. } => at!(at, "unknown_key"),
            Self::SignatureInvalid { at } => at!(at, "signature_invalid"),
            Self::MissingClaim { at, .. } => at!(at, "claim_missing"),
            Self::MalformedClaim { at, .. } => at!(at, "claim_malformed"),
            Self::AudienceMismatch { at, .. } => at!(at, "audience_mismatch"),
            Self::AzpMismatch { .. } => "id_token_azp_mismatch",
            Self::Expired { at, .. } => at!(at, "expired"),
            Self::IssuedInFuture { at, .. } => at!(at, "issued_in_future"),
            Self::NotYetValid { at, .. } => at!(at, "not_yet_valid"),
            Self::MissingNonce => "id_token_nonce_missing",
            Self::NonceMismatch => "id_token_nonce_mismatch",
            Self::AuthenticationTooOld { .. } => "id_token_authentication_too_old",
            Self::AcrMismatch { .. } => "id_token_acr_mismatch",
            Self::IssuedBeforeSignIn { .. } => "id_token_issued_before_sign_in",
            Self::AuthTimeMismatch { .. } => "id_token_auth_time_mismatch",
            Self::AtHashMismatch => "id_token_at_hash_mismatch",
            Self::SubjectMismatch { at, .. } => at!(at, "subject_mismatch"),
            Self::SignedUserinfo => "userinfo_signed",
            Self::UnsignedUserinfo => "userinfo_not_signed",
            Self::NotALogout => "logout_token_no_logout_event",
            Self::NobodyToLogOut => "logout_token_subject_missing",
            Self::NonceInLogoutToken => "logout_token_nonce_present",
        }
    }
}
