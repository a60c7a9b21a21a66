//! URLs of the crate `url`: absolute, of the web, and not repaired.

use std::collections::BTreeMap;

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use serde::Deserialize;
use url::Url;

use super::dates::read;
use crate::input::contract::{InputContract as _, InputError, InputLocation, Violation};
use crate::input::decode::{json, plain, urlencoded};
use crate::prelude::*;

/// Decodes a JSON string and a text; both must have the same result.
fn url(text: &str) -> Option<Url> {
    let from_json = read::<Url>(&serde_json::to_string(text).unwrap());
    let from_text = plain::decode_text::<Url>(text.as_bytes()).ok();
    assert_eq!(from_json, from_text, "{text:?}");
    from_json
}

#[test]
fn absolute_url_is_read() {
    let longest = format!("https://example.com/{}", "a".repeat(2048 - 20));
    for text in [
        "https://example.com/",
        "http://example.com/",
        "https://example.com/a/b-c_d.e~f/%20%C3%A4?q=1&r[]=2#top",
        "https://example.com:8443/",
        "https://sub.example.co.nz/",
        "https://localhost/",
        "https://my_host/",
        "https://xn--mnchen-3ya.de/",
        "https://192.0.2.1/",
        "https://[2001:db8::1]:8443/",
        "https://example.com/@user/a:b/c;d=e,f",
        "https://example.com/?next=https://example.org/&at=12:30",
        "https://example.com/...",
        "https://example.com/.well-known/a..b",
        "https://example.com//double",
        "https://example.com/#/route?x",
        "https://1.example.com/",
        "https://example.0xyz.com/",
        longest.as_str(),
    ] {
        assert_eq!(url(text).map(String::from).as_deref(), Some(text));
    }
}

/// These texts have the same meaning for every parser.
#[test]
fn equivalent_spelling_is_normalized() {
    for (text, expected) in [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://Example.COM/Path", "https://example.com/Path"),
        ("https://example.com:443/", "https://example.com/"),
        ("http://example.com:80", "http://example.com/"),
        ("https://example.com?q", "https://example.com/?q"),
        ("https://example.com#top", "https://example.com/#top"),
        ("https://[2001:DB8:0::1]/", "https://[2001:db8::1]/"),
    ] {
        assert_eq!(url(text).map(String::from).as_deref(), Some(expected));
    }
}

#[test]
fn other_text_is_rejected() {
    let too_long = format!("https://example.com/{}", "a".repeat(2048 - 19));
    let long_label = format!("https://{}.com/", "a".repeat(64));
    let long_host = format!("https://{}com/", "a.".repeat(126));
    for text in [
        "",
        "example.com",
        "//example.com/",
        "/path",
        "https:",
        "https:/",
        "https://",
        "https:///",
        "https:///example.com/",
        "https:example.com",
        "https:/example.com",
        "https:\\\\example.com/",
        "https:/\\example.com/",
        // other schemes
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "javascript://example.com/%0Aalert(1)",
        "data:text/html,x",
        "ws://example.com/",
        "blob:https://example.com/1",
        "view-source:https://example.com/",
        "httpss://example.com/",
        "https ://example.com/",
        // credentials
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://@example.com/",
        "https://:@example.com/",
        "https://example.org@example.com/",
        "https://user%40example.com/",
        // a parser removes or trims these
        " https://example.com/",
        "https://example.com/ ",
        "\thttps://example.com/",
        "https://exam\tple.com/",
        "https://example.com/a\nb",
        "https://example.com/a\r\nHost:x",
        "ht\ntps://example.com/",
        "https://example.com/\0",
        "https://example.com/\u{7f}",
        "\u{feff}https://example.com/",
        "https://example.com/\u{2028}",
        "https://exam\u{ad}ple.com/",
        // or reads them in another way
        "https://example.com\\@example.org/",
        "https://example.com\\path",
        "https://example.com/a\\b",
        "https://example.com/a b",
        "https://example.com/?a b",
        "https://example.com/<x>",
        "https://example.com/\"",
        "https://example.com/{x}",
        "https://example.com/a|b",
        "https://example.com/^",
        "https://example.com/`",
        "https://example.com/[x]",
        "https://example.com/#a#b",
        "https://example.com/%",
        "https://example.com/%4",
        "https://example.com/%zz",
        "https://example.com/?%g0",
        "https://example.com/a/../b",
        "https://example.com/./b",
        "https://example.com/..",
        "https://example.com/%2e%2E/b",
        "https://example.com/.%2e",
        "https://example.com/%2E?q",
        // hosts
        "https://m\u{fc}nchen.de/",
        "https://\u{ff45}xample.com/",
        "https://example\u{3002}com/",
        "https://127.0.0.1\u{2044}/",
        "https://\u{2460}27.0.0.1/",
        "https://ex%61mple.com/",
        "https://example.com%2F.example.org/",
        "https://example.com./",
        "https://.example.com/",
        "https://a..b/",
        "https://./",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0X7F000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://127.0.0.1./",
        "https://127.0.0.0x1/",
        "https://256.0.0.1/",
        "https://1.2.3.4.5/",
        "https://example.1/",
        "https://example.0x/",
        "https://[::1/",
        "https://::1/",
        "https://[]/",
        "https://[::1]x/",
        "https://[fe80::1%25eth0]/",
        "https://[1.2.3.4]/",
        "https://exa$mple.com/",
        "https://xn--/",
        &long_label,
        &long_host,
        // ports
        "https://example.com:/",
        "https://example.com:0443/",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:+80/",
        "https://example.com:8a/",
        "https://example.com:80:80/",
        &too_long,
    ] {
        assert_eq!(url(text), None, "{text:?}");
    }
}

