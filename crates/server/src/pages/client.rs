//! The page that asks a person whether a program may sign in as them.

use askama::Template;

use super::{
    assets::{AssetPaths, PageAt, paths},
    look::Look,
    words::{Fill, Words},
};

/// A way to sign in, and so to agree.
#[derive(Debug)]
pub(crate) struct ClientWay<'a> {
    pub(crate) id: &'a str,
    pub(crate) environment: &'a str,
    pub(crate) title: &'a str,
}

#[derive(Template)]
#[template(path = "client.html")]
struct ClientTemplate<'a> {
    look: &'a Look<'a>,
    words: &'static Words,
    assets: AssetPaths,
    asks: String,
    text: String,
    request: &'a str,
    ways: &'a [ClientWay<'a>],
}

/// Asks whether the program `client` may sign in; each button agrees to
/// `request`, which is sealed for this browser.
///
/// # Errors
/// When the template cannot be written, which only a failing formatter causes.
pub(crate) fn client_page(
    look: &Look<'_>,
    client: &str,
    request: &str,
    ways: &[ClientWay<'_>],
) -> Result<String, askama::Error> {
    let words = look.words;
    ClientTemplate {
        look,
        words,
        assets: paths(PageAt::Route, look),
        asks: words.app_asks.fill("client", client),
        text: words.app_asks_text.fill("title", look.title),
        request,
        ways,
    }
    .render()
}
