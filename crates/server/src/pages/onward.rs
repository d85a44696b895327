//! The page that leads on after a form was posted.
//!
//! A redirect in answer to a form counts as a target of that form: Chromium
//! holds it against the `form-action` of the page the form was on, be it our
//! own re-posting page or the identity provider's. A page of our own may lead
//! anywhere.

use super::assets::{PageAt, paths};
use super::look::Look;
use super::script::escape_html;

/// A page that goes to `url` at once, without JavaScript too.
pub(crate) fn onward_page(look: &Look<'_>, url: &str) -> String {
    page(look, PageAt::Callback, url)
}

/// The same at `/api/auth/v1/{route}`.
pub(crate) fn onward_page_of_route(look: &Look<'_>, url: &str) -> String {
    page(look, PageAt::Route, url)
}

fn page(look: &Look<'_>, at: PageAt, url: &str) -> String {
    let words = look.words;
    let assets = paths(at, look);
    format!(
        r#"<!doctype html>
<html lang="{tag}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0;url={url}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{signing_in}</title>
<link rel="icon" type="image/svg+xml" href="{mark}">
<link rel="stylesheet" href="{style}">
</head>
<body>
<main>
<section class="card heading stack">
<h1>{signing_in}</h1>
<p><a class="button primary" href="{url}">{go_on}</a></p>
</section>
</main>
</body>
</html>
"#,
        tag = words.tag,
        direction = words.direction,
        signing_in = words.signing_in,
        go_on = words.go_on,
        mark = assets.mark,
        style = assets.style,
        url = escape_html(url),
    )
}
