//! Paths that are accepted, and open redirects that are rejected.

#[cfg(feature = "url")]
#[path = "tests/texts.rs"]
mod texts;

use proptest::prelude::*;

use super::*;

fn error(text: &str) -> Option<ReturnToError> {
    text.parse::<ReturnTo>().err()
}

#[test]
fn path_with_optional_query_is_accepted() {
    for text in [
        "/",
        "/orders",
        "/orders/",
        "/orders/7/lines",
        "/orders?page=2&sort=-date",
        "/orders?",
        "/?tab=1",
        "/a.b/.well-known/x",
        "/...",
        "/a..b",
        "/@alice",
        "/orders/urn:uuid:7",
        "/orders;v=1/7",
        "/search?q=100%25",
        "/search?q=a%2Fb%3Fc",
        "/search?next=/a/b?c",
        "/caf%C3%A9",
        "/a%20b",
        "/orders/%E8%A8%98%E4%BA%8B",
        "/~user/-_.!$&'()*+,;=",
    ] {
        let accepted: ReturnTo = text.parse().unwrap();
        assert_eq!(accepted.as_str(), text);
        assert_eq!(accepted.to_string(), text);
        let json = serde_json::to_string(&accepted).unwrap();
        assert_eq!(serde_json::from_str::<ReturnTo>(&json).unwrap(), accepted);
    }
    assert_eq!(ReturnTo::default().as_str(), "/");
}

#[test]
fn path_above_1024_characters_is_rejected() {
    let of_len = |len: usize| format!("/{}", "a".repeat(len - 1));
    assert_eq!(error(&of_len(1023)), None);
    assert_eq!(error(&of_len(1024)), None);
    assert_eq!(error(&of_len(1025)), Some(ReturnToError::TooLong));
    assert_eq!(error(&of_len(1024 * 1024)), Some(ReturnToError::TooLong));
}

#[test]
fn uri_of_a_request_is_converted() {
    for (uri, expected) in [
        ("/orders?page=2", Ok("/orders?page=2")),
        ("https://app.example/orders", Ok("/orders")),
        ("//evil.example/", Err(ReturnToError::Segment)),
        ("*", Err(ReturnToError::NotAPath)),
    ] {
        let uri: Uri = uri.parse().unwrap();
        let found = ReturnTo::try_from(&uri);
        assert_eq!(
            found.as_ref().map(ReturnTo::as_str),
            expected.as_ref().copied()
        );
    }
}

/// Hosts, prefixes and encodings of published lists of open redirects, combined.
///
/// RFC 9700 §4.11, CWE-601.
#[test]
fn open_redirect_payload_is_rejected() {
    let hosts = [
        "evil.example",
        "evil.example/a",
        "evil%2eexample",
        "app.example@evil.example",
        "[::1]",
    ];
    let prefixes = [
        // absolute URLs and schemes
        "https://",
        "http://",
        "HTTPS://",
        "https:",
        "https:/",
        "https:///",
        "ftp://",
        "javascript://",
        "data://",
        "ws://",
        "http:\\\\",
        "http:/\\",
        "https:\\/\\/",
        "hTtPs:////",
        "h\nttps://",
        "https\t://",
        " https://",
        "//user:pass@",
        "https://app.example@",
        "https://app.example:443@",
        "blob:https://",
        "view-source:https://",
        // scheme-relative
        "//",
        "///",
        "////",
        "/////",
        "//\\",
        "\\/",
        "\\//",
        "\\\\",
        "\\\\\\",
        "/\\",
        "/\\/",
        "/\\\\",
        "//\\/\\",
        "/\\/\\/",
        "./\\/",
        ".//",
        "..//",
        "/.//",
        "/..//",
        "/./\\",
        "/a//",
        "/a/..//",
        "//app.example@",
        // removed or ignored characters
        "/\t/",
        "/\n/",
        "/\r/",
        "/\r\n/",
        "\t//",
        "\n//",
        "\r//",
        " //",
        "\u{b}//",
        "\u{c}//",
        "\0//",
        "/\0/",
        "/\u{7f}/",
        "//\t",
        "/\u{a0}/",
        "\u{feff}//",
        "/\u{200b}/",
        "/\u{2028}/",
        "/\u{85}/",
        "/ /",
        "/\u{1f}/",
        // encodings
        "/%2f",
        "/%2F",
        "/%2f%2f",
        "%2f%2f",
        "%2F/",
        "/%5c",
        "/%5C",
        "/%5c/",
        "/%5c%5c",
        "%5c%5c",
        "/%09/",
        "/%0a/",
        "/%0d/",
        "/%0d%0a/",
        "/%00/",
        "/%01/",
        "/%7f/",
        "/%252f",
        "/%25%32%66",
        "/%255c",
        "/%c0%af",
        "/%c0%2f",
        "/%e0%80%af",
        "/%u002f",
        "/%u2215",
        "/%2/",
        "/%",
        "/%zz",
        "/%ff",
        "/%20/",
        "//%2f",
        "//%5c",
        "/%2e/",
        "/%2e%2e/",
        "/.%2e/",
        "/%2e./",
        "/%2e%2e%2f",
        "/..%2f",
        "/..%5c",
        "/%252e%252e/",
        "/..;/",
        "/.;/",
        "/%2e%2e;/",
        "/..%3b/",
        "/%E2%80%8B/",
        "/%E2%80%A8/",
        "/%C2%85/",
        "/%E2%80%AE/",
        "/%EF%BB%BF/",
        // look-alikes
        "/\u{ff0f}",
        "\u{ff0f}\u{ff0f}",
        "/\u{2215}",
        "/\u{2044}",
        "/\u{29f8}",
        "/\u{ff3c}",
        "//\u{ff0e}",
        "\u{2100}",
        "/%EF%BC%8F",
        "/%E2%88%95",
        "/%E2%81%84",
        "/%EF%BC%BC",
        "/%EF%BC%8E%EF%BC%8E/",
        "/%E3%80%82",
        "/%E2%84%80",
        "/%EF%BC%A0",
        "/%EF%BC%9A",
        "/%EF%BD%A1",
        // other texts that are not a path
        "",
        "?",
        "?next=//",
        "#",
        "#//",
        "@",
        ".",
        "..",
        "./",
        "../",
        "~",
        "*",
        "/#",
        "/a#//",
        "/?a#",
        "/;//",
        "/?\\",
        "/?\n",
        "/?%0a",
        "/?%250a",
        "/?%00",
        "/?%zz",
        "/?\u{ff0f}",
        "/?<",
        "/<",
        "/\"",
        "/^",
        "/`",
        "/{",
        "/|",
        "/[",
        "/\u{e9}/",
        // an absolute URL without the first character
        "/https:",
        "/javascript:",
        "/data:",
        "/http://",
        "/https:///",
        "/vbscript:",
    ];
    assert!(prefixes.len() >= 150, "{}", prefixes.len());
    for prefix in prefixes {
        for host in hosts {
            let text = format!("{prefix}{host}");
            assert!(error(&text).is_some(), "{text:?}");
        }
    }
}

