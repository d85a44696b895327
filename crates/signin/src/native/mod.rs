//! Sign-in for programs on people's own machines: command lines and desktop
//! apps, through the system's browser and a loopback redirect (RFC 8252).
//!
//! The way: [`read_client_request`](crate::SignIn::read_client_request) reads `/v1/authorize`; a page asks
//! the person; what they agree to is a [`ClientRequest`], sealed for their
//! browser meanwhile. [`start_for_client`](crate::SignIn::start_for_client) begins the usual flow with
//! it. Where that ends, [`client_answer`](crate::SignIn::client_answer) makes the address that takes
//! a code to the program. At `/v1/token` the code becomes tokens
//! ([`exchange_code`](crate::SignIn::exchange_code)), and these go on ([`refresh_for_client`](crate::SignIn::refresh_for_client))
//! or end ([`revoke_for_client`](crate::SignIn::revoke_for_client)).
//!
//! Programs are public clients: anyone can say to be one. So a code is worth
//! nothing without the PKCE verifier of whom it was asked by (RFC 7636), goes to
//! this machine only, and nobody gets one whom a person did not agree to.

mod answer;
mod code;
mod consent;
mod oauth_error;
mod refresh_token;
mod request;
mod sealed;
mod start;
mod token;

pub use code::CodeExchange;
pub use consent::BrowserBinding;
pub use oauth_error::{OAuthError, OAuthErrorCode};
pub use request::{AuthorizeParameters, NotAuthorized};
pub use token::ClientTokens;

pub use crate::native_client::{ClientRequest, LoopbackRedirect, NativeClients};
