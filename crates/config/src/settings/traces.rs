//! `stagedoor.traces`: where traces are sent.

use secrecy::SecretString;
use url::Url;

use crate::reading::{Field, Section};

/// Where traces are sent, by OTLP over HTTP, and how many.
#[derive(Debug, Clone)]
pub struct TraceSettings {
    /// `endpoint`: the collector, to whose path `/v1/traces` is added.
    pub endpoint: Url,
    /// `headers`: sent along, such as the collector's password.
    pub headers: Vec<(String, SecretString)>,
    /// `sampleRatio`: the share of requests that are told, 0 to 1.
    pub sample_ratio: f64,
    /// `followParent`: whether it is up to whoever sends a request if it is
    /// told, by the flag in its `traceparent`.
    pub follow_parent: bool,
}

impl TraceSettings {
    /// `None` without an endpoint: also one whose variable is not set, so that
    /// one configuration serves with a collector and without.
    pub(super) fn read(stagedoor: &Section<'_>) -> Option<Self> {
        let traces = stagedoor.optional_section("traces")?;
        traces.warn_of_typos(&["endpoint", "headers", "sampleRatio", "followParent"], &[]);
        if traces.mentions("endpoint") && traces.get("endpoint").is_none() {
            return None;
        }
        let endpoint = endpoint(&traces.required("endpoint", &["url"])?);
        let headers = traces.section("headers");
        let headers = headers.fields();
        let headers = headers.filter_map(|field| Some((field.key.to_owned(), field.secret()?)));
        let ratio = traces.get("sampleRatio").and_then(|field| ratio(&field));
        let follow = traces.get("followParent").and_then(|field| field.boolean());
        Some(Self {
            headers: headers.collect(),
            endpoint: endpoint?,
            sample_ratio: ratio.unwrap_or(1.0),
            follow_parent: follow.unwrap_or(false),
        })
    }
}

/// Credentials in it would not be sent.
fn endpoint(field: &Field<'_>) -> Option<Url> {
    let url = field.url()?;
    match url.username().is_empty() && url.password().is_none() {
        true => Some(url),
        false => field.error(field.problem(
            "what the collector is to know its clients by belongs into `headers`, not into its address",
        )),
    }
}

fn ratio(field: &Field<'_>) -> Option<f64> {
    let ratio = field.number()?;
    match (0.0..=1.0).contains(&ratio) {
        true => Some(ratio),
        false => field.wrong("a number from 0 to 1"),
    }
}
