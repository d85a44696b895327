//! The provider's public keys (RFC 7517).

mod key;
mod key_ring;
mod key_set;
mod rules;

pub(crate) use key_ring::KeyRing;
