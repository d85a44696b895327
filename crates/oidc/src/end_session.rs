//! Ending the provider's own session (RP-Initiated Logout 1.0).

use std::borrow::Cow;

use url::Url;

use crate::{
    id_token::VerifiedIdToken,
    query::{Parameter, with_query},
    settings::ClientSettings,
};

/// The longest ID token put into a URL, in bytes: servers commonly read 8 KiB
/// of a request line. Without it the provider asks the person to confirm.
const MAX_HINT: usize = 4 * 1024;

/// Names that only this client sets.
const RESERVED: [&str; 6] = [
    "id_token_hint",
    "logout_hint",
    "client_id",
    "post_logout_redirect_uri",
    "state",
    "ui_locales",
];

/// The URL the browser is sent to (RP-Initiated Logout §2).
pub(crate) fn end_session_url(
    endpoint: &Url,
    settings: &ClientSettings,
    id_token: Option<&VerifiedIdToken>,
    post_logout_redirect_uri: Option<&Url>,
    state: Option<&str>,
) -> Url {
    let hint = id_token.map(VerifiedIdToken::raw);
    let locales = settings.authorization.ui_locales.join(" ");
    let parameters: Vec<Parameter<'_>> = [
        ("id_token_hint", hint.filter(|it| it.len() <= MAX_HINT)),
        ("client_id", Some(settings.client_id.as_str())),
        (
            "post_logout_redirect_uri",
            post_logout_redirect_uri.map(Url::as_str),
        ),
        ("state", state),
        (
            "ui_locales",
            Some(locales.as_str()).filter(|it| !it.is_empty()),
        ),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, Cow::Borrowed(value?))))
    .collect();
    with_query(endpoint, &parameters, &RESERVED)
}
