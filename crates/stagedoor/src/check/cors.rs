//! `backend.cors`: whether the frontend may call from its origin.

use stagedoor_config::{Cors, Settings};
use stagedoor_signin::origin::{Origin, OriginPattern};

use super::Finding;

const CHECK: &str = "origin";
/// Without it refresh and logout are refused (contract §8).
const HEADER: &str = "X-Requested-With";

pub(super) fn check(settings: &Settings) -> Option<Finding> {
    let app = Origin::of(&settings.app.base_url)?;
    let backend = Origin::of(&settings.backend.base_url)?;
    let app = app.as_str();
    if app == backend.as_str() {
        return Some(Finding::ok(CHECK, format!("not needed: {app} serves both")));
    }
    let add = format!("set backend.cors: {{ origin: '{app}', credentials: true }}");
    Some(match settings.backend.cors.as_ref() {
        None => Finding::failure(
            CHECK,
            format!(
                "there is none: browsers won't let {app} call {}",
                backend.as_str()
            ),
            add,
        ),
        Some(cors) => of_cors(cors, app, add),
    })
}

fn of_cors(cors: &Cors, app: &str, add: String) -> Finding {
    let matches =
        |glob: &String| OriginPattern::parse(glob).is_ok_and(|pattern| pattern.matches(app));
    if !cors.origins.iter().any(matches) {
        return Finding::failure(
            CHECK,
            format!(
                "backend.cors.origin does not allow {app}, where the frontend is (app.baseUrl)"
            ),
            add,
        );
    }
    if !cors.credentials {
        return Finding::failure(
            CHECK,
            "backend.cors.credentials is not true: browsers send no cookies, so that nobody stays signed in",
            add,
        );
    }
    let headers = &cors.allowed_headers;
    if !headers.is_empty() && !headers.iter().any(|name| name.eq_ignore_ascii_case(HEADER)) {
        return Finding::failure(
            CHECK,
            format!(
                "backend.cors.allowedHeaders lacks {HEADER}, which every refresh and logout carries"
            ),
            "add it, or leave allowedHeaders out",
        );
    }
    let methods = &cors.methods;
    if !methods.is_empty() && !methods.iter().any(|name| name.eq_ignore_ascii_case("POST")) {
        return Finding::failure(
            CHECK,
            "backend.cors.methods lacks POST: nobody can log out",
            "add it, or leave methods out",
        );
    }
    Finding::ok(CHECK, format!("{app} may call, with cookies"))
}
