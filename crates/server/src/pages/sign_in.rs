//! The sign-in page: one button for each provider.

use std::borrow::Cow;

use askama::Template;
use serde_json::json;
use stagedoor_signin::Icon;

use super::assets::{AssetPaths, PageAt, paths};
use super::explain::{UNKNOWN_USER, explain};
use super::icons;
use super::look::Look;
use super::script::escape_html;
use super::words::{Fill, Words};

/// One provider that can be signed in with.
#[derive(Debug)]
pub(crate) struct ProviderButton<'a> {
    /// Id in `auth.providers`.
    pub(crate) id: &'a str,
    /// Name for people, from configuration.
    pub(crate) title: &'a str,
    /// Words for the button; absent: "Sign in using {title}".
    pub(crate) message: Option<&'a str>,
    /// What stands before the title.
    pub(crate) icon: Option<&'a Icon>,
    /// Leads to the provider in this window, for when no popup can be used.
    pub(crate) go_url: String,
    /// Whether the identity provider answers.
    pub(crate) available: bool,
}

impl ProviderButton<'_> {
    /// The icon as HTML, without a name: the title follows.
    fn badge(&self) -> String {
        match self.icon {
            Some(Icon::BuiltIn(name)) => icons::inline(name),
            Some(icon @ Icon::Svg(_)) => {
                let path = icons::icon_path(icon);
                format!(r#"<img class="icon" src="api/auth/{path}" alt="">"#)
            }
            None => format!(
                r#"<span class="icon" aria-hidden="true">{}</span>"#,
                escape_html(&self.initial())
            ),
        }
    }

    /// The title's first letter, in place of an icon.
    fn initial(&self) -> String {
        self.title
            .chars()
            .find(|c| c.is_alphanumeric())
            .map(|c| c.to_uppercase().collect())
            .unwrap_or_default()
    }

    fn label(&self, words: &Words) -> Cow<'_, str> {
        match self.message {
            None => Cow::Owned(words.sign_in_using.fill("provider", self.title)),
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

/// The failure a redirect brought back. What else the address says of it
/// (`error`) is not shown: anybody can write an address.
#[derive(Debug, Default)]
pub(crate) struct Failure<'a> {
    /// `code`, one of ours.
    pub(crate) code: Option<&'a str>,
    /// `request`: the id that finds it in the logs.
    pub(crate) request: Option<&'a str>,
    /// `via`: the provider.
    pub(crate) via: Option<&'a str>,
}

/// What the sign-in page shows.
#[derive(Debug)]
pub(crate) struct SignInPage<'a> {
    /// Language, title and colour.
    pub(crate) look: Look<'a>,
    /// `app.baseUrl`, when that is another origin than this page's: the page
    /// then leads there, as sign-in started here could not end here.
    pub(crate) app_url: Option<&'a str>,
    /// External base URL of the auth backend (contract: AUTH).
    pub(crate) auth_url: &'a str,
    /// Whose providers these are.
    pub(crate) environment: &'a str,
    /// In the order of the configuration.
    pub(crate) providers: &'a [ProviderButton<'a>],
    /// Whether to warn that this is no place for real users.
    pub(crate) dev: bool,
    /// Whether the only provider is asked without a click.
    pub(crate) auto: bool,
    /// Whether a click leads on in this window.
    pub(crate) redirect: bool,
    /// Where those who can't get in find help.
    pub(crate) support_url: Option<&'a str>,
    /// The failure a redirect brought back.
    pub(crate) failure: Option<Failure<'a>>,
    /// This page in each language.
    pub(crate) languages: Vec<LanguageLink>,
}

/// This page in another language.
#[derive(Debug)]
pub(crate) struct LanguageLink {
    /// The language.
    pub(crate) words: &'static Words,
    /// A query, relative to the page.
    pub(crate) href: String,
}

impl<'a> SignInPage<'a> {
    /// Whether a sign-in can be started here.
    fn works_here(&self) -> bool {
        self.app_url.is_none() && !self.providers.is_empty()
    }

