//! Errors as pages, for those who read HTML: a popup that is refused shows a
//! person what happened and what they can do, not JSON.

use axum::{
    extract::Request,
    response::{Html, IntoResponse, Response},
};
use http::{StatusCode, header};

use crate::{
    AppState,
    error::FailedWith,
    language::Language,
    pages::{Fill, NoticePage, explain, notice_page},
    request_id::RequestId,
};

/// Turns a bare 404, and errors of the routes below `/api/auth`, into pages.
pub(crate) async fn for_people(
    state: &AppState,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let reader = Language::of_reader(request.headers());
    let id = request.extensions().get::<RequestId>().cloned();
    let in_popup = request
        .uri()
        .query()
        .is_some_and(|query| query.split('&').any(|pair| pair == "flow=popup"));
    let mut response = next(request).await;
    let code = response.extensions_mut().remove::<FailedWith>();
    let bare = response.status() == StatusCode::NOT_FOUND
        && !response.headers().contains_key(header::CONTENT_TYPE);
    let Some(language) = reader.filter(|_| bare || code.is_some()) else {
        return response;
    };
    let status = response.status();
    let settings = &state.settings;
    let look = language.look(&settings.page);
    let words = look.words;
    let (title, mut message) = match &code {
        None => (words.no_such_page, words.no_such_page_text.to_owned()),
        Some(FailedWith(code)) => (words.did_not_work, explain(words, Some(code), None)),
    };
    let open = words.open.fill("title", look.title);
    let action = match &code {
        None => Some((words.to_sign_in, "/")),
        Some(_) if in_popup => {
            message = format!("{message} {}", words.close_window);
            None
        }
        Some(_) => Some((open.as_str(), settings.app_url.as_str())),
    };
    let page = notice_page(&NoticePage {
        look,
        status: status.as_u16(),
        title,
        message: &message,
        code: code.as_ref().map(|FailedWith(code)| *code),
        request_id: code.as_ref().and(id.as_ref()).map(RequestId::as_str),
        action,
    });
    match page {
        Ok(html) => {
            let mut page = (status, Html(html)).into_response();
            let after = response.headers().get(header::RETRY_AFTER).cloned();
            page.headers_mut()
                .extend(after.map(|after| (header::RETRY_AFTER, after)));
            page
        }
        Err(_) => response,
    }
}
