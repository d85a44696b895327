use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use http::HeaderValue;
use proptest::prelude::*;

use super::*;

fn headers(lines: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(
            HeaderName::try_from(*name).unwrap(),
            HeaderValue::try_from(*value).unwrap(),
        );
    }
    headers
}

fn networks(networks: &[&str]) -> TrustedProxies {
    TrustedProxies::Networks(networks.iter().map(|it| it.parse().unwrap()).collect())
}

fn found(proxies: TrustedProxies, header: &str, peer: &str, lines: &[(&str, &str)]) -> String {
    let rule = ClientAddresses::new(proxies, HeaderName::try_from(header).unwrap());
    rule.find(peer.parse().unwrap(), &headers(lines))
        .to_string()
}

fn by_list(proxies: &[&str], peer: &str, value: &str) -> String {
    let lines = [("x-forwarded-for", value)];
    found(networks(proxies), "x-forwarded-for", peer, &lines)
}

#[test]
fn the_last_address_that_is_no_trusted_proxy_counts() {
    let proxies = ["10.0.0.0/8", "fd00::/8"];
    let check = |value| by_list(&proxies, "10.0.0.1", value);
    assert_eq!(check("203.0.113.9"), "203.0.113.9");
    assert_eq!(check("6.6.6.6, 203.0.113.9, 10.0.0.7"), "203.0.113.9");
    assert_eq!(
        check("rubbish, 203.0.113.9,10.0.0.7 , fd00::1"),
        "203.0.113.9"
    );
    assert_eq!(check("203.0.113.9:4711"), "203.0.113.9");
    assert_eq!(check("[2001:db8::1]:4711, [fd00::1]"), "2001:db8::1");
    assert_eq!(check("::ffff:203.0.113.9"), "203.0.113.9");
    assert_eq!(check("10.0.0.9, 10.0.0.8"), "10.0.0.9", "all are proxies");
}

#[test]
fn a_peer_that_is_no_trusted_proxy_is_not_believed() {
    assert_eq!(
        by_list(&["10.0.0.0/8"], "203.0.113.1", "6.6.6.6"),
        "203.0.113.1"
    );
    assert_eq!(by_list(&[], "10.0.0.1", "6.6.6.6"), "10.0.0.1");
    assert_eq!(
        by_list(&["10.0.0.0/8"], "::ffff:10.0.0.1", "6.6.6.6"),
        "6.6.6.6"
    );
}

#[test]
fn what_can_not_be_read_is_the_peer() {
    for value in [
        "",
        "unknown",
        "203.0.113.9, ",
        "203.0.113.9, 10.0.0.256",
        "203.0.113.9 10.0.0.1",
        "_hidden",
    ] {
        assert_eq!(
            by_list(&["10.0.0.0/8"], "10.0.0.1", value),
            "10.0.0.1",
            "{value:?}"
        );
    }
    let many = vec!["10.0.0.1"; 70].join(",");
    assert_eq!(by_list(&["10.0.0.0/8"], "10.0.0.2", &many), "10.0.0.2");
    assert_eq!(
        found(
            networks(&["10.0.0.0/8"]),
            "x-forwarded-for",
            "10.0.0.1",
            &[]
        ),
        "10.0.0.1"
    );
}

#[test]
fn several_lines_are_one_list() {
    let lines = [
        ("x-forwarded-for", "6.6.6.6"),
        ("x-forwarded-for", "203.0.113.9"),
    ];
    let all = found(
        networks(&["10.0.0.0/8"]),
        "x-forwarded-for",
        "10.0.0.1",
        &lines,
    );
    assert_eq!(all, "203.0.113.9");
}

#[test]
fn an_open_quote_does_not_hide_the_proxys_own_word() {
    for forged in [
        r#"for=6.6.6.6;a=", for=203.0.113.9"#,
        r#"for=6.6.6.6;a="\, for="[2001:db8::1]""#,
    ] {
        let lines = [("forwarded", forged)];
        let read = found(networks(&["10.0.0.0/8"]), "forwarded", "10.0.0.1", &lines);
        assert_eq!(read, "10.0.0.1", "{forged}");
    }
}

#[test]
fn hops_are_counted() {
    let check = |hops, value| {
        found(
            TrustedProxies::Hops(hops),
            "x-forwarded-for",
            "10.0.0.1",
            &[("x-forwarded-for", value)],
        )
    };
    assert_eq!(check(0, "1.1.1.1"), "10.0.0.1");
    assert_eq!(check(1, "1.1.1.1, 2.2.2.2"), "2.2.2.2");
    assert_eq!(check(2, "1.1.1.1, 2.2.2.2"), "1.1.1.1");
    assert_eq!(check(3, "1.1.1.1, 2.2.2.2"), "1.1.1.1");
}

