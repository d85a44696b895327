//! Whose word about a client's address is taken: `backend.trustProxy`, as
//! Backstage has it, and `stagedoor.trustedProxies`, which goes before it.

use ipnet::IpNet;

use crate::reading::{Field, Section};

/// The header that proxies write most.
const DEFAULT_HEADER: &str = "x-forwarded-for";

/// Names that Express has for networks.
const NAMED: [(&str, &[&str]); 3] = [
    ("loopback", &["127.0.0.0/8", "::1/128"]),
    ("linklocal", &["169.254.0.0/16", "fe80::/10"]),
    (
        "uniquelocal",
        &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
    ),
];

/// Which proxies are believed about who their client is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustedProxies {
    /// Nothing is said: it may be that there are proxies, or none.
    Unsaid,
    /// Those in these networks; none of them if there are none.
    Networks(Vec<IpNet>),
    /// So many, one behind the other, whatever their addresses.
    Hops(usize),
}

/// How the address of a client is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAddressSettings {
    /// `stagedoor.trustedProxies`, else `backend.trustProxy`.
    pub proxies: TrustedProxies,
    /// `stagedoor.clientAddressHeader`, in lower case.
    pub header: String,
}

impl Default for ClientAddressSettings {
    fn default() -> Self {
        Self {
            proxies: TrustedProxies::Unsaid,
            header: DEFAULT_HEADER.to_owned(),
        }
    }
}

impl ClientAddressSettings {
    /// Reads both sections, and tells of mistakes in either.
    pub(super) fn read(root: &Section<'_>) -> Self {
        let stagedoor = root.section("stagedoor");
        let of_backstage = root
            .section("backend")
            .get("trustProxy")
            .map(|field| trust_proxy(&field));
        let ours = stagedoor
            .get("trustedProxies")
            .map(|field| TrustedProxies::Networks(networks(&field)));
        let header = stagedoor
            .get("clientAddressHeader")
            .and_then(|field| header_name(&field));
        Self {
            proxies: ours.or(of_backstage).unwrap_or(TrustedProxies::Unsaid),
            header: header.unwrap_or_else(|| DEFAULT_HEADER.to_owned()),
        }
    }
}

/// Express takes a number of proxies, addresses, or a boolean.
fn trust_proxy(field: &Field<'_>) -> TrustedProxies {
    if field.is_list() || field.as_text().is_some() {
        return TrustedProxies::Networks(networks(field));
    }
    if let Some(trusted) = field.as_boolean() {
        if !trusted {
            return TrustedProxies::Networks(Vec::new());
        }
        field.warn(
            field
                .problem("true believes whoever connects: taken as one proxy, whose client is the last address of the header")
                .with_help("name the proxies in `stagedoor.trustedProxies`"),
        );
        return TrustedProxies::Hops(1);
    }
    match field.number() {
        Some(hops) if hops.fract() == 0.0 && (0.0..=32.0).contains(&hops) => {
            TrustedProxies::Hops(hops as usize)
        }
        Some(_) => field
            .wrong("a number of proxies from 0 to 32")
            .unwrap_or(TrustedProxies::Unsaid),
        None => TrustedProxies::Unsaid,
    }
}

/// A list of networks, or a text with commas between them, as Express takes it.
fn networks(field: &Field<'_>) -> Vec<IpNet> {
    let Some(items) = field.string_or_strings() else {
        return Vec::new();
    };
    let names = items.iter().flat_map(|item| item.split(','));
    let mut networks = Vec::new();
    for name in names.map(str::trim).filter(|name| !name.is_empty()) {
        match network(name) {
            Some(found) => {
                if found.iter().any(|network| network.prefix_len() == 0) {
                    field.warn(
                        field
                            .problem(format!("{name:?} believes whoever connects: anybody can say to be another client, and no rate limit holds"))
                            .with_help("name the proxies, or the network that only they are in"),
                    );
                }
                networks.extend(found);
            }
            None => {
                let _: Option<()> = field.error(
                    field.problem(format!(
                        "{name:?} is no address, no network such as 10.0.0.0/8, and none of loopback, linklocal and uniquelocal"
                    )),
                );
            }
        }
    }
    networks
}

fn network(text: &str) -> Option<Vec<IpNet>> {
    if let Some((_, networks)) = NAMED.iter().find(|(name, _)| *name == text) {
        return networks
            .iter()
            .map(|network| network.parse().ok())
            .collect();
    }
    let one = match text.parse::<IpNet>() {
        Ok(network) => network.trunc(),
        Err(_) => IpNet::from(text.parse::<std::net::IpAddr>().ok()?.to_canonical()),
    };
    Some(vec![one])
}

fn header_name(field: &Field<'_>) -> Option<String> {
    let name = field.str()?.to_ascii_lowercase();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if name.bytes().all(plain) {
        Some(name)
    } else {
        field.wrong("the name of a header")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_networks_and_names_are_networks() {
        let read = |text| {
            network(text).map(|found| found.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(read("10.1.2.3"), Some(vec!["10.1.2.3/32".to_owned()]));
        assert_eq!(read("10.1.2.3/8"), Some(vec!["10.0.0.0/8".to_owned()]));
        assert_eq!(
            read("2001:db8::1"),
            Some(vec!["2001:db8::1/128".to_owned()])
        );
        assert_eq!(
            read("::ffff:10.0.0.1"),
            Some(vec!["10.0.0.1/32".to_owned()])
        );
        assert_eq!(read("loopback").map(|found| found.len()), Some(2));
        for wrong in ["", "10.0.0.0/33", "ingress", "10.0.0", "::/129"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
