//! Signed tokens of the provider, whatever they are for (RFC 7515, RFC 7519).

pub(crate) mod claim;
mod jws;
pub(crate) mod rules;

pub(crate) use jws::Jws;
