//! A provider in this process, and a client of it.

mod client;
mod keys;
mod provider;
mod proxy;
mod tls;

pub(crate) use client::{CLIENT_ID, Client, SUBJECT, callback, query, refused};
pub(crate) use keys::TestKey;
pub(crate) use provider::{Endpoint, Reply, TestProvider};
pub(crate) use proxy::TestProxy;
pub(crate) use tls::{Authority, Certified, Presented};
