//! The flows, one file each: start → callback → refresh → logout.

mod callback;
mod logout;
mod refresh;
mod start;
mod state;
mod take_over;

pub use callback::{CallbackAnswer, CallbackRequest, Delivery, SignedIn};
pub use logout::{LoggedOut, LogoutRequest};
pub use refresh::{RefreshRequest, Refreshed};
pub use start::{StartRequest, Started};
pub use state::FlowId;
