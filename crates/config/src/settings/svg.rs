//! SVG files of the sign-in page, read and looked through.

use std::{fmt, fs::File, io::Read, sync::Arc};

use super::Paths;
use crate::reading::Field;

/// The largest file that is taken: people wait for it.
const MOST_BYTES: u64 = 32 * 1024;

const SVG: &str = "http://www.w3.org/2000/svg";

/// Elements that are more than a picture.
const MORE_THAN_A_PICTURE: [&str; 8] = [
    "audio",
    "embed",
    "foreignobject",
    "handler",
    "iframe",
    "object",
    "script",
    "video",
];

/// The text of an SVG file that is a picture and nothing more: no script, no
/// event handler, nothing that is loaded from elsewhere, no entities.
#[derive(Clone, PartialEq, Eq)]
pub struct Svg(Arc<str>);

impl Svg {
    /// Reads the file that a setting names.
    pub(super) fn read(field: &Field<'_>, paths: &Paths) -> Option<Self> {
        let path = paths.existing(field.str()?);
        let text = match read_at_most(&path) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("{} could not be read: {error}", path.display());
                return field.error(field.problem(message));
            }
        };
        match check(&text) {
            Ok(()) => Some(Self(text.into())),
            Err(reason) => {
                let message = format!("{}: {reason}", path.display());
                field.error(field.problem(message).with_help(
                    "export it as plain SVG: shapes, without scripts and without a document type",
                ))
            }
        }
    }

    /// The file.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Svg({} bytes)", self.0.len())
    }
}

fn read_at_most(path: &std::path::Path) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(path)?
        .take(MOST_BYTES + 1)
        .read_to_string(&mut text)?;
    if text.len() as u64 > MOST_BYTES {
        let message = format!("it is larger than {} kB", MOST_BYTES / 1024);
        return Err(std::io::Error::new(
            std::io::ErrorKind::FileTooLarge,
            message,
        ));
    }
    Ok(text)
}

/// Says what makes it something else than a picture.
fn check(text: &str) -> Result<(), String> {
    // Refuses document types, and with them entities.
    let document = roxmltree::Document::parse(text).map_err(|error| error.to_string())?;
    let root = document.root_element();
    if root.tag_name().name() != "svg" || root.tag_name().namespace() != Some(SVG) {
        return Err(format!("its root is no `svg` of {SVG}"));
    }
    for element in document.descendants().filter(roxmltree::Node::is_element) {
        let name = element.tag_name().name();
        if MORE_THAN_A_PICTURE.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(format!("there is a `{name}` in it"));
        }
        for attribute in element.attributes() {
            check_attribute(attribute.name(), attribute.value())?;
        }
    }
    Ok(())
}

fn check_attribute(name: &str, value: &str) -> Result<(), String> {
    let name = name.to_ascii_lowercase();
    if name.starts_with("on") {
        return Err(format!("there is an event handler in it, `{name}`"));
    }
    let own = |value: &str| value.starts_with('#') || value.starts_with("data:image/");
    if matches!(name.as_str(), "href" | "src") && !own(value.trim()) {
        return Err(format!("its `{name}` leads elsewhere"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(inside: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<svg xmlns=\"{SVG}\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 1 1\">{inside}</svg>"
        )
    }

    #[test]
    fn pictures_are_taken() {
        for inside in [
            "",
            "<path d=\"M0 0h1\" style=\"fill:red\"/><style>path{stroke:blue}</style>",
            "<defs><g id=\"a\"/></defs><use href=\"#a\"/><use xlink:href=\"#a\"/>",
            "<image href=\"data:image/png;base64,AAAA\"/>",
        ] {
            assert_eq!(check(&svg(inside)), Ok(()), "{inside}");
        }
    }

    #[test]
    fn what_is_more_than_a_picture_is_refused() {
        for (text, reason) in [
            (svg("<script>alert(1)</script>"), "a `script`"),
            (svg("<g><SCRIPT/></g>"), "a `SCRIPT`"),
            (svg("<foreignObject/>"), "a `foreignObject`"),
            (
                svg("<x:script xmlns:x=\"http://www.w3.org/1999/xhtml\"/>"),
                "a `script`",
            ),
            (svg("<path onclick=\"alert(1)\"/>"), "`onclick`"),
            (svg("<path ONLOAD=\"alert(1)\"/>"), "`onload`"),
            (
                svg("<use href=\"https://evil.example/a.svg#a\"/>"),
                "leads elsewhere",
            ),
            (
                svg("<a xlink:href=\" javascript:alert(1)\"/>"),
                "leads elsewhere",
            ),
            (svg("<image href=\"data:text/html,x\"/>"), "leads elsewhere"),
            (
                format!("<!DOCTYPE svg [<!ENTITY a \"aaaa\">]>{}", svg("&a;")),
                "",
            ),
            ("<svg/>".to_owned(), "its root"),
            (
                "<html xmlns=\"http://www.w3.org/1999/xhtml\"/>".to_owned(),
                "its root",
            ),
            ("\u{89}PNG".to_owned(), ""),
            (String::new(), ""),
        ] {
            let said = check(&text).expect_err(&text);
            assert!(said.contains(reason), "{text}: {said}");
        }
    }
}
