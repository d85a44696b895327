//! `display`: how people see a provider.

use super::{Paths, Svg};
use crate::reading::{Field, Section};

/// `display`: what the sign-in page and the list of providers say of a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Display {
    /// `title`: its name.
    pub title: Option<String>,
    /// `message`: a sentence below it.
    pub message: Option<String>,
    /// `icon`: what stands before it.
    pub icon: Option<Icon>,
    /// `order`: lower numbers come first, equal ones in the order of the file;
    /// 0 unless it is set.
    pub order: i32,
}

/// `icon`: a built-in drawing, or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Icon {
    /// One of [`Icon::BUILT_IN`].
    BuiltIn(&'static str),
    /// An SVG file.
    Svg(Svg),
}

impl Icon {
    /// The names of the built-in drawings: of providers, and neutral ones.
    pub const BUILT_IN: [&'static str; 24] = [
        "auth0",
        "authentik",
        "azure",
        "badge",
        "building",
        "cloud",
        "code",
        "cognito",
        "dex",
        "entra",
        "github",
        "gitlab",
        "globe",
        "google",
        "key",
        "keycloak",
        "lock",
        "microsoft",
        "okta",
        "onelogin",
        "person",
        "ping",
        "shield",
        "zitadel",
    ];

    /// The drawing that is meant for a provider of this id, if there is one.
    ///
    /// ```
    /// use stagedoor_config::Icon;
    ///
    /// assert_eq!(Icon::for_id("Keycloak"), Some(Icon::BuiltIn("keycloak")));
    /// assert_eq!(Icon::for_id("acme"), None);
    /// ```
    #[must_use]
    pub fn for_id(id: &str) -> Option<Self> {
        Self::BUILT_IN
            .into_iter()
            .find(|name| id.eq_ignore_ascii_case(name))
            .map(Self::BuiltIn)
    }

    fn read(field: &Field<'_>, paths: &Paths) -> Option<Self> {
        let is_file = field
            .as_text()
            .is_some_and(|text| text.contains(['/', '\\', '.']));
        if is_file {
            return Svg::read(field, paths).map(Self::Svg);
        }
        field
            .choice(&Self::BUILT_IN.map(|name| (name, name)))
            .map(Self::BuiltIn)
    }
}

impl Display {
    pub(super) fn read(provider: &Section<'_>, paths: &Paths) -> Self {
        let display = provider.section("display");
        display.warn_of_typos(&["title", "message", "icon", "order"], &[]);
        Self {
            title: display.get("title").and_then(|field| field.string()),
            message: display.get("message").and_then(|field| field.string()),
            icon: display
                .get("icon")
                .and_then(|field| Icon::read(&field, paths)),
            order: display
                .get("order")
                .and_then(|field| whole_number(&field))
                .unwrap_or_default(),
        }
    }
}

fn whole_number(field: &Field<'_>) -> Option<i32> {
    let number = field.number()?;
    let fits = number.fract() == 0.0 && (-1e6..=1e6).contains(&number);
    if fits {
        Some(number as i32)
    } else {
        field.wrong("a whole number from -1000000 to 1000000")
    }
}
