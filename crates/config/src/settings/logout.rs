//! `logout`, ours.

use url::Url;

use crate::reading::Section;

/// What a logout does beside ending the session here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logout {
    /// `endProviderSession`: the browser goes on to the provider, which ends its
    /// own session too (RP-Initiated Logout 1.0). Off unless it is set: a
    /// provider that does not know the address to return to shows an error.
    pub end_provider_session: bool,
    /// `redirectUrl`: the address that is registered at the provider for the
    /// way back; `app.baseUrl` unless it is set.
    pub redirect_url: Option<Url>,
}

impl Logout {
    pub(super) fn read(provider: &Section<'_>) -> Self {
        let section = provider.section("logout");
        section.warn_of_typos(&["endProviderSession", "redirectUrl"], &[]);
        let end_provider_session = section
            .get("endProviderSession")
            .and_then(|field| field.boolean())
            .unwrap_or(false);
        let redirect_url = section.get("redirectUrl");
        if let Some(field) = redirect_url.as_ref().filter(|_| !end_provider_session) {
            field.warn(
                field
                    .problem("nobody is sent to the provider, so nobody comes back from it")
                    .with_help("set `endProviderSession: true` beside it"),
            );
        }
        Self {
            end_provider_session,
            redirect_url: redirect_url.and_then(|field| field.url()),
        }
    }
}