#[test]
fn value_that_is_no_string_is_rejected() {
    for value in ["null", "1", "true", "[\"https://example.com/\"]", "{}"] {
        assert_eq!(read::<Url>(value), None, "{value}");
    }
    assert!(read::<Url>(r#""https:\/\/example.com\u002f""#).is_some());
    let long = format!("\"https:\\/\\/example.com/{}\"", "a".repeat(1 << 16));
    assert_eq!(read::<Url>(&long), None);
}

proptest! {
    /// The parser of the crate changes nothing but the case of scheme and host, the default port, and the path `/`.
    #[test]
    fn accepted_url_is_not_repaired(
        text in "(https?|HTTP)://[a-zA-Z0-9._\\[\\]:%-]{1,12}(:[0-9]{1,5})?[/?#\\\\]{0,2}[ -~\t\n\u{e9}]{0,12}",
    ) {
        let Some(url) = url(&text) else { return Ok(()) };
        let written = url.as_str();
        prop_assert!(url.username().is_empty() && url.password().is_none());
        prop_assert!(matches!(url.scheme(), "http" | "https"));
        // the text after the authority is the same, apart from an escaped quote in the query
        let rest = |text: &str| {
            let start = text.find("://").unwrap() + 3;
            let rest = text[start..].find(['/', '?', '#']).map(|at| text[start + at..].to_owned());
            let rest = rest.unwrap_or_default().replace("%27", "'");
            rest.strip_prefix('/').map(str::to_owned).unwrap_or(rest)
        };
        prop_assert_eq!(rest(written), rest(&text));
        let host = url.host_str().unwrap();
        prop_assert!(text.to_ascii_lowercase().contains(host) || host.starts_with('['), "{} {}", text, host);
    }

    #[test]
    fn changed_url_is_not_repaired(at in 0_usize..34, character in any::<char>()) {
        let mut text = "https://example.com:8443/path?q#top".to_owned();
        text.replace_range(at..=at, character.encode_utf8(&mut [0; 4]));
        if let Some(url) = url(&text) {
            // the path `/` may be omitted
            let comparable = |text: &str| text.replace("%27", "'").replace('/', "").to_lowercase();
            prop_assert_eq!(comparable(url.as_str()), comparable(&text));
        }
    }
}

#[test]
fn error_names_notation_at_the_field_without_input() {
    #[derive(Debug, Deserialize)]
    struct Hook {
        target: Url,
    }
    let detail = "must be a URL such as `https://example.com/`, without user name and password, of at most 2048 bytes";
    for text in [
        "hunter2",
        "https://xn--/",
        "https://user:hunter2@example.com/",
    ] {
        let body = format!(r#"{{"target": "{text}"}}"#);
        let decoded = json::decode_without_shape::<Hook>(body.as_bytes());
        let violation = Violation::new("/target", "format", detail);
        let expected = InputError::TypeMismatch(InputLocation::Body, violation);
        assert_eq!(decoded.map(|hook| hook.target).unwrap_err(), expected);

        let query = format!("target={text}");
        let decoded =
            urlencoded::decode_without_shape::<Hook>(query.as_bytes(), InputLocation::Query, 4);
        let violation = Violation::new("target", "format", detail);
        let expected = InputError::TypeMismatch(InputLocation::Query, violation);
        assert_eq!(decoded.map(|hook| hook.target).unwrap_err(), expected);
    }
}

#[test]
fn notation_is_checked_in_keys_and_tagged_enums() {
    type Hooks = BTreeMap<Url, u8>;

    #[derive(Debug, PartialEq, Deserialize, Validate, SecureInput)]
    #[serde(tag = "kind", deny_unknown_fields)]
    enum Event {
        Hook {
            #[garde(skip)]
            target: Url,
        },
    }
    let hook = |text: &str| {
        let text = format!(r#"{{"target": "{text}", "kind": "Hook"}}"#);
        json::decode::<Event>(text.as_bytes(), Event::shape()).is_ok()
    };
    let key = |text: &str| read::<Hooks>(&format!(r#"{{"{text}": 1}}"#)).is_some();
    for (text, is_valid) in [
        ("https://example.com/", true),
        (" https://example.com/", false),
        ("https://user@example.com/", false),
        ("ftp://example.com/", false),
        ("https://127.1/", false),
    ] {
        assert_eq!((hook(text), key(text)), (is_valid, is_valid), "{text}");
    }
}
