//! The files the pages load, embedded in the binary under names that carry
//! their content's hash, so that browsers may keep them for ever.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use super::{
    accent::accent_sheet,
    icons::svg_path,
    look::Look,
    shrink::{small_script, small_style},
};

/// A file to be served as it is, with `Cache-Control: immutable`.
#[derive(Debug)]
pub(crate) struct Asset {
    /// `<name>.<hash>.<extension>`
    pub(crate) name: &'static str,
    /// Value of the `Content-Type` header.
    pub(crate) content_type: &'static str,
    /// The file.
    pub(crate) body: &'static [u8],
}

/// Where a page is, which tells how it names the assets. They are served below
/// `/api/auth`, so that a proxy that sends us no more than that sends us them;
/// and named relative to the page, so that `backend.baseUrl` may have a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageAt {
    /// `/api/auth/{provider}/handler/frame`
    Callback,
    /// `/api/auth/v1/{route}`
    Route,
    /// `/`
    Root,
    /// Wherever something is not.
    Anywhere,
}

impl PageAt {
    /// The way to `/api/auth/`.
    const fn way(self) -> &'static str {
        match self {
            Self::Callback => "../../",
            Self::Route => "../",
            Self::Root => "api/auth/",
            Self::Anywhere => "/api/auth/",
        }
    }
}

/// Where a page finds the assets.
#[derive(Debug, Clone)]
pub(super) struct AssetPaths {
    /// The operator's logo, or our mark.
    pub(super) mark: String,
    pub(super) style: String,
    /// The stylesheet of the operator's colour.
    pub(super) accent: Option<String>,
    pub(super) script: String,
}

/// Mark, style, script.
static BUNDLE: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    let mark = asset(
        "mark",
        "svg",
        "image/svg+xml",
        include_str!("../../web/mark.svg").to_owned(),
    );
    let style = asset(
        "page",
        "css",
        "text/css; charset=utf-8",
        small_style(include_str!("../../web/page.css")),
    );
    let script = asset(
        "sign-in",
        "js",
        "text/javascript; charset=utf-8",
        SCRIPTS.iter().map(|source| small_script(source)).collect(),
    );
    [mark, style, script]
});

/// What the page runs, each after what it imports.
const SCRIPTS: [&str; 8] = [
    include_str!("../../web/named-error.js"),
    include_str!("../../web/scopes.js"),
    include_str!("../../web/observable.js"),
    include_str!("../../web/popup.js"),
    include_str!("../../web/connector.js"),
    include_str!("../../web/sessions.js"),
    include_str!("../../web/oauth2.js"),
    include_str!("../../web/sign-in.js"),
];

/// Every file the pages refer to, but for what an operator configures.
pub(crate) fn assets() -> &'static [Asset] {
    &*BUNDLE
}

/// Where a page that is at `page` finds them.
pub(super) fn paths(page: PageAt, look: &Look<'_>) -> AssetPaths {
    let [mark, style, script] = &*BUNDLE;
    let path = |name: &str| format!("{}.assets/{name}", page.way());
    AssetPaths {
        mark: look.logo.map_or_else(
            || path(mark.name),
            |logo| format!("{}{}", page.way(), svg_path(logo)),
        ),
        style: path(style.name),
        accent: look.accent.map(|accent| path(&accent_sheet(accent).name)),
        script: path(script.name),
    }
}

/// Names a file after its content. The text lives as long as the process,
/// which is why leaking it once is no loss.
fn asset(name: &str, extension: &str, content_type: &'static str, text: String) -> Asset {
    let digest = Sha256::digest(text.as_bytes());
    let hash: String = digest
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Asset {
        name: format!("{name}.{hash}.{extension}").leak(),
        content_type,
        body: text.leak().as_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_are_named_after_their_content() {
        for Asset { name, body, .. } in assets() {
            let digest = Sha256::digest(body);
            let hash = format!(
                "{:02x}{:02x}{:02x}{:02x}",
                digest[0], digest[1], digest[2], digest[3]
            );
            assert_eq!(name.split('.').nth(1), Some(hash.as_str()), "{name}");
        }
    }

    #[test]
    fn the_script_is_whole() {
        let [_, _, script] = &*BUNDLE;
        let text = std::str::from_utf8(script.body).unwrap();
        assert!(!text.contains("import ") && !text.contains("export "));
        assert!(
            !text.contains("// "),
            "a comment would take the rest of its line along"
        );
        // Every module that one of them imports is one of them.
        for source in SCRIPTS {
            for import in source.lines().filter(|line| line.starts_with("import ")) {
                let names = import.split(['{', '}']).nth(1).unwrap();
                for name in names.split(',').map(str::trim) {
                    let declared = ["const", "class", "function"]
                        .iter()
                        .any(|kind| text.contains(&format!("{kind} {name}")));
                    assert!(declared, "{import}");
                }
            }
        }
    }
}
