//! The header fields of proxies, and the client that they name.

use super::*;
use crate::serve::proxy::{Proxies, UnreliableFields};
use crate::serve::socket::Peer;

const PROXY: &str = "10.0.0.1:4711";
const STRANGER: &str = "192.0.2.9:4711";

fn networks() -> Vec<Network> {
    let texts = ["10.0.0.0/8", "2001:db8:1::/48"];
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// Returns the client and the remaining fields, one line each.
fn sanitize(
    peer: &str,
    fields: &[(&str, &str)],
) -> Result<(String, Vec<String>), UnreliableFields> {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let name: HeaderName = name.parse().unwrap();
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    let peer = Peer::Address(peer.parse().unwrap());
    let client = Proxies::new(networks()).sanitize(peer, &mut headers)?;
    let line =
        |(name, value): (&HeaderName, &HeaderValue)| format!("{name}: {}", value.to_str().unwrap());
    let mut lines: Vec<_> = headers.iter().map(line).collect();
    lines.sort_unstable();
    Ok((client.unwrap().to_string(), lines))
}

#[test]
fn right_most_untrusted_hop_is_the_client() {
    for (values, client, kept) in [
        (&["192.0.2.1"][..], "192.0.2.1:0", "192.0.2.1"),
        // its left is the client's own text
        (&["1.1.1.1, 192.0.2.1"], "192.0.2.1:0", "192.0.2.1"),
        (&["10.0.0.7, 192.0.2.1"], "192.0.2.1:0", "192.0.2.1"),
        (&["127.0.0.1,::1, x,\"y, 192.0.2.1"], "", ""),
        (&["junk, 192.0.2.1"], "192.0.2.1:0", "192.0.2.1"),
        // in several lines
        (&["1.1.1.1", "192.0.2.1"], "192.0.2.1:0", "192.0.2.1"),
        (
            &["1.1.1.1", "192.0.2.1, 10.0.0.2"],
            "192.0.2.1:0",
            "192.0.2.1, 10.0.0.2",
        ),
        // through several proxies
        (
            &["1.1.1.1, 192.0.2.1, 10.0.0.2, 10.0.0.3"],
            "192.0.2.1:0",
            "192.0.2.1, 10.0.0.2, 10.0.0.3",
        ),
        (
            &["192.0.2.1,10.0.0.2 ,\t10.0.0.3"],
            "192.0.2.1:0",
            "192.0.2.1, 10.0.0.2, 10.0.0.3",
        ),
        // a request of a proxy itself
        (&["10.0.0.3"], "10.0.0.3:0", "10.0.0.3"),
        (&["10.0.0.3, 10.0.0.2"], "10.0.0.3:0", "10.0.0.3, 10.0.0.2"),
        // ports and IPv6
        (&["192.0.2.1:65535"], "192.0.2.1:65535", "192.0.2.1:65535"),
        (&["2001:db8::9"], "[2001:db8::9]:0", "2001:db8::9"),
        (&["[2001:db8::9]"], "[2001:db8::9]:0", "[2001:db8::9]"),
        (
            &["[2001:db8::9]:443"],
            "[2001:db8::9]:443",
            "[2001:db8::9]:443",
        ),
        (
            &["192.0.2.1, 2001:db8:1::7, [2001:db8:1::8]:80"],
            "192.0.2.1:0",
            "192.0.2.1, 2001:db8:1::7, [2001:db8:1::8]:80",
        ),
        (
            &["192.0.2.1, ::ffff:10.0.0.2"],
            "192.0.2.1:0",
            "192.0.2.1, ::ffff:10.0.0.2",
        ),
        (&["::ffff:192.0.2.1"], "192.0.2.1:0", "::ffff:192.0.2.1"),
        // hidden: the last known hop
        (&["1.1.1.1, unknown"], PROXY, "unknown"),
        (
            &["1.1.1.1, _gateway, 10.0.0.2"],
            "10.0.0.2:0",
            "_gateway, 10.0.0.2",
        ),
        // empty elements
        (&["1.1.1.1, , 192.0.2.1,"], "192.0.2.1:0", "192.0.2.1"),
        (&[""], PROXY, ""),
        (&[" , "], PROXY, ""),
    ] {
        let fields: Vec<_> = values.iter().map(|value| (FOR, *value)).collect();
        let result = sanitize(PROXY, &fields);
        if client.is_empty() {
            assert_eq!(result, Err(UnreliableFields), "{values:?}");
            continue;
        }
        let lines = if kept.is_empty() {
            Vec::new()
        } else {
            vec![format!("{FOR}: {kept}")]
        };
        assert_eq!(result, Ok((client.to_owned(), lines)), "{values:?}");
    }
}

/// RFC 7239 §4, §6.
#[test]
fn forwarded_names_the_client() {
    for (value, client, kept) in [
        ("for=192.0.2.1", "192.0.2.1:0", "for=192.0.2.1"),
        (
            "For=\"192.0.2.1:80\";proto=https",
            "192.0.2.1:80",
            "For=\"192.0.2.1:80\";proto=https",
        ),
        (
            "for=\"[2001:db8::9]:443\"",
            "[2001:db8::9]:443",
            "for=\"[2001:db8::9]:443\"",
        ),
        (
            "for=1.1.1.1, for=192.0.2.1;by=10.0.0.1, for=10.0.0.2",
            "192.0.2.1:0",
            "for=192.0.2.1;by=10.0.0.1, for=10.0.0.2",
        ),
        (
            "for=\"1.1.1.1\", proto=http; for=\"192.0.2.1\"",
            "192.0.2.1:0",
            "proto=http; for=\"192.0.2.1\"",
        ),
        ("for=\"192\\.0.2.1\"", "192.0.2.1:0", "for=\"192\\.0.2.1\""),
        // hidden
        ("for=1.1.1.1, for=_secret", PROXY, "for=_secret"),
        ("for=1.1.1.1, for=unknown", PROXY, "for=unknown"),
        (
            "for=1.1.1.1, for=\"_secret:_port\", for=10.0.0.2",
            "10.0.0.2:0",
            "for=\"_secret:_port\", for=10.0.0.2",
        ),
        (
            "for=\"192.0.2.1:_port\"",
            "192.0.2.1:0",
            "for=\"192.0.2.1:_port\"",
        ),
        ("for=1.1.1.1, by=10.0.0.1", PROXY, "by=10.0.0.1"),
    ] {
        let result = sanitize(PROXY, &[("forwarded", value)]);
        let lines = vec![format!("forwarded: {kept}")];
        assert_eq!(result, Ok((client.to_owned(), lines)), "{value}");
    }
}

#[test]
fn malformed_entry_is_refused() {
    for value in [
        "192.0.2",
        "192.0.2.256",
        "192.0.2.1.5",
        "0192.0.2.1",
        "192.0.2.1:",
        "192.0.2.1:x",
        "192.0.2.1:65536",
        "192.0.2.1:+80",
        "192.0.2.1:80:80",
        "[192.0.2.1]",
        "[::1",
        "::1]",
        "[::1]80",
        "[::1]:",
        "2001:db8::9%eth0",
        "localhost",
        "192.0.2.1 x",
        "_",
        "_x y",
        "for=192.0.2.1",
        "192.0.2.1, \"",
        "é",
    ] {
        assert_eq!(
            sanitize(PROXY, &[(FOR, value)]),
            Err(UnreliableFields),
            "{value}"
        );
        let right = format!("192.0.2.1, {value}");
        assert_eq!(
            sanitize(PROXY, &[(FOR, &right)]),
            Err(UnreliableFields),
            "{right}"
        );
    }
    for value in [
        "192.0.2.1",
        "for",
        "for=",
        "for=\"\"",
        "for=\"192.0.2.1",
        "for=192.0.2.1\"",
        "for=[2001:db8::9]",
        "for=\"2001:db8::9\"",
        "for=192.0.2.1;for=192.0.2.2",
        "for=\"192.0.2.1\"x",
        "for= 192.0.2.1",
        "for=192.0.2.1;",
        "for=\"192.0.2.1\\\"",
        "for=localhost",
        // a quote of the client must not hide the element of the proxy
        "for=\", for=192.0.2.1",
        "for=\"1.1.1.1, for=\"192.0.2.1\"",
        "for=\"a\\\", for=\"192.0.2.1\"",
    ] {
        let result = sanitize(PROXY, &[("forwarded", value)]);
        assert_eq!(result, Err(UnreliableFields), "{value}");
    }
    let long = vec!["10.0.0.2"; 65].join(",");
    assert_eq!(sanitize(PROXY, &[(FOR, &long)]), Err(UnreliableFields));
    let longest = vec!["10.0.0.2"; 64].join(",");
    assert!(sanitize(PROXY, &[(FOR, &longest)]).is_ok());
}

#[test]
fn both_fields_must_name_the_same_client() {
    for (x_forwarded, forwarded, is_same) in [
        ("192.0.2.1", "for=192.0.2.1", true),
        ("1.1.1.1, 192.0.2.1", "for=2.2.2.2, for=192.0.2.1", true),
        ("192.0.2.1", "for=\"192.0.2.1:80\"", true),
        ("192.0.2.1:80", "for=\"192.0.2.1:81\"", false),
        ("192.0.2.1", "for=192.0.2.2", false),
        ("192.0.2.1", "for=unknown", false),
        ("unknown", "for=_hidden", true),
        ("192.0.2.1", "for=192.0.2.1, for=10.0.0.2", true),
    ] {
        let fields = [(FOR, x_forwarded), ("forwarded", forwarded)];
        assert_eq!(sanitize(PROXY, &fields).is_ok(), is_same, "{fields:?}");
    }
}

#[test]
fn other_fields_keep_the_values_of_proxies_only() {
    let fields = |hops| {
        [
            (FOR, hops),
            ("x-forwarded-proto", "http, https"),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-host", "orders.example"),
            ("x-forwarded-port", "443"),
            ("x-forwarded-prefix", "/api"),
            ("x-forwarded-server", "a"),
            ("x-forwarded-ssl", "on"),
            ("x-forwarded", "for=1.1.1.1"),
            ("x-real-ip", "1.1.1.1"),
            ("true-client-ip", "1.1.1.1"),
            ("cf-connecting-ip", "1.1.1.1"),
            ("client-cert", ":AA==:"),
            ("accept", "*/*"),
            ("x-request-id", "7"),
        ]
    };
    let one = [
        "accept: */*",
        "client-cert: :AA==:",
        "x-forwarded-for: 192.0.2.1",
        "x-forwarded-host: orders.example",
        "x-forwarded-port: 443",
        "x-forwarded-prefix: /api",
        "x-forwarded-proto: https",
        "x-request-id: 7",
    ];
    let (client, lines) = sanitize(PROXY, &fields("192.0.2.1")).unwrap();
    assert_eq!(
        (client.as_str(), lines),
        ("192.0.2.1:0", one.map(str::to_owned).to_vec())
    );
    let (_, lines) = sanitize(PROXY, &fields("1.1.1.1, 192.0.2.1, 10.0.0.2")).unwrap();
    assert!(
        lines.contains(&"x-forwarded-proto: http, https".to_owned()),
        "{lines:?}"
    );
    // a client that is no proxy keeps none of them
    for hops in ["192.0.2.1", "10.0.0.1", "\"", ""] {
        let (client, lines) = sanitize(STRANGER, &fields(hops)).unwrap();
        assert_eq!((client.as_str(), lines.len()), (STRANGER, 2), "{lines:?}");
    }
    // without a list of hops, one value is the proxy's
    let (_, lines) = sanitize(PROXY, &[("x-forwarded-proto", "http, https")]).unwrap();
    assert_eq!(lines, ["x-forwarded-proto: https"]);
}

#[test]
fn server_without_proxies_removes_every_field() {
    for peer in ["127.0.0.1:1", "[::1]:1", PROXY] {
        let mut headers = HeaderMap::new();
        for name in [
            FOR,
            "forwarded",
            "x-forwarded-proto",
            "client-cert",
            "X-Forwarded-Anything",
        ] {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name.clone(), HeaderValue::from_static("192.0.2.1"));
            headers.append(name, HeaderValue::from_static("192.0.2.2"));
        }
        let address: SocketAddr = peer.parse().unwrap();
        let client = Proxies::default().sanitize(Peer::Address(address), &mut headers);
        assert_eq!(client, Ok(Some(address)));
        assert!(headers.is_empty(), "{headers:?}");
    }
}

#[test]
fn plain_http_is_for_proxies_and_this_host() {
    let admits =
        |proxies: &Proxies, peer: &str| proxies.admits(Peer::Address(peer.parse().unwrap()));
    let proxies = Proxies::new(networks());
    for (peer, is_admitted) in [
        (PROXY, true),
        ("[2001:db8:1::7]:1", true),
        ("[::ffff:10.0.0.1]:1", true),
        ("127.0.0.1:1", true),
        ("127.8.9.1:1", true),
        ("[::1]:1", true),
        ("[::ffff:127.0.0.1]:1", true),
        (STRANGER, false),
        ("[::ffff:192.0.2.9]:1", false),
        ("[2001:db8::1]:1", false),
        ("11.0.0.1:1", false),
    ] {
        assert_eq!(admits(&proxies, peer), is_admitted, "{peer}");
    }
}
