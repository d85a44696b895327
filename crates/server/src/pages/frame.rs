//! The popup's last page, which hands the result of a sign-in to the app
//! (contract §7).

use std::borrow::Cow;

use serde::Deserialize;

use super::assets::{PageAt, paths};
use super::explain::explain;
use super::look::Look;
use super::script::{encode_uri_component, escape_html, sha256_base64};
use super::words::Words;

/// Characters of a message from outside that are shown.
const LONGEST_MESSAGE: usize = 300;

/// A page that posts one message to the window that opened it.
///
/// Its policy has to allow its script by `'sha256-…'`, its stylesheet by
/// `style-src 'self'`, and nothing else.
#[derive(Debug)]
pub(crate) struct FramePage {
    /// The document.
    pub(crate) html: String,
    /// Hash of its only script.
    pub(crate) script_sha256_base64: String,
}

#[derive(Deserialize)]
struct Message {
    error: Option<MessageError>,
}

#[derive(Deserialize)]
struct MessageError {
    message: String,
    code: Option<String>,
}

/// The web-message page: tells the opener (or the parent) first which origin
/// the answer is for, then that origin alone the answer, and closes the window
/// after the time a Backstage frontend takes to look for it.
///
/// `message_json` is the whole message, `{"type":"authorization_response",…}`.
/// The script comes first, before the stylesheet, so that the answer waits for
/// no other file. A person sees the page only when the opener is gone.
pub(crate) fn frame_page(look: &Look<'_>, origin: &str, message_json: &str) -> FramePage {
    let words = look.words;
    let script = format!(
        "
var message = decodeURIComponent('{message}');
var origin = decodeURIComponent('{origin}');
var app = window.opener || window.parent;
if (app !== window) {{
  app.postMessage({{ type: 'config_info', targetOrigin: origin }}, '*');
  app.postMessage(JSON.parse(message), origin);
}}
setTimeout(function () {{ window.close(); }}, 100);
",
        message = encode_uri_component(message_json),
        origin = encode_uri_component(origin),
    );
    let html = format!(
        r#"<!doctype html>
<html lang="{tag}" dir="{direction}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<script>{script}</script>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="{style}">
</head>
<body>
<main>
<section class="card heading stack">
{outcome}
<p class="muted">{close}</p>
</section>
</main>
</body>
</html>
"#,
        tag = words.tag,
        direction = words.direction,
        title = words.sign_in,
        close = words.close_window,
        style = paths(PageAt::Callback, look).style,
        outcome = outcome(words, message_json),
    );
    FramePage {
        html,
        script_sha256_base64: sha256_base64(&script),
    }
}

/// The failure, for a person whose app will not hear of it.
fn outcome(words: &Words, message_json: &str) -> String {
    match serde_json::from_str(message_json) {
        Ok(Message { error: Some(error) }) => format!(
            "<h1>{}</h1>\n<p>{}</p>\n<p class=\"detail\">{}</p>",
            words.did_not_work,
            explain(words, error.code.as_deref(), None),
            escape_html(&shortened(&error.message))
        ),
        _ => format!("<h1>{}</h1>", words.done),
    }
}

/// Cuts a message from outside to a length that cannot push the page away.
fn shortened(message: &str) -> Cow<'_, str> {
    match message.char_indices().nth(LONGEST_MESSAGE) {
        None => Cow::Borrowed(message),
        Some((end, _)) => Cow::Owned(format!("{}…", &message[..end])),
    }
}
