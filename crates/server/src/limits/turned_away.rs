//! What a person sees who was turned away in the middle of a sign-in.
//!
//! The popup shows a page that comes back by itself: a sign-in that waits is
//! not lost, since nothing of it has been used up yet.

use axum::{
    extract::Request,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderValue, Method, StatusCode, header};

use crate::{
    error::{ApiError, Why},
    language::Language,
    pages::{Look, NoticePage, notice_page},
    request_id::RequestId,
    settings::PageSettings,
};

/// How long a page waits that was not told: as long as the client is.
const AGAIN: u64 = 2;

/// Gives those who read HTML a page in place of JSON.
pub(crate) async fn for_people(
    settings: &PageSettings,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let reader = Language::of_reader(request.headers());
    let id = request.extensions().get::<RequestId>().cloned();
    // What was posted would not be posted again.
    let comes_back = request.method() == Method::GET;
    let mut response = next(request).await;
    let why = response.extensions_mut().remove::<Why>();
    let (Some(why), Some(language)) = (why, reader) else {
        return response;
    };
    let status = response.status();
    match page(
        why,
        status,
        comes_back,
        id.as_ref(),
        language.look(settings),
    ) {
        Ok(html) => {
            let mut page = (status, Html(html)).into_response();
            let kept = response.headers().get(header::RETRY_AFTER).cloned();
            page.headers_mut()
                .extend(kept.map(|after| (header::RETRY_AFTER, after)));
            if comes_back {
                page.headers_mut()
                    .extend(again(why).map(|after| (header::REFRESH, after)));
            }
            page
        }
        Err(_) => response,
    }
}

fn again(why: Why) -> Option<HeaderValue> {
    let seconds = match why {
        Why::TooManyRequests { seconds } => seconds.max(AGAIN),
        Why::Overloaded | Why::ProviderBusy => AGAIN,
    };
    HeaderValue::try_from(seconds.to_string()).ok()
}

fn page(
    why: Why,
    status: StatusCode,
    comes_back: bool,
    id: Option<&RequestId>,
    look: Look<'_>,
) -> Result<String, ApiError> {
    let words = look.words;
    let reason = match why {
        Why::TooManyRequests { .. } => words.many_people,
        Why::Overloaded | Why::ProviderBusy => words.busy,
    };
    let way_out = if comes_back {
        words.comes_back
    } else {
        words.come_back
    };
    let page = NoticePage {
        status: status.as_u16(),
        title: words.wait,
        message: &format!("{reason} {way_out}"),
        code: Some(match why {
            Why::TooManyRequests { .. } => "rate_limited",
            Why::Overloaded => "overloaded",
            Why::ProviderBusy => "provider_busy",
        }),
        request_id: id.map(RequestId::as_str),
        action: None,
        look,
    };
    Ok(notice_page(&page)?)
}
