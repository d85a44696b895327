//! The page that brings a `form_post` answer back with its cookies.
//!
//! The identity provider's own form is a cross-site POST, which carries no
//! `SameSite=Lax` cookie; the same form sent by a page of ours does.

use super::assets::{PageAt, paths};
use super::look::Look;
use super::script::{escape_html, sha256_base64};

/// A page that sends a form by itself, or by its button without JavaScript.
///
/// Its policy has to allow its script by `'sha256-…'`, `style-src 'self'` and
/// `form-action 'self'`, and nothing else.
#[derive(Debug)]
pub(crate) struct RepostPage {
    /// The document.
    pub(crate) html: String,
    /// Hash of its only script, which is always the same.
    pub(crate) script_sha256_base64: String,
}

// A field may be called "submit" and hide the form's own method.
const SUBMIT: &str = "HTMLFormElement.prototype.submit.call(document.forms[0]);";

/// A form with `fields` that posts to `action`, a path of our own.
pub(crate) fn repost_page(
    look: &Look<'_>,
    action: &str,
    fields: &[(String, String)],
) -> RepostPage {
    let words = look.words;
    let inputs: String = fields
        .iter()
        .map(|(name, value)| {
            format!(
                "<input type=\"hidden\" name=\"{}\" value=\"{}\">\n",
                escape_html(name),
                escape_html(value)
            )
        })
        .collect();
    let html = format!(
        r#"<!doctype html>
<html lang="{tag}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{signing_in}</title>
<link rel="stylesheet" href="{style}">
</head>
<body>
<main>
<form class="card heading stack" method="post" action="{action}">
<h1>{signing_in}</h1>
{inputs}<button class="button primary" type="submit">{go_on}</button>
</form>
</main>
<script>{SUBMIT}</script>
</body>
</html>
"#,
        tag = words.tag,
        direction = words.direction,
        signing_in = words.signing_in,
        go_on = words.go_on,
        style = paths(PageAt::Callback, look).style,
        action = escape_html(action),
    );
    RepostPage {
        html,
        script_sha256_base64: sha256_base64(SUBMIT),
    }
}
