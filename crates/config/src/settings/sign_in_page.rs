//! `stagedoor.signInPage`: how the sign-in page looks.

use std::fmt;

use url::Url;

use super::{Paths, Svg};
use crate::reading::{Field, Section};

/// How the sign-in page looks, and whether it waits for a click.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignInPage {
    /// `title`: what people sign in to; `app.title` unless it is set.
    pub title: Option<String>,
    /// `logo`: an SVG file, in place of ours.
    pub logo: Option<Svg>,
    /// `accentColor`: of buttons and links.
    pub accent_color: Option<Color>,
    /// `auto`: the only provider there is gets asked straight away.
    pub auto: bool,
    /// `supportUrl`: where people who can't get in find help; a web page, or an
    /// address as `mailto:`.
    pub support_url: Option<Url>,
}

/// A colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

impl Color {
    /// Reads `#rgb` or `#rrggbb`.
    ///
    /// ```
    /// use stagedoor_config::Color;
    ///
    /// assert_eq!(Color::parse("#fa0"), Color::parse("#FFAA00"));
    /// assert_eq!(Color::parse("orange"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = match digits.len() {
            6 => number,
            3 => ((number & 0xf00) << 8 | (number & 0xf0) << 4 | number & 0xf) * 0x11,
            _ => return None,
        }
        .to_be_bytes();
        Some(Self { red, green, blue })
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl SignInPage {
    pub(super) fn read(stagedoor: &Section<'_>, paths: &Paths) -> Self {
        let page = stagedoor.section("signInPage");
        page.warn_of_typos(&["title", "logo", "accentColor", "auto", "supportUrl"], &[]);
        Self {
            title: page.get("title").and_then(|field| field.string()),
            logo: page.get("logo").and_then(|field| Svg::read(&field, paths)),
            accent_color: page.get("accentColor").and_then(|field| color(&field)),
            auto: page
                .get("auto")
                .and_then(|field| field.boolean())
                .unwrap_or(false),
            support_url: page.get("supportUrl").and_then(|field| web_or_mail(&field)),
        }
    }
}

fn color(field: &Field<'_>) -> Option<Color> {
    match Color::parse(field.str()?) {
        Some(color) => Some(color),
        None => field.wrong("a colour such as '#2f5bd7'"),
    }
}

fn web_or_mail(field: &Field<'_>) -> Option<Url> {
    let url = Url::parse(field.str()?).ok();
    match url.filter(|url| matches!(url.scheme(), "http" | "https" | "mailto")) {
        Some(url) => Some(url),
        None => field.wrong("an http://, https:// or mailto: URL"),
    }
}
