//! The redirect URI, to be registered at the provider.

use url::Url;

use crate::check::{Finding, site::is_loopback};

const CHECK: &str = "redirect URI";

pub(super) fn check(callback: &Url) -> Finding {
    let register = format!("to register at the provider: {callback}");
    if callback.scheme() == "https" || is_loopback(callback) {
        Finding::ok(CHECK, register)
    } else {
        Finding::warning(
            CHECK,
            register,
            "it is not https, which most providers refuse: set backend.baseUrl or callbackUrl to an https address",
        )
    }
}
