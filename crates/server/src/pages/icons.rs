//! What stands before a provider's title, drawn for this project: providers as
//! an initial in a plain shape, never as their trademarked logos.

use stagedoor_signin::{Icon, Svg};

const CIRCLE: &str = r#"<circle cx="12" cy="12" r="9.5"/>"#;
const SQUARE: &str = r#"<rect x="3" y="3" width="18" height="18" rx="5"/>"#;
const HEXAGON: &str = r#"<path d="m12 2.5 8.2 4.75v9.5L12 21.5l-8.2-4.75v-9.5z"/>"#;
const DIAMOND: &str = r#"<path d="m12 2 10 10-10 10L2 12z"/>"#;
const OCTAGON: &str = r#"<path d="M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8z"/>"#;
const SHIELD: &str = r#"<path d="m12 2.5 8 3v6c0 5-3.4 8.4-8 10-4.6-1.6-8-5-8-10v-6z"/>"#;
const CLOUD: &str = r#"<path d="M7 19a5 5 0 0 1-.5-10A6 6 0 0 1 18 9.6 4.7 4.7 0 0 1 17 19z"/>"#;

const A: &str = r#"<path d="m8.5 16 3.5-8 3.5 8m-5.7-2.8h4.4"/>"#;
const C: &str = r#"<path d="M14.8 12.2a3 3 0 1 0 0 3.6"/>"#;
const D: &str = r#"<path d="M9 8h2.2a4 4 0 0 1 0 8H9z"/>"#;
const E: &str = r#"<path d="M15 8H9.5v8H15m-5.5-4h4.5"/>"#;
const G: &str = r#"<path d="M15.3 9.2a4.2 4.2 0 1 0 .8 3.1h-3.6"/>"#;
const K: &str = r#"<path d="M9 8v8m6-8-6 4.6m2-1.4 4.2 4.8"/>"#;
const M: &str = r#"<path d="M8.5 15.5v-7l3.5 4.6 3.5-4.6v7"/>"#;
const O: &str = r#"<circle cx="12" cy="12" r="4"/>"#;
const P: &str = r#"<path d="M9.5 16V8h3a2.5 2.5 0 0 1 0 5h-3"/>"#;
const Z: &str = r#"<path d="M8.5 8h7l-7 8h7"/>"#;
const ONE: &str = r#"<path d="M10.5 9.5 12.5 8v8"/>"#;
const CODE: &str = r#"<path d="M9.5 9 6.5 12l3 3m5-6 3 3-3 3"/>"#;
const BRANCH: &str = r#"<circle cx="9" cy="8" r="1.5"/><circle cx="9" cy="16" r="1.5"/><circle cx="15" cy="10" r="1.5"/><path d="M9 9.5v5m6-3c0 2-6 1-6 3"/>"#;
const TICK: &str = r#"<path d="m8.5 12 2.5 2.5 4.5-5"/>"#;

/// The shapes of a built-in drawing, on 24 by 24, to be stroked; empty for a
/// name that is none.
fn shapes(name: &str) -> [&'static str; 2] {
    match name {
        "auth0" => [SHIELD, A],
        "authentik" => [DIAMOND, A],
        "azure" | "microsoft" => [SQUARE, M],
        "cognito" => [CLOUD, C],
        "dex" => [HEXAGON, D],
        "entra" => [DIAMOND, E],
        "github" => [OCTAGON, CODE],
        "gitlab" => [SHIELD, BRANCH],
        "google" => [CIRCLE, G],
        "keycloak" => [HEXAGON, K],
        "okta" => [SQUARE, O],
        "onelogin" => [CIRCLE, ONE],
        "ping" => [OCTAGON, P],
        "zitadel" => [SQUARE, Z],
        "badge" => [
            r#"<rect x="2.5" y="5" width="19" height="14" rx="2.5"/><circle cx="8.5" cy="10.5" r="2"/>"#,
            r#"<path d="M5.5 15.8c.6-2.4 5.4-2.4 6 0m3.5-5.8h3.5m-3.5 4h3.5"/>"#,
        ],
        "building" => [
            r#"<path d="M5 21V4.5A1.5 1.5 0 0 1 6.5 3h7A1.5 1.5 0 0 1 15 4.5V21m0-11.5h2.5A1.5 1.5 0 0 1 19 11v10"/>"#,
            r#"<path d="M3 21h18M8.5 7.5h3m-3 4h3m-3 4h3"/>"#,
        ],
        "cloud" => [CLOUD, ""],
        "code" => [SQUARE, CODE],
        "globe" => [
            CIRCLE,
            r#"<path d="M2.5 12h19M12 2.5c3.2 3 4 6 4 9.5s-.8 6.5-4 9.5c-3.2-3-4-6-4-9.5s.8-6.5 4-9.5"/>"#,
        ],
        "key" => [
            r#"<circle cx="8" cy="15.5" r="4.5"/>"#,
            r#"<path d="M11.2 12.3 20 3.5m-4.5 4.5 3 3"/>"#,
        ],
        "lock" => [
            r#"<rect x="4.5" y="10.5" width="15" height="10" rx="2.5"/>"#,
            r#"<path d="M8 10.5V7a4 4 0 0 1 8 0v3.5"/>"#,
        ],
        "person" => [
            r#"<circle cx="12" cy="8" r="4"/>"#,
            r#"<path d="M4 21c.8-5 4-6.5 8-6.5s7.2 1.5 8 6.5"/>"#,
        ],
        "shield" => [SHIELD, TICK],
        _ => ["", ""],
    }
}

/// A built-in drawing for a page, in the colour of the text around it.
pub(super) fn inline(name: &str) -> String {
    let [frame, mark] = shapes(name);
    format!(r#"<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{frame}{mark}</svg>"#)
}

/// The path of an icon's file below `/api/auth/`.
pub(crate) fn icon_path(icon: &Icon) -> String {
    match icon {
        Icon::BuiltIn(name) => format!(".icons/{name}.svg"),
        Icon::Svg(svg) => svg_path(svg),
    }
}

/// The path of an operator's picture below `/api/auth/`.
pub(super) fn svg_path(svg: &Svg) -> String {
    format!(".icons/{}.svg", svg.digest())
}

/// A built-in drawing as a file of its own, in a grey that is seen on light and
/// on dark ground; `None` if there is none of this name.
pub(crate) fn drawing(name: &str) -> Option<String> {
    let [frame, mark] = shapes(name);
    (!frame.is_empty()).then(|| {
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="#767e8c" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">{frame}{mark}</svg>"##
        )
    })
}
