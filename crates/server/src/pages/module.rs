//! The browser module for other pages than our own: `web/stagedoor.js` and all
//! that it imports, as one file, so that no reader ever mixes two releases.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use super::shrink::small_script;

/// The browser module, and what tells one edition of it from another.
#[derive(Debug)]
pub(crate) struct BrowserModule {
    /// Value of the `ETag` header.
    pub(crate) etag: String,
    /// The script.
    pub(crate) script: String,
}

/// What other pages import.
const ENTRY: &str = include_str!("../../web/stagedoor.js");

/// What it is made of, each after what it imports.
const PARTS: [&str; 9] = [
    include_str!("../../web/named-error.js"),
    include_str!("../../web/scopes.js"),
    include_str!("../../web/observable.js"),
    include_str!("../../web/popup.js"),
    include_str!("../../web/connector.js"),
    include_str!("../../web/sessions.js"),
    include_str!("../../web/oauth2.js"),
    include_str!("../../web/oauth-requests.js"),
    include_str!("../../web/api-registry.js"),
];

static MODULE: LazyLock<BrowserModule> = LazyLock::new(|| {
    let parts: String = PARTS.iter().map(|part| small_script(part)).collect();
    let names: Vec<_> = exports().collect();
    let script = format!(
        "/* stagedoor {}, Apache-2.0 */\n{parts}export{{{}}};\n",
        env!("CARGO_PKG_VERSION"),
        names.join(",")
    );
    let hash: String = Sha256::digest(&script)
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    BrowserModule {
        etag: format!("\"{hash}\""),
        script,
    }
});

/// The browser module as one script.
pub(crate) fn browser_module() -> &'static BrowserModule {
    &MODULE
}

/// The names that `web/stagedoor.js` exports.
fn exports() -> impl Iterator<Item = &'static str> {
    ENTRY
        .lines()
        .filter_map(|line| line.strip_prefix("export { "))
        .filter_map(|line| line.split_once(" }"))
        .flat_map(|(names, _)| names.split(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_exported_is_in_it() {
        let script = &browser_module().script;
        assert!(exports().count() >= 6);
        for name in exports() {
            let declared = ["const", "class", "function"]
                .iter()
                .any(|kind| script.contains(&format!("{kind} {name}")));
            assert!(declared, "{name}");
        }
        assert!(!script.contains("import "));
    }

    #[test]
    fn everything_imported_is_in_it() {
        let script = &browser_module().script;
        for source in PARTS {
            for import in source.lines().filter(|line| line.starts_with("import ")) {
                let names = import.split(['{', '}']).nth(1).unwrap();
                for name in names.split(',').map(str::trim) {
                    assert!(
                        ["const", "class", "function"]
                            .iter()
                            .any(|kind| script.contains(&format!("{kind} {name}"))),
                        "{import}"
                    );
                }
            }
        }
    }
}
