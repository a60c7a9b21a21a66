//! The origin of the application, and the requests that other sites cause.

use http::header::{HeaderMap, HeaderName, ORIGIN, UPGRADE};
use http::{Method, Uri};

use crate::https::is_loopback;
use crate::session::error::SessionsConfigError;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// The origin of the application as browsers write it (RFC 6454 §6.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AppOrigin(Box<str>);

impl AppOrigin {
    pub(crate) fn parse(text: &str) -> Result<Self, SessionsConfigError> {
        let error = || SessionsConfigError::Origin(text.to_owned());
        // `Uri` silently drops a fragment
        if text.contains(['?', '#', '@', '\\']) {
            return Err(error());
        }
        let uri: Uri = text.parse().map_err(|_| error())?;
        let host = uri
            .host()
            .filter(|host| !host.is_empty())
            .ok_or_else(error)?;
        let default_port = match uri.scheme_str() {
            Some("https") => 443,
            Some("http") if is_loopback(host) => 80,
            _ => return Err(error()),
        };
        if uri.path() != "/" {
            return Err(error());
        }
        let port = port_of(&uri, default_port).ok_or_else(error)?;
        let scheme = uri.scheme_str().unwrap_or_default();
        let host = host.to_ascii_lowercase();
        let origin = if port == default_port {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{host}:{port}")
        };
        Ok(Self(origin.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether a request with the cookie of a session comes from the application's own pages, or is a
    /// navigation that only reads.
    ///
    /// `SameSite=Lax` is not enough: another host of the same site can send the cookie, and so can a WebSocket
    /// handshake from there.
    pub(crate) fn permits(&self, method: &Method, headers: &HeaderMap) -> bool {
        let changes =
            !matches!(*method, Method::GET | Method::HEAD) || headers.contains_key(UPGRADE);
        let site = single(headers, &SEC_FETCH_SITE);
        let origin = single(headers, &ORIGIN);
        // browsers send `null` for a form of a page with `Referrer-Policy: no-referrer`
        let is_hidden = origin == Field::Other(b"null") && site == Field::Other(b"same-origin");
        let is_foreign = matches!(origin, Field::Other(value) if value != self.0.as_bytes());
        if is_foreign && !is_hidden {
            return false;
        }
        match site {
            Field::Repeated => false,
            Field::Other(b"same-origin") => origin != Field::Repeated,
            // an address that the person has typed or bookmarked
            Field::Other(b"none") => !changes && origin != Field::Repeated,
            Field::Other(_) => {
                !changes && single(headers, &SEC_FETCH_MODE) == Field::Other(b"navigate")
            }
            // a browser without fetch metadata, which names the origin of every request that changes state
            Field::Absent if changes => matches!(origin, Field::Other(_)),
            Field::Absent => origin != Field::Repeated,
        }
    }
}

/// Returns the port of a URL, or `None` if it is not a number of 16 bits.
fn port_of(uri: &Uri, default: u16) -> Option<u16> {
    // `Uri::port` ignores a port that is not such a number
    let authority = uri.authority()?;
    let after_host = authority.as_str().strip_prefix(authority.host())?;
    if after_host.is_empty() {
        return Some(default);
    }
    let digits = after_host.strip_prefix(':')?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

/// A header field that has one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field<'a> {
    Absent,
    Other(&'a [u8]),
    Repeated,
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Field<'a> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Field::Absent,
        (Some(value), None) => Field::Other(value.as_bytes()),
        (Some(_), Some(_)) => Field::Repeated,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const APP: &str = "https://app.example";

    fn permits(method: &Method, fields: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        AppOrigin::parse(APP).unwrap().permits(method, &headers)
    }

    #[test]
    fn origin_is_written_as_browsers_write_it() {
        for (text, origin) in [
            ("https://app.example", "https://app.example"),
            ("https://app.example/", "https://app.example"),
            ("https://APP.example:443", "https://app.example"),
            ("https://app.example:8443", "https://app.example:8443"),
            ("http://127.0.0.1:8081", "http://127.0.0.1:8081"),
            ("http://localhost:80", "http://localhost"),
            ("http://[::1]:8081", "http://[::1]:8081"),
        ] {
            assert_eq!(AppOrigin::parse(text).unwrap().as_str(), origin, "{text}");
        }
    }

    #[test]
    fn text_that_is_no_origin_is_rejected() {
        for text in [
            "",
            "app.example",
            "https://",
            "https://:443",
            "https://:8443",
            "http://:80",
            "https://app.example/path",
            "https://app.example?x",
            "https://app.example#x",
            "https://user@app.example",
            "https://app.example:",
            "https://app.example:99999",
            "https://app.example:65536",
            "https://app.example:+443",
            "https://app.example:0x1bb",
            "https://app.example:443:443",
            "http://app.example",
            "http://127.0.0.1.app.example",
            "ftp://app.example",
            "null",
        ] {
            let error = SessionsConfigError::Origin(text.to_owned());
            assert_eq!(AppOrigin::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn request_of_the_application_itself_is_permitted() {
        for method in [Method::GET, Method::POST, Method::DELETE, Method::PATCH] {
            assert!(permits(&method, &[("sec-fetch-site", "same-origin")]));
            assert!(permits(
                &method,
                &[("sec-fetch-site", "same-origin"), ("origin", APP)]
            ));
            assert!(permits(&method, &[("origin", APP)]), "{method}");
            // a form of a page with `Referrer-Policy: no-referrer`
            assert!(permits(
                &method,
                &[("sec-fetch-site", "same-origin"), ("origin", "null")]
            ));
        }
        assert!(permits(&Method::GET, &[("sec-fetch-site", "none")]));
        assert!(permits(&Method::GET, &[]));
        let upgrade = [("upgrade", "websocket"), ("origin", APP)];
        assert!(permits(&Method::GET, &upgrade));
    }

    #[test]
    fn navigation_from_another_site_may_only_read() {
        for site in ["cross-site", "same-site"] {
            let fields = [("sec-fetch-site", site), ("sec-fetch-mode", "navigate")];
            assert!(permits(&Method::GET, &fields));
            assert!(!permits(&Method::POST, &fields));
            for mode in ["cors", "no-cors", "websocket", ""] {
                let fields = [("sec-fetch-site", site), ("sec-fetch-mode", mode)];
                assert!(!permits(&Method::GET, &fields), "{mode}");
            }
        }
    }

    #[test]
    fn request_that_another_origin_causes_is_refused() {
        for method in [
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::OPTIONS,
            Method::CONNECT,
        ] {
            for fields in [
                &[][..],
                &[("origin", "https://evil.example")],
                &[("origin", "null")],
                &[("origin", "http://app.example")],
                &[("origin", "https://app.example:8443")],
                &[("origin", "https://app.example.evil.example")],
                &[("origin", "https://APP.example")],
                &[("origin", "")],
                &[("origin", APP), ("origin", APP)],
                &[("sec-fetch-site", "cross-site"), ("origin", APP)],
                &[("sec-fetch-site", "same-site"), ("origin", APP)],
                &[("sec-fetch-site", "none"), ("origin", APP)],
                &[("sec-fetch-site", "cross-site"), ("origin", "null")],
                &[("sec-fetch-site", "same-site"), ("origin", "null")],
                &[("sec-fetch-site", "none"), ("origin", "null")],
                &[("sec-fetch-site", "Same-Origin"), ("origin", APP)],
                &[("sec-fetch-site", ""), ("origin", APP)],
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("sec-fetch-site", "same-origin"),
                ],
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("origin", "https://evil.example"),
                ],
            ] {
                assert!(!permits(&method, fields), "{method} {fields:?}");
            }
        }
    }

    #[test]
    fn upgrade_of_another_origin_is_refused() {
        for fields in [
            &[("upgrade", "websocket")][..],
            &[("upgrade", "websocket"), ("origin", "https://evil.example")],
            &[
                ("upgrade", "websocket"),
                ("origin", APP),
                ("sec-fetch-site", "same-site"),
                ("sec-fetch-mode", "navigate"),
            ],
        ] {
            assert!(!permits(&Method::GET, fields), "{fields:?}");
        }
    }
}
