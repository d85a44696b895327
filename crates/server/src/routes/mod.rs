//! One file per route.

pub(crate) mod assets;
pub(crate) mod authorize;
pub(crate) mod backchannel_logout;
pub(crate) mod browser_module;
pub(crate) mod failed;
pub(crate) mod frame_handler;
pub(crate) mod frontchannel_logout;
pub(crate) mod health;
pub(crate) mod icons;
pub(crate) mod logout;
pub(crate) mod not_found;
pub(crate) mod plugin_keys;
pub(crate) mod providers;
pub(crate) mod refresh;
pub(crate) mod sessions;
pub(crate) mod sign_in_page;
pub(crate) mod start;
pub(crate) mod token;
pub(crate) mod userinfo;
pub(crate) mod well_known;

use http::{HeaderMap, header};

/// Whether a request comes from the frontend's own `fetch`: no foreign page
/// can send this header without asking (contract §8).
fn is_from_frontend(headers: &HeaderMap) -> bool {
    headers
        .get("x-requested-with")
        .is_some_and(|value| value == "XMLHttpRequest")
}

fn origin_of(headers: &HeaderMap) -> Option<String> {
    headers
        .get(header::ORIGIN)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