#[test]
fn forwarded_of_rfc_7239() {
    let check = |value| {
        found(
            networks(&["10.0.0.0/8"]),
            "forwarded",
            "10.0.0.1",
            &[("forwarded", value)],
        )
    };
    assert_eq!(
        check("for=192.0.2.60;proto=http;by=203.0.113.43"),
        "192.0.2.60"
    );
    assert_eq!(
        check(r#"For="[2001:db8:cafe::17]:4711""#),
        "2001:db8:cafe::17"
    );
    assert_eq!(
        check(r#"for=6.6.6.6, for=192.0.2.43;host="a,b;for=1.1.1.1", FOR=10.0.0.2"#),
        "192.0.2.43"
    );
    for unreadable in [
        "for=unknown",
        "for=_x",
        "for=1.1.1.1;for=2.2.2.2",
        "proto=http",
        "",
        r#"for="1.1.1.1"#,
    ] {
        assert_eq!(check(unreadable), "10.0.0.1", "{unreadable}");
    }
    let other = [("x-forwarded-for", "6.6.6.6")];
    assert_eq!(
        found(networks(&["10.0.0.0/8"]), "forwarded", "10.0.0.1", &other),
        "10.0.0.1"
    );
}

#[test]
fn a_header_with_one_address() {
    let check = |lines: &[_]| found(networks(&["10.0.0.0/8"]), "x-real-ip", "10.0.0.1", lines);
    assert_eq!(check(&[("x-real-ip", "203.0.113.9")]), "203.0.113.9");
    assert_eq!(check(&[("x-real-ip", "10.9.9.9")]), "10.9.9.9");
    assert_eq!(check(&[("x-real-ip", "1.1.1.1, 2.2.2.2")]), "10.0.0.1");
    assert_eq!(
        check(&[("x-real-ip", "1.1.1.1"), ("x-real-ip", "2.2.2.2")]),
        "10.0.0.1"
    );
}

#[test]
fn a_neighbour_that_speaks_for_others_is_a_proxy_nobody_named() {
    let shared = |proxies, peer: &str, lines: &[_]| {
        let rule = ClientAddresses::new(proxies, HeaderName::from_static("x-forwarded-for"));
        rule.find(peer.parse().unwrap(), &headers(lines))
            .is_shared()
    };
    let told = [("x-forwarded-for", "1.1.1.1")];
    assert!(shared(TrustedProxies::Unsaid, "10.0.0.1", &told));
    assert!(shared(TrustedProxies::Unsaid, "::1", &told));
    assert!(!shared(TrustedProxies::Unsaid, "10.0.0.1", &[]));
    assert!(!shared(TrustedProxies::Unsaid, "203.0.113.1", &told));
    assert!(!shared(networks(&[]), "10.0.0.1", &told));
    assert!(!shared(networks(&["10.0.0.0/8"]), "10.0.0.1", &told));
}

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| IpAddr::V4(Ipv4Addr::from(bits))),
        any::<u128>().prop_map(|bits| IpAddr::V6(Ipv6Addr::from(bits)).to_canonical()),
    ]
}

/// As proxies write it, with or without a port.
fn written(address: IpAddr, port: Option<u16>) -> String {
    match (address, port) {
        (IpAddr::V6(address), None) => format!("[{address}]"),
        (address, None) => address.to_string(),
        (address, Some(port)) => SocketAddr::new(address, port).to_string(),
    }
}

proptest! {
    /// Whatever a client writes before, the proxy's own word counts.
    #[test]
    fn nobody_names_an_address_for_themselves(
        forged in "[\\x20-\\x7e]{0,80}",
        client in address(),
        port in any::<Option<u16>>(),
    ) {
        let proxies = ["192.0.2.1/32"];
        prop_assume!(client.to_string() != "192.0.2.1");
        let told = written(client, port);
        prop_assert_eq!(by_list(&proxies, "192.0.2.1", &format!("{forged},{told}")), client.to_string());
        let quoted = format!("for=\"{told}\"");
        let alone = found(networks(&proxies), "forwarded", "192.0.2.1", &[("forwarded", &quoted)]);
        prop_assert_eq!(alone, client.to_string());
        // What is written before can make it unreadable, and no more.
        let one_line = format!("{forged},{quoted}");
        for lines in [
            vec![("forwarded", forged.as_str()), ("forwarded", quoted.as_str())],
            vec![("forwarded", one_line.as_str())],
        ] {
            let both = found(networks(&proxies), "forwarded", "192.0.2.1", &lines);
            prop_assert!(both == client.to_string() || both == "192.0.2.1", "{both} of {lines:?}");
        }
    }

    /// Without a trusted proxy nothing that is sent makes a difference.
    #[test]
    fn headers_of_strangers_change_nothing(peer in address(), value in "\\PC{0,80}", name in 0..3_usize) {
        let name = ["x-forwarded-for", "forwarded", "x-real-ip"][name];
        if let Ok(value) = HeaderValue::try_from(value) {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::try_from(name).unwrap(), value);
            for proxies in [TrustedProxies::Unsaid, networks(&[]), TrustedProxies::Hops(0)] {
                let rule = ClientAddresses::new(proxies, HeaderName::try_from(name).unwrap());
                prop_assert_eq!(rule.find(peer, &headers).ip(), peer);
            }
        }
    }

    #[test]
    fn any_header_is_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), name in 0..3_usize) {
        let name = ["x-forwarded-for", "forwarded", "x-real-ip"][name];
        if let Ok(value) = HeaderValue::from_bytes(&bytes) {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::try_from(name).unwrap(), value);
            let rule = ClientAddresses::new(TrustedProxies::Hops(40), HeaderName::try_from(name).unwrap());
            let _ = rule.find(IpAddr::V4(Ipv4Addr::LOCALHOST), &headers);
        }
    }
}
