//! Programs on people's own machines, as far as flows know them: which may
//! ask, where they listen, and what they have asked for. How they are answered
//! is in [`crate::native`].

mod loopback;
mod pkce;
mod registered;
mod request;

pub use loopback::LoopbackRedirect;
pub(crate) use pkce::CodeChallenge;
pub use registered::NativeClients;
pub use request::ClientRequest;
