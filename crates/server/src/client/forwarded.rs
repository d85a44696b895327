//! The headers in which proxies say who their client is.
//!
//! Each reading gives the addresses in their order, the client's first and that
//! of the proxy nearest to us last; `None` in the place of one that can't be
//! read. What clients write themselves comes first, and is not looked at where
//! a proxy's word ends before.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, header};

/// More addresses than this are not of proxies.
const MAX_ADDRESSES: usize = 64;

/// An address, or what can't be read as one.
pub(super) type Told = Option<IpAddr>;

/// `X-Forwarded-For`: addresses with commas between, in one line or several.
pub(super) fn list(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<Told>> {
    let mut told = Vec::new();
    for line in headers.get_all(name) {
        let addresses = line.as_bytes().split(|byte| *byte == b',');
        for address in addresses {
            told.push(std::str::from_utf8(address).ok().and_then(node));
        }
        if told.len() > MAX_ADDRESSES {
            return None;
        }
    }
    Some(told)
}

/// `Forwarded` (RFC 7239 §4): elements with commas between, of pairs with
/// semicolons between, of which `for` says who called.
pub(super) fn rfc7239(headers: &HeaderMap) -> Option<Vec<Told>> {
    let mut told = Vec::new();
    for line in headers.get_all(header::FORWARDED) {
        for element in unquoted_parts(line.to_str().ok()?, ',')? {
            told.push(called_by(element));
        }
        if told.len() > MAX_ADDRESSES {
            return None;
        }
    }
    Some(told)
}

/// One address and nothing else, in one line.
pub(super) fn single(headers: &HeaderMap, name: &HeaderName) -> Told {
    let mut lines = headers.get_all(name).iter();
    match (lines.next(), lines.next()) {
        (Some(line), None) => line.to_str().ok().and_then(node),
        _ => None,
    }
}

/// The `for` of an element, if there is exactly one.
fn called_by(element: &str) -> Told {
    let pairs = unquoted_parts(element, ';')?;
    let mut values = pairs.into_iter().filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then_some(value)
    });
    match (values.next(), values.next()) {
        (Some(value), None) => node(unquoted(value.trim())?),
        _ => None,
    }
}

/// What stands between the quotes, where there are any. An address holds
/// nothing that has to be escaped.
fn unquoted(value: &str) -> Option<&str> {
    match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"'),
        None => Some(value),
    }
}

/// The parts of `text` between separators that stand in no quotes. `None` when
/// a quote is left open: what comes after may be another's word, a proxy's that
/// wrote on in the same line.
fn unquoted_parts(text: &str, separator: char) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut quoted = false;
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if letter == '\\' && quoted {
            escaped = true;
        } else if letter == '"' {
            quoted = !quoted;
        } else if letter == separator && !quoted {
            parts.push(&text[start..at]);
            start = at + 1;
        }
    }
    parts.push(&text[start..]);
    (!quoted).then_some(parts)
}

/// An address, perhaps in brackets, perhaps with a port: as the RFC has it, and
/// as proxies write it in the older header.
fn node(text: &str) -> Told {
    let text = text.trim();
    let bare = || {
        let inside = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        inside.unwrap_or(text).parse::<IpAddr>().ok()
    };
    let with_port = || text.parse::<SocketAddr>().ok().map(|it| it.ip());
    bare()
        .or_else(with_port)
        .map(|address| address.to_canonical())
}
