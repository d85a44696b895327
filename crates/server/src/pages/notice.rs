//! The page a person meets when there is nothing else to show: not found, an
//! error, a page that only the app may open.

use askama::Template;

use super::assets::{AssetPaths, PageAt, paths};
use super::look::Look;

/// What to tell, and the way on.
#[derive(Debug)]
pub(crate) struct NoticePage<'a> {
    /// Language, title and colour.
    pub(crate) look: Look<'a>,
    /// HTTP status, shown small.
    pub(crate) status: u16,
    /// A few words.
    pub(crate) title: &'a str,
    /// What happened and what can be done, for a person.
    pub(crate) message: &'a str,
    /// Machine-readable code of the error.
    pub(crate) code: Option<&'a str>,
    /// Id that finds the request in the logs.
    pub(crate) request_id: Option<&'a str>,
    /// Label and target of the way on.
    pub(crate) action: Option<(&'a str, &'a str)>,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticeTemplate<'a> {
    page: &'a NoticePage<'a>,
    look: &'a Look<'a>,
    assets: AssetPaths,
}

/// Renders a notice.
///
/// # Errors
/// When the template cannot be written, which only a failing formatter causes.
pub(crate) fn notice_page(page: &NoticePage<'_>) -> Result<String, askama::Error> {
    NoticeTemplate {
        page,
        look: &page.look,
        assets: paths(PageAt::Anywhere, &page.look),
    }
    .render()
}
