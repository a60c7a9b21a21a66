//! Variants of registered redirect URIs, none of which is accepted.

use crate::authorization_server::RedirectUri;

fn registered(text: &str) -> RedirectUri {
    text.parse().unwrap()
}

/// Texts that parsers of URLs ignore, decode or take for delimiters.
const INSERTED: [&str; 40] = [
    "/", "//", "\\", "/\\", "/.", "/..", "/./", "/../", "%2e", "%2E%2E", "%2f", "%2F", "%5c",
    "%00", "%0d%0a", "%23", "%3f", "%40", "%61", ".", "..", ";", ";x=1", "?", "?x", "&x=1", "#",
    "#x", "@", "a@", ":", ":80", ":443", " ", "\t", "\n", "\0", "\u{200b}", "\u{2024}", "\u{ff0f}",
];

/// Returns every text that differs from an address in one place.
fn variants(address: &str) -> Vec<String> {
    let mut variants = vec![
        address.to_uppercase(),
        address.repeat(2),
        address.replacen(':', "", 1),
    ];
    for at in 0..=address.len() {
        let (before, after) = address.split_at(at);
        variants.extend(INSERTED.iter().map(|text| format!("{before}{text}{after}")));
        let Some(character) = after.chars().next() else {
            continue;
        };
        let rest = &after[1..];
        variants.push(format!("{before}{rest}"));
        variants.push(format!("{before}%{:02x}{rest}", u32::from(character)));
        variants.push(format!("{before}{}{rest}", character.to_ascii_uppercase()));
        variants.push(before.to_owned());
    }
    variants.retain(|variant| variant != address);
    variants
}

#[test]
fn no_variant_of_a_registered_address_matches() {
    for address in [
        "https://app.example/a/callback?tenant=1",
        "https://xn--bcher-kva.example:8443/cb",
        "http://localhost:3000/cb",
        "nz.govt.example.app:/callback",
    ] {
        for variant in variants(address) {
            assert!(!registered(address).matches(&variant, true), "{variant:?}");
        }
    }
}

#[test]
fn variant_of_a_loopback_address_matches_only_with_another_port() {
    for (address, host) in [
        ("http://127.0.0.1:51004/cb", "http://127.0.0.1"),
        ("http://[::1]:51004/cb?x=1", "http://[::1]"),
    ] {
        let rest = &address[host.len() + ":51004".len()..];
        for variant in variants(address) {
            let is_port_only = variant
                .strip_prefix(host)
                .and_then(|variant| variant.strip_suffix(rest));
            let is_port_only = is_port_only.is_some_and(|port| {
                port.is_empty()
                    || port.strip_prefix(':').is_some_and(|digits| {
                        digits.bytes().all(|digit| digit.is_ascii_digit())
                            && digits.parse::<u16>().is_ok_and(|port| port != 0)
                    })
            });
            assert_eq!(
                registered(address).matches(&variant, true),
                is_port_only,
                "{variant:?}"
            );
        }
    }
}

#[test]
fn parameters_follow_the_query() {
    for (address, expected) in [
        ("https://a.example/cb", "https://a.example/cb?code=1"),
        ("https://a.example/cb?", "https://a.example/cb?code=1"),
        (
            "https://a.example/cb?x=1",
            "https://a.example/cb?x=1&code=1",
        ),
        (
            "https://a.example/cb?x=1&",
            "https://a.example/cb?x=1&code=1",
        ),
    ] {
        assert_eq!(RedirectUri::with_parameters(address, "code=1"), expected);
    }
}
