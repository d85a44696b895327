//! The door: HTTP in, HTTP out.
//!
//! One file per route in `routes/`, named as the route is. Every route parses
//! its request once, asks [`stagedoor_signin`] once, and renders one answer.

mod cookies;
mod cors;
mod error;
mod headers;
mod metrics;
mod pages;
mod parameters;
mod request_id;
mod router;
mod routes;
mod serve;
mod settings;
mod stalled;
mod state;
mod tls;

pub use cookies::CookieScope;
pub use metrics::{Metrics, MetricsError};
pub use router::router;
pub use serve::{Bound, ServeError};
pub use settings::{CorsSettings, ServerSettings, auth_url};
pub use state::{AppState, ConfigurationStatus};
pub use tls::{Tls, TlsError};
