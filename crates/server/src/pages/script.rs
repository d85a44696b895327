//! Data and hashes for the few scripts that stand in a page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// What a `script-src 'sha256-…'` needs to let exactly this script run
/// (CSP Level 3, section 2.3.1).
pub(super) fn sha256_base64(script: &str) -> String {
    STANDARD.encode(Sha256::digest(script.as_bytes()))
}

/// `encodeURIComponent` (ECMA-262, section 19.2.6.4), with `'` encoded too:
/// the result can stand in a single-quoted string in a script in a page, and
/// `decodeURIComponent` gives back the text.
pub(super) fn encode_uri_component(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => encoded.push(char::from(byte)),
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'(' | b')' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Text for between tags or in a double-quoted attribute.
pub(super) fn escape_html(text: &str) -> String {
    let Ok(escaped) = askama::filters::escape(text, askama::filters::Html);
    escaped.to_string()
}
