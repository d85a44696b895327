//! The files the pages load, embedded in the binary under names that carry
//! their content's hash, so that browsers may keep them for ever.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

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
    /// `/`
    Root,
    /// Wherever something is not.
    Anywhere,
}

impl PageAt {
    const fn way_to_assets(self) -> &'static str {
        match self {
            Self::Callback => "../../.assets/",
            Self::Root => "api/auth/.assets/",
            Self::Anywhere => "/api/auth/.assets/",
        }
    }
}

/// Where a page finds the assets.
#[derive(Debug, Clone)]
pub(super) struct AssetPaths {
    pub(super) mark: String,
    pub(super) style: String,
    pub(super) module: String,
    pub(super) script: String,
}

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Mark, style, module, script.
static BUNDLE: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    let mark = asset(
        "mark",
        "svg",
        "image/svg+xml",
        include_str!("../../../../web/mark.svg").to_owned(),
    );
    let style = asset(
        "page",
        "css",
        "text/css; charset=utf-8",
        // Unlike a script, a stylesheet needs no line ends.
        without_comments(include_str!("../../../../web/page.css"))
            .replace('\n', "")
            .replace(": ", ":")
            .replace(" {", "{"),
    );
    let module = asset(
        "stagedoor",
        "js",
        JAVASCRIPT,
        without_comments(include_str!("../../../../web/stagedoor.js")),
    );
    // The page's script imports the module by the name that module has here.
    let script = without_comments(include_str!("../../../../web/sign-in.js"))
        .replace("'./stagedoor.js'", &format!("'./{}'", module.name));
    let script = asset("sign-in", "js", JAVASCRIPT, script);
    [mark, style, module, script]
});

/// Every file the pages refer to.
pub(crate) fn assets() -> &'static [Asset] {
    &*BUNDLE
}

/// Where a page that is at `page` finds them.
pub(super) fn paths(page: PageAt) -> AssetPaths {
    let [mark, style, module, script] = &*BUNDLE;
    let path = |asset: &Asset| format!("{}{}", page.way_to_assets(), asset.name);
    AssetPaths {
        mark: path(mark),
        style: path(style),
        module: path(module),
        script: path(script),
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

/// Leaves out comments and indentation: about two fifths of our scripts are
/// documentation and types, which a browser need not load.
///
/// Only for our own files, in which no string holds a comment and none spans
/// lines. Lines stay lines, so an error still points at one.
fn without_comments(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, comment)) = rest.split_once("/*") {
        code.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    code.push_str(rest);
    code.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_are_left_out() {
        let source = "/**\n * Says what.\n */\nlet a = 1; // stays\n  // goes\n\n  /** @type {X} */ (b).c(/** d */ d);\n/* one */\n";
        assert_eq!(
            without_comments(source),
            "let a = 1; // stays\n(b).c( d);\n"
        );
    }

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
    fn the_page_script_imports_the_module_by_its_name() {
        let [_, _, module, script] = &*BUNDLE;
        let text = std::str::from_utf8(script.body).unwrap();
        assert!(text.contains(&format!("from './{}'", module.name)));
        assert!(!text.contains("./stagedoor.js"));
    }
}
