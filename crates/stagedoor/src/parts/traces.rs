//! `stagedoor.traces` → where traces are sent.

use stagedoor_config::Settings;

use super::Authorities;
use crate::{StartError, traces::Traces};

const KEY: &str = "stagedoor.traces";

/// Begins to send traces, if there is a place to send them to.
pub(crate) fn traces(
    settings: &Settings,
    authorities: &Authorities,
) -> Result<Option<Traces>, StartError> {
    let Some(settings) = &settings.stagedoor.traces else {
        return Ok(None);
    };
    let traces = Traces::begin(settings, authorities)
        .map_err(|error| StartError::setting(KEY, error.to_string()))?;
    tracing::info!(collector = settings.endpoint.host_str(), "traces are sent");
    Ok(Some(traces))
}
