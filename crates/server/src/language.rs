//! Which language a request is answered in.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};

use crate::{
    cookies::RequestCookies,
    pages::{LANGUAGE_COOKIE, Look, Words, words_for},
    settings::PageSettings,
};

/// The language that was chosen, or that the browser asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Language(pub(crate) &'static Words);

impl Language {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let cookies = RequestCookies::parse(headers);
        let asked = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        Self(words_for(cookies.get(LANGUAGE_COOKIE), asked))
    }

    /// The language of a person; `None` where a program asks, which reads no
    /// HTML.
    pub(crate) fn of_reader(headers: &HeaderMap) -> Option<Self> {
        let accepted = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok());
        let reads_html = accepted.is_some_and(|accepted| accepted.contains("text/html"));
        reads_html.then(|| Self::of(headers))
    }

    /// How a page in this language looks.
    pub(crate) fn look(self, page: &PageSettings) -> Look<'_> {
        Look {
            words: self.0,
            title: &page.title,
            logo: page.logo.as_ref(),
            accent: page.accent,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}