#[test]
fn each_rule_has_its_own_error() {
    for (text, expected) in [
        ("", ReturnToError::NotAPath),
        ("orders", ReturnToError::NotAPath),
        ("https://evil.example", ReturnToError::NotAPath),
        ("//evil.example", ReturnToError::Segment),
        ("/a//b", ReturnToError::Segment),
        ("/a/./b", ReturnToError::Segment),
        ("/a/..", ReturnToError::Segment),
        ("/a/%2E%2e", ReturnToError::Segment),
        ("/a/..;x=1/b", ReturnToError::Segment),
        ("/javascript:alert(1)", ReturnToError::Segment),
        ("/a#b", ReturnToError::Character),
        ("/a\\b", ReturnToError::Character),
        ("/a b", ReturnToError::Character),
        ("/a%2Fb", ReturnToError::Encoding),
        ("/a%5Cb", ReturnToError::Encoding),
        ("/a%25b", ReturnToError::Encoding),
        ("/a%0Ab", ReturnToError::Encoding),
        ("/a%F", ReturnToError::Encoding),
        ("/a?b=%0A", ReturnToError::Encoding),
        ("/a?b=%2541", ReturnToError::Encoding),
    ] {
        assert_eq!(error(text), Some(expected), "{text}");
    }
}

#[test]
fn error_of_a_parameter_names_the_rule_and_no_input() {
    let json = serde_json::from_str::<ReturnTo>("\"//evil.example\"").unwrap_err();
    assert!(!json.to_string().contains("evil"), "{json}");
    assert!(
        json.to_string()
            .contains("must not contain empty or dot segments"),
        "{json}"
    );
}

/// Resolves a reference as the URL Standard does, and returns whether the origin changes.
#[cfg(feature = "url")]
fn leaves_the_application(text: &str) -> bool {
    let base = url::Url::parse("https://app.example/login?return_to=x").unwrap();
    base.join(text).unwrap().origin() != base.origin()
}

/// Each text is refused, or a browser stays within the application, even if a proxy decodes it once.
#[test]
#[cfg(feature = "url")]
fn generated_text_is_refused_or_stays_within_the_application() {
    let (mut refused, mut accepted, mut dangerous) = (0, 0, 0);
    for text in texts::texts() {
        let Ok(page) = text.parse::<ReturnTo>() else {
            refused += 1;
            let base = url::Url::parse("https://app.example/").unwrap();
            let leaves = |url: url::Url| url.origin() != base.origin();
            dangerous += u32::from(base.join(&text).is_ok_and(leaves));
            continue;
        };
        accepted += 1;
        assert!(!leaves_the_application(page.as_str()), "{text:?}");
        let (path, _) = text.split_once('?').unwrap_or((&text, ""));
        let decoded = percent_decode_str(path).decode_utf8().unwrap();
        assert!(!leaves_the_application(&decoded), "{text:?}");
    }
    // the list has texts that leave it, and texts that do not
    assert!(dangerous > 10_000, "{dangerous}");
    assert!(accepted > 100, "{accepted}");
    assert!(refused > 100_000, "{refused}");
}

proptest! {
    #[test]
    #[cfg(feature = "url")]
    fn accepted_text_never_leaves_the_application(
        text in r"(/|\\|//|/\\|%2f|%5c|%25|:|@|\.|\.\.|https:|evil\.example|;|\?|#|\t|[a-z]){0,12}",
    ) {
        for text in [text.clone(), format!("/{text}"), format!("/%09{text}")] {
            if let Ok(accepted) = text.parse::<ReturnTo>() {
                prop_assert!(!leaves_the_application(accepted.as_str()), "{text:?}");
                let decoded = percent_decode_str(accepted.as_str()).decode_utf8().unwrap();
                if !text.contains('?') {
                    prop_assert!(!leaves_the_application(&decoded), "{text:?}");
                }
            }
        }
    }
}
