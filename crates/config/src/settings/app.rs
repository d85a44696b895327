//! `app`: the frontend.

use url::Url;

use crate::reading::Section;

/// Where the Backstage frontend is.
#[derive(Debug, Clone)]
pub struct App {
    /// `app.baseUrl`; its origin is the one that may start a sign-in.
    pub base_url: Url,
    /// `app.title`.
    pub title: Option<String>,
}

impl App {
    pub(super) fn read(root: &Section<'_>) -> Option<Self> {
        let app = root.section("app");
        app.warn_of_typos(&["baseUrl", "title"], &[]);
        let base_url = app.required("baseUrl", &["url"]);
        let title = app.get("title").and_then(|field| field.string());
        Some(Self {
            base_url: base_url?.url()?,
            title,
        })
    }
}
