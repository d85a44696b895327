//! `discovery.endpoints`: where other plugins are.

use crate::reading::{Field, Section};

/// Where some plugins are reached; `{{pluginId}}` in a URL stands for the plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoveryEndpoint {
    /// For calls from backend to backend.
    pub internal: Option<String>,
    /// For calls from browsers.
    pub external: Option<String>,
    /// The plugins it is for; `*` is all of them.
    pub plugins: Vec<String>,
}

impl DiscoveryEndpoint {
    pub(super) fn read_all(root: &Section<'_>) -> Vec<Self> {
        let discovery = root.section("discovery");
        let endpoints = discovery
            .get("endpoints")
            .and_then(|field| field.sections())
            .unwrap_or_default();
        endpoints.iter().filter_map(Self::read).collect()
    }

    fn read(endpoint: &Section<'_>) -> Option<Self> {
        let target = endpoint.required("target", &["url"]);
        let plugins = endpoint.required("plugins", &["plugin"]);
        let plugins = plugins.and_then(|field| field.strings());
        let (internal, external) = Self::target(&target?)?;
        Some(Self {
            internal,
            external,
            plugins: plugins?,
        })
    }

    fn target(field: &Field<'_>) -> Option<(Option<String>, Option<String>)> {
        if field.as_text().is_some() {
            let url = field.string()?;
            return Some((Some(url.clone()), Some(url)));
        }
        if !field.is_object() {
            return field.wrong("a URL, or an object with `internal` and `external`");
        }
        let target = field.section()?;
        target.warn_of_typos(&["internal", "external"], &[]);
        let url = |key| target.get(key).and_then(|field| field.string());
        Some((url("internal"), url("external")))
    }
}
