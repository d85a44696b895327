//! In place of `traces/` in a build without the feature `traces`.

use std::{convert::Infallible, sync::Arc};

use stagedoor_ambient::SharedTraceContext;
use stagedoor_config::TraceSettings;
use stagedoor_server::RequestTraces;

/// There are none.
pub(crate) struct Traces(Infallible);

/// Why there are none.
#[derive(Debug, thiserror::Error)]
#[error("this build of Stagedoor sends no traces: it was made without the feature `traces`")]
pub(crate) struct TracesError;

impl Traces {
    pub(crate) fn begin(_: &TraceSettings, _: &[Vec<u8>]) -> Result<Self, TracesError> {
        Err(TracesError)
    }

    pub(crate) fn context(&self) -> SharedTraceContext {
        match self.0 {}
    }

    pub(crate) fn of_requests(&self) -> Arc<dyn RequestTraces> {
        match self.0 {}
    }

    pub(crate) async fn end(self) {
        match self.0 {}
    }
}
