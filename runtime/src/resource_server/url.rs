//! The syntax of an issuer's URL ([RFC 8414 §2]).
//!
//! [RFC 8414 §2]: https://www.rfc-editor.org/rfc/rfc8414#section-2

use http::Uri;

use crate::https::is_loopback;

/// Returns whether the text is an https URL without user, query and fragment.
///
/// With `allow_loopback_http`, `http` is also accepted if the host is loopback.
pub(crate) fn is_issuer(text: &str, allow_loopback_http: bool) -> bool {
    // `Uri` silently drops a fragment
    if text.contains(['?', '#', '@', ' ', '\\']) {
        return false;
    }
    let Ok(uri) = text.parse::<Uri>() else {
        return false;
    };
    let Some(host) = uri.host().filter(|host| !host.is_empty()) else {
        return false;
    };
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => allow_loopback_http && is_loopback(host),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_url_is_accepted() {
        for text in [
            "https://a.example",
            "https://a.example/",
            "https://a.example:8443/realms/x",
        ] {
            assert!(is_issuer(text, false), "{text}");
        }
    }

    #[test]
    fn url_that_is_not_plain_https_is_rejected() {
        for text in [
            "",
            "a.example",
            "/a",
            "https://",
            "https:///a",
            "http://a.example",
            "ftp://a.example",
            "https://a.example?x",
            "https://a.example#x",
            "https://user@a.example",
            "https://a example",
            "http://127.0.0.1",
            "https:\\\\a.example",
        ] {
            assert!(!is_issuer(text, false), "{text}");
        }
    }

    #[test]
    fn http_is_accepted_on_loopback_only_if_allowed() {
        for text in [
            "http://127.0.0.1:8080",
            "http://localhost",
            "http://[::1]:8080/x",
        ] {
            assert!(is_issuer(text, true) && !is_issuer(text, false), "{text}");
        }
        for text in [
            "http://a.example",
            "http://127.0.0.1.a.example",
            "http://10.0.0.1",
            "http://0.0.0.0",
        ] {
            assert!(!is_issuer(text, true), "{text}");
        }
    }
}
