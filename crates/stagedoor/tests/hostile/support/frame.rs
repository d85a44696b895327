//! What the popup's last page tells the app.

use serde_json::Value;
use url::form_urlencoded;

/// The message that `page` posts, if it is such a page.
pub(crate) fn message_of(page: &str) -> Option<Value> {
    let (_, rest) = page.split_once("var message = decodeURIComponent('")?;
    let (encoded, _) = rest.split_once('\'')?;
    // What a form decodes as a blank is never left as it is by encodeURIComponent.
    let pair = form_urlencoded::parse(encoded.as_bytes()).next()?;
    serde_json::from_str(&pair.0).ok()
}