    /// Who signed in at a provider, and is no user of the catalog.
    fn unknown_at(&self) -> Option<&ProviderButton<'a>> {
        let failure = self.failure.as_ref().filter(|_| self.works_here())?;
        let code = failure.code?;
        self.failed_way().filter(|_| UNKNOWN_USER.contains(&code))
    }

    fn failed_way(&self) -> Option<&ProviderButton<'a>> {
        let via = self.failure.as_ref()?.via?;
        self.providers.iter().find(|way| way.id == via)
    }

    fn is_failed(&self, way: &ProviderButton<'_>) -> bool {
        self.failed_way().is_some_and(|failed| failed.id == way.id)
    }

    /// The providers to show: whoever is unknown may try another account.
    fn ways(&self) -> Vec<&ProviderButton<'a>> {
        match self.unknown_at() {
            Some(way) => vec![way],
            None => self.providers.iter().collect(),
        }
    }

    /// For the script.
    fn state(&self) -> &'static str {
        match (&self.failure, self.unknown_at()) {
            (None, _) => "ready",
            (Some(_), None) => "failed",
            (Some(_), Some(_)) => "unknown-user",
        }
    }

    fn window_title(&self) -> &'static str {
        let words = self.look.words;
        match (&self.failure, self.unknown_at()) {
            (None, _) => words.sign_in,
            (Some(_), None) => words.did_not_work,
            (Some(_), Some(_)) => words.unknown_user,
        }
    }

    /// Leads to the only provider where no script does.
    fn goes_to(&self) -> Option<&str> {
        match self.providers {
            [only] if self.auto && self.works_here() && self.failure.is_none() => {
                Some(&only.go_url)
            }
            _ => None,
        }
    }
}

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignInTemplate<'a> {
    page: &'a SignInPage<'a>,
    look: &'a Look<'a>,
    words: &'static Words,
    assets: AssetPaths,
    /// What the script says, as JSON.
    spoken: String,
}

impl SignInTemplate<'_> {
    /// `text` with the title of what people sign in to.
    fn titled(&self, text: &str) -> String {
        text.fill("title", self.look.title)
    }

    /// The failure, where it belongs: beside its provider, else above them all.
    fn error_of(&self, way: Option<&ProviderButton<'_>>) -> Option<String> {
        let failure = self.page.failure.as_ref()?;
        let failed = self.page.failed_way();
        let is_here = failed.map(|way| way.id) == way.map(|way| way.id);
        let is_here = is_here && self.page.unknown_at().is_none();
        is_here.then(|| explain(self.words, failure.code, failed.map(|way| way.title)))
    }

    /// The details of the failure, for whoever helps.
    fn details(&self) -> Option<String> {
        let failure = self.page.failure.as_ref()?;
        let code = failure.code?;
        Some(match failure.request {
            // Isolated (U+2068, U+2069): beside Arabic its digits would go astray.
            Some(id) => format!("{code} · {} \u{2068}{id}\u{2069}", self.words.request),
            None => code.to_owned(),
        })
    }
}

/// Renders the sign-in page.
///
/// # Errors
/// When the template cannot be written, which only a failing formatter causes.
pub(crate) fn sign_in_page(page: &SignInPage<'_>) -> Result<String, askama::Error> {
    SignInTemplate {
        page,
        look: &page.look,
        words: page.look.words,
        assets: paths(PageAt::Root, &page.look),
        spoken: spoken(page.look.words),
    }
    .render()
}

/// What the script says, to stand in a `<script type="application/json">`.
fn spoken(words: &Words) -> String {
    json!({
        "finish": words.finish_in_window,
        "useThisWindow": words.use_this_window,
        "continueHere": words.continue_here,
        "lastUsed": words.last_used,
        "looking": words.looking,
        "going": words.going,
        "signedOut": words.signed_out,
        "ended": words.session_ended,
        "failed": words.failed,
        "blocked": words.expired,
        "closed": words.window_closed,
        "address": words.wrong_address,
        "connection": words.no_connection,
        "noUser": words.no_catalog_user,
        "signOutFailed": words.sign_out_failed,
    })
    .to_string()
    .replace('<', "\\u003c")
}
