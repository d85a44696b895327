//! The sign-in page: one button for each provider.

use std::borrow::Cow;

use askama::Template;

use super::assets::{AssetPaths, PageAt, paths};

/// Characters of a message from outside that are shown.
const LONGEST_MESSAGE: usize = 300;

/// One provider that can be signed in with.
#[derive(Debug)]
pub(crate) struct ProviderButton<'a> {
    /// Id in `auth.providers`.
    pub(crate) id: &'a str,
    /// The environment whose settings are in force.
    pub(crate) environment: &'a str,
    /// Name for people, from configuration.
    pub(crate) title: &'a str,
    /// Words for the button; absent: "Sign in using {title}".
    pub(crate) message: Option<&'a str>,
    /// Start URL with `flow=redirect`, for when no popup can be used.
    pub(crate) start_redirect_url: String,
    /// Whether the identity provider answers.
    pub(crate) available: bool,
}

impl ProviderButton<'_> {
    /// The title's first letter, in place of a logo.
    fn initial(&self) -> String {
        self.title
            .chars()
            .find(|c| c.is_alphanumeric())
            .map(|c| c.to_uppercase().collect())
            .unwrap_or_default()
    }

    fn label(&self) -> Cow<'_, str> {
        match self.message {
            None => Cow::Owned(format!("Sign in using {}", self.title)),
            Some(message) if self.names_itself(message) => Cow::Borrowed(message),
            Some(_) => Cow::Borrowed(self.title),
        }
    }

    /// A message that does not say which provider this is stands under the title.
    fn hint(&self) -> Option<&str> {
        self.message.filter(|message| !self.names_itself(message))
    }

    fn names_itself(&self, message: &str) -> bool {
        message.to_lowercase().contains(&self.title.to_lowercase())
    }
}

/// What the sign-in page shows.
#[derive(Debug)]
pub(crate) struct SignInPage<'a> {
    /// `app.title`.
    pub(crate) title: &'a str,
    /// `app.baseUrl`, when that is another origin than this page's: the page
    /// then leads there, as sign-in started here could not end here.
    pub(crate) app_url: Option<&'a str>,
    /// External base URL of the auth backend (contract: AUTH).
    pub(crate) auth_url: &'a str,
    /// In the order of the configuration.
    pub(crate) providers: &'a [ProviderButton<'a>],
    /// Whether to warn that this is no place for real users.
    pub(crate) dev: bool,
    /// The failure a redirect brought back (`?error=`).
    pub(crate) error: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignInTemplate<'a> {
    page: &'a SignInPage<'a>,
    error: Option<Cow<'a, str>>,
    assets: AssetPaths,
}

/// Renders the sign-in page.
///
/// # Errors
/// When the template cannot be written, which only a failing formatter causes.
pub(crate) fn sign_in_page(page: &SignInPage<'_>) -> Result<String, askama::Error> {
    SignInTemplate {
        page,
        error: page.error.map(shortened),
        assets: paths(PageAt::Root),
    }
    .render()
}

/// Cuts a message from outside to a length that cannot push the page away.
pub(super) fn shortened(message: &str) -> Cow<'_, str> {
    match message.char_indices().nth(LONGEST_MESSAGE) {
        None => Cow::Borrowed(message),
        Some((end, _)) => Cow::Owned(format!("{}…", &message[..end])),
    }
}
