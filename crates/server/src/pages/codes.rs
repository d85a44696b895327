//! The codes that a failure can have, as docs/troubleshooting.md lists them; a
//! test compares the two. A code in the address of the sign-in page that is none
//! of these is somebody's own words, and not shown.

/// Whether `code` is one of ours.
pub(crate) fn is_known(code: &str) -> bool {
    CODES.binary_search(&code).is_ok()
}

/// In the order of the alphabet.
#[rustfmt::skip]
const CODES: &[&str] = &[
    "access_denied", "answer_too_long", "authorization_request_refused", "bad_request",
    "body_too_large", "body_too_slow", "callback_duplicate_parameter", "callback_incomplete",
    "callback_issuer_mismatch", "callback_issuer_missing", "callback_too_long",
    "catalog_unavailable", "claim_missing", "claim_required", "client_misconfigured",
    "client_unknown", "cookies_too_large", "discovery_incomplete", "discovery_insecure_endpoint",
    "discovery_issuer_mismatch", "discovery_malformed", "domain_not_allowed", "duplicate_parameter",
    "email_missing", "email_required", "environment_missing", "flow_already_used",
    "flow_cookie_invalid", "flow_cookie_missing", "flow_expired", "grant_refused",
    "headers_too_large", "id_token_acr_mismatch", "id_token_algorithm_not_allowed",
    "id_token_at_hash_mismatch", "id_token_audience_mismatch", "id_token_auth_time_mismatch",
    "id_token_authentication_too_old", "id_token_azp_mismatch", "id_token_claim_malformed",
    "id_token_claim_missing", "id_token_critical_header", "id_token_encrypted", "id_token_expired",
    "id_token_issued_before_sign_in", "id_token_issued_in_future", "id_token_issuer_mismatch",
    "id_token_malformed", "id_token_missing", "id_token_nonce_mismatch", "id_token_nonce_missing",
    "id_token_not_yet_valid", "id_token_signature_invalid", "id_token_subject_mismatch",
    "id_token_too_long", "id_token_unknown_key", "id_token_wrong_kind", "internal",
    "invalid_client", "invalid_grant", "invalid_parameter", "invalid_request", "jwks_malformed",
    "logout_not_named", "logout_token_algorithm_not_allowed", "logout_token_audience_mismatch",
    "logout_token_claim_malformed", "logout_token_claim_missing", "logout_token_critical_header",
    "logout_token_encrypted", "logout_token_expired", "logout_token_issued_in_future",
    "logout_token_issuer_mismatch", "logout_token_malformed", "logout_token_missing",
    "logout_token_no_logout_event", "logout_token_nonce_present", "logout_token_not_yet_valid",
    "logout_token_signature_invalid", "logout_token_subject_missing", "logout_token_too_long",
    "logout_token_unknown_key", "logout_token_used", "logout_token_wrong_kind",
    "method_not_allowed", "no_backstage_identity", "no_entropy", "no_such_session",
    "nobody_resolved", "not_found", "not_from_frontend", "not_permitted", "origin_not_allowed",
    "origin_unparsable", "overloaded", "page_not_rendered", "provider_busy", "provider_denied",
    "provider_not_configured", "provider_too_slow", "provider_unavailable",
    "pushed_response_incomplete", "pushed_response_too_long", "query_too_long", "rate_limited",
    "redirect_url_missing", "redirect_url_not_allowed", "redirect_url_unparsable", "refresh_busy",
    "request_too_long", "resolver_failed", "scope_too_long", "server_error", "session_missing",
    "session_secret_reused", "session_unreadable", "sessions_not_named", "several_users",
    "state_invalid", "storage_unavailable", "temporarily_unavailable", "timeout", "token_invalid",
    "token_missing", "token_not_issued", "token_refused", "token_response_incomplete",
    "token_response_malformed", "token_type_unsupported", "tokens_unavailable", "unavailable",
    "unknown_environment", "unknown_parameter", "unknown_provider", "unreadable_request",
    "unsupported_grant_type", "unsupported_response_type", "user_not_allowed", "user_not_found",
    "userinfo_algorithm_not_allowed", "userinfo_audience_mismatch", "userinfo_claim_malformed",
    "userinfo_claim_missing", "userinfo_critical_header", "userinfo_encrypted", "userinfo_expired",
    "userinfo_issued_in_future", "userinfo_issuer_mismatch", "userinfo_malformed",
    "userinfo_not_signed", "userinfo_not_yet_valid", "userinfo_refused",
    "userinfo_signature_invalid", "userinfo_signed", "userinfo_subject_mismatch",
    "userinfo_too_long", "userinfo_unknown_key", "userinfo_wrong_kind",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_can_be_searched() {
        assert!(CODES.is_sorted());
        assert!(CODES.iter().all(|code| is_known(code)));
        assert!(!is_known("call_us"));
    }
}
