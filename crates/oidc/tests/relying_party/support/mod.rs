//! A provider in this process, and a client of it.

mod client;
mod keys;
mod provider;

pub(crate) use client::{CLIENT_ID, Client, SUBJECT, callback, query, refused};
pub(crate) use keys::TestKey;
pub(crate) use provider::{Endpoint, Reply};
