//! Who a request comes from, as far as that can be known.

mod forwarded;

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;

/// The other end of the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The address of a request's client: the other end of the connection, or what
/// a trusted proxy says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress {
    address: IpAddr,
    shared: bool,
}

impl ClientAddress {
    /// The address; an IPv4 address is never written as IPv6.
    #[must_use]
    pub fn ip(self) -> IpAddr {
        self.address
    }

    /// Whether it is a proxy's that nobody has named, which many clients share:
    /// its requests can't be counted as those of one.
    #[must_use]
    pub fn is_shared(self) -> bool {
        self.shared
    }
}

impl std::fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.address.fmt(f)
    }
}

/// Which proxies are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustedProxies {
    /// Nobody has said whether there are any.
    Unsaid,
    /// Those in these networks.
    Networks(Vec<IpNet>),
    /// So many, one behind the other.
    Hops(usize),
}

/// How the address of a client is found.
#[derive(Debug, Clone)]
pub struct ClientAddresses {
    proxies: TrustedProxies,
    header: Header,
}

/// Where a proxy says who its client is.
#[derive(Debug, Clone)]
enum Header {
    /// `X-Forwarded-For`: a list, to which each proxy adds who called it.
    List(HeaderName),
    /// `Forwarded` (RFC 7239).
    Forwarded,
    /// A header with one address, such as `X-Real-IP`.
    Single(HeaderName),
}

impl Header {
    fn name(&self) -> &HeaderName {
        match self {
            Self::List(name) | Self::Single(name) => name,
            Self::Forwarded => &header::FORWARDED,
        }
    }
}

impl ClientAddresses {
    /// Believes `proxies` what they say in `header`.
    #[must_use]
    pub fn new(proxies: TrustedProxies, header: HeaderName) -> Self {
        let header = match header {
            header::FORWARDED => Header::Forwarded,
            name if name == "x-forwarded-for" => Header::List(name),
            name => Header::Single(name),
        };
        Self { proxies, header }
    }

    /// The address of a request's client. Only what trusted proxies wrote is
    /// believed: the last address that is not one of theirs. When that can't be
    /// read, it is the other end of the connection.
    #[must_use]
    pub fn find(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let peer = peer.to_canonical();
        let own = |address| ClientAddress {
            address,
            shared: false,
        };
        if !self.trusts(0, peer) {
            return ClientAddress {
                address: peer,
                shared: self.is_unnamed_proxy(peer, headers),
            };
        }
        own(self.told(headers).unwrap_or(peer))
    }

    /// Walks from the proxy next to us outwards.
    fn told(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let chain = match &self.header {
            Header::List(name) => forwarded::list(headers, name)?,
            Header::Forwarded => forwarded::rfc7239(headers)?,
            Header::Single(name) => return forwarded::single(headers, name),
        };
        let mut furthest = None;
        for (hop, told) in chain.into_iter().rev().enumerate() {
            let address = told?;
            furthest = Some(address);
            if !self.trusts(hop + 1, address) {
                break;
            }
        }
        furthest
    }

    fn trusts(&self, hop: usize, address: IpAddr) -> bool {
        match &self.proxies {
            TrustedProxies::Unsaid => false,
            TrustedProxies::Networks(networks) => {
                networks.iter().any(|network| network.contains(&address))
            }
            TrustedProxies::Hops(hops) => hop < *hops,
        }
    }

    /// Nobody has said that there is a proxy, and it looks as if there were
    /// one: a neighbour speaks for others.
    fn is_unnamed_proxy(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        self.proxies == TrustedProxies::Unsaid
            && is_neighbour(peer)
            && headers.contains_key(self.header.name())
    }
}

/// An address of this machine or of a network that is not public.
fn is_neighbour(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local()
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests;
