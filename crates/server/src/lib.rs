//! The door: HTTP in, HTTP out.
//!
//! One file per route in `routes/`, named as the route is. Every route parses
//! its request once, asks [`stagedoor_signin`] once, and renders one answer.

mod around;
mod client;
mod cookies;
mod cors;
mod descriptors;
mod error;
mod headers;
mod language;
mod limits;
mod metrics;
mod pages;
mod parameters;
mod places;
mod readiness;
mod request_id;
mod router;
mod routes;
mod serve;
mod settings;
mod stalled;
mod state;
mod tls;
mod traces;

pub use client::{ClientAddress, ClientAddresses, TrustedProxies};
pub use cookies::CookieScope;
pub use descriptors::connections_within_limits;
pub use limits::{InFlight, RateLimit, RateLimits};
pub use metrics::{Metrics, MetricsError};
pub use router::router;
pub use serve::{Bound, ServeError};
pub use settings::{CorsSettings, PageSettings, ServerSettings, auth_url};
pub use state::{AppParts, AppState, ConfigurationStatus};
pub use tls::{Tls, TlsError};
pub use traces::RequestTraces;
