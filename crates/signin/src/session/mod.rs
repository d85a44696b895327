//! Sessions: what the cookie holds, what the database holds, and what a client
//! is told.

mod administration;
mod cookie;
mod gates;
mod place;
mod policy;
mod reseal;
mod response;
mod rotation;
mod tokens;

pub use administration::{SessionAdministration, SessionPage, SessionSummary, user_named};
pub use cookie::SessionCookie;
pub use policy::SessionPolicy;
pub use reseal::{Resealed, reseal_sessions};
pub use response::{ProviderInfo, SessionResponse};

pub use stagedoor_storage::{SessionFilter, SessionId, SessionPlace};

pub(crate) use cookie::Presented;
pub(crate) use gates::{Inside, SessionGates};
pub(crate) use place::Place;
pub(crate) use rotation::{Rotation, Standing};
pub(crate) use tokens::SessionTokens;
