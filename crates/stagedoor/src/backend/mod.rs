//! The auth backend as a whole: built from configuration and code, then served.

mod builder;
mod inputs;
mod reload;
mod running;

pub use builder::AuthBackendBuilder;
pub use running::AuthBackend;
pub(crate) use running::stop_signal;
