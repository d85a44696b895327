//! `GET /`: the sign-in page.

use axum::{
    extract::State,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, Uri, header};
use stagedoor_signin::{Provider, origin::Origin};
use url::{Url, form_urlencoded};

use super::providers::start_url;
use crate::{
    AppState,
    error::ApiError,
    language::Language,
    pages::{
        Failure, LANGUAGE_COOKIE, LANGUAGES, LanguageLink, ProviderButton, SignInPage, is_known,
        sign_in_page, words_named,
    },
    parameters::Parameters,
    settings::ServerSettings,
};

/// A chosen language is kept for a year.
const CHOICE_SECONDS: u32 = 365 * 24 * 60 * 60;
/// Longer ids are not ours.
const LONGEST_NAME: usize = 64;

/// What the address says.
struct Query<'a> {
    environment: &'a str,
    /// Whether it is another than `auth.environment`.
    elsewhere: bool,
    language: Option<&'a str>,
    failure: Option<Failure<'a>>,
    /// Whether the only provider may be asked without a click.
    may_go: bool,
}

impl<'a> Query<'a> {
    fn read(parameters: &'a Parameters, settings: &'a ServerSettings) -> Result<Self, ApiError> {
        let environment = parameters.one("env")?;
        let environment = environment.unwrap_or(&settings.environment);
        let code = parameters.one("code")?.filter(|code| is_known(code));
        let request = parameters.one("request")?.filter(|id| is_name(id));
        let failure = Failure {
            code,
            // It means nothing without, and anyone can make it up.
            request: code.and(request),
            via: parameters.one("via")?,
        };
        let has_failed = failure.code.is_some() || parameters.one("error")?.is_some();
        Ok(Self {
            environment,
            elsewhere: environment != settings.environment,
            language: parameters.one("lang")?,
            may_go: failure.via.is_none() && parameters.one("no-auto")?.is_none(),
            failure: has_failed.then_some(failure),
        })
    }
}

/// Every provider of the environment as a button; where the portal lives
/// elsewhere, the way there.
pub(crate) async fn page(
    State(state): State<AppState>,
    language: Language,
    uri: Uri,
) -> Result<Response, ApiError> {
    let settings = &state.settings;
    let parameters = Parameters::of_query(&uri);
    let query = Query::read(&parameters, settings)?;
    let chosen = query.language.and_then(words_named);
    let language = chosen.map_or(language, Language);
    let live = state.sign_in.live();
    let own_origin = Origin::of(&settings.base_url);
    // Answers of a flow only go to allowed origins: buttons on this page work
    // when our own is one of them.
    let works_here = own_origin
        .as_ref()
        .is_some_and(|origin| live.origins.allows(origin));
    let auth_url = settings.auth_url();
    let here = own_origin
        .as_ref()
        .map_or_else(String::new, |origin| format!("{}/", origin.as_str()));
    let shown = || {
        live.providers
            .iter()
            .filter(|provider| provider.environment == query.environment)
    };
    if let Some(id) = parameters.one("go")?.filter(|_| works_here)
        && let Some(provider) = shown().find(|provider| provider.id == id)
    {
        let url = redirect_url(&auth_url, provider, &here, query.elsewhere);
        return Ok((StatusCode::FOUND, [(header::LOCATION, url)]).into_response());
    }
    let buttons: Vec<_> = shown()
        .map(|provider| button(provider, query.elsewhere))
        .collect();
    let languages = language_links(&query);
    let html = sign_in_page(&SignInPage {
        look: language.look(&settings.page),
        app_url: (!works_here).then_some(settings.app_url.as_str()),
        auth_url: &auth_url,
        environment: query.environment,
        providers: &buttons,
        dev: settings.dev,
        auto: settings.page.auto && query.may_go,
        redirect: settings.page.redirect,
        support_url: settings.page.support_url.as_ref().map(Url::as_str),
        failure: query.failure,
        languages,
    })?;
    let mut response = Html(html).into_response();
    if let Some(words) = chosen {
        let choice = choice(words.tag, settings.base_url.scheme() == "https");
        response
            .headers_mut()
            .extend(choice.map(|choice| (header::SET_COOKIE, choice)));
    }
    Ok(response)
}

fn button(provider: &Provider, elsewhere: bool) -> ProviderButton<'_> {
    ProviderButton {
        id: &provider.id,
        title: &provider.title,
        message: provider.message.as_deref(),
        icon: provider.icon.as_ref(),
        go_url: go_url(provider, elsewhere),
        available: provider.is_available(),
    }
}

fn is_name(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// Keeps the language for this site.
fn choice(tag: &str, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    HeaderValue::try_from(format!(
        "{LANGUAGE_COOKIE}={tag}; Max-Age={CHOICE_SECONDS}; Path=/; HttpOnly{secure}; SameSite=Lax"
    ))
    .ok()
}

/// This page in each language; of a failure the code goes along.
fn language_links(query: &Query<'_>) -> Vec<LanguageLink> {
    let failure = query.failure.as_ref();
    let kept = [
        ("env", query.elsewhere.then_some(query.environment)),
        ("code", failure.and_then(|failure| failure.code)),
        ("request", failure.and_then(|failure| failure.request)),
        ("via", failure.and_then(|failure| failure.via)),
    ];
    LANGUAGES
        .into_iter()
        .map(|words| {
            let mut href = form_urlencoded::Serializer::new(String::new());
            href.append_pair("lang", words.tag);
            href.extend_pairs(
                kept.iter()
                    .filter_map(|(name, value)| Some((name, (*value)?))),
            );
            LanguageLink {
                words,
                href: format!("?{}", href.finish()),
            }
        })
        .collect()
}

/// Where a button leads in this window: the page knows the way.
fn go_url(provider: &Provider, elsewhere: bool) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("go", &provider.id);
    if elsewhere {
        query.append_pair("env", &provider.environment);
    }
    format!("?{}", query.finish())
}

/// The way: the redirect flow, back to this page.
fn redirect_url(auth_url: &str, provider: &Provider, here: &str, elsewhere: bool) -> String {
    let (Some(mut url), Ok(mut back)) = (start_url(auth_url, provider), Url::parse(here)) else {
        return String::new();
    };
    // The page can't see whose session cookie there is: it is told whom to ask.
    back.query_pairs_mut().append_pair("via", &provider.id);
    if elsewhere {
        back.query_pairs_mut()
            .append_pair("env", &provider.environment);
    }
    url.query_pairs_mut()
        .append_pair("flow", "redirect")
        .append_pair("origin", here.trim_end_matches('/'))
        .append_pair("redirectUrl", back.as_str());
    url.into()
}

/// Whether a redirect flow began on this page: then it ends here too, also when
/// it fails.
pub(super) fn is_this_page(settings: &ServerSettings, back: &Url) -> bool {
    Origin::of(back) == Origin::of(&settings.base_url)
        && back.path() == "/"
        && back
            .query_pairs()
            .next()
            .is_some_and(|(name, _)| name == "via")
}
