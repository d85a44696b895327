//! The flows, one file each: start → callback → refresh → logout.

mod backchannel_logout;
mod callback;
mod frontchannel_logout;
mod logout;
mod refresh;
mod reused;
mod session_limit;
mod start;
mod state;
mod take_over;

pub use backchannel_logout::BackchannelLogoutRequest;
pub use callback::{CallbackAnswer, CallbackRequest, Delivery, SignedIn};
pub use frontchannel_logout::FrontchannelLogoutRequest;
pub use logout::{LoggedOut, LogoutRequest};
pub use refresh::{RefreshRequest, Refreshed};
pub use start::{StartRequest, Started};
pub use state::FlowId;
#[cfg(feature = "bench")]
pub(crate) use state::{FlowCookie, FlowKind, FlowState};
