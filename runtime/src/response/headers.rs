//! The security headers of responses.

use axum::http::HeaderMap;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, Entry, HeaderName, HeaderValue,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};

pub(super) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
/// For documents that are no pages: a browser that displays one runs and loads nothing.
const NO_CONTENT: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const NO_FRAMES: HeaderValue = HeaderValue::from_static("frame-ancestors 'none'");

/// The headers that [`secure_response`] sets.
const OWN_HEADERS: [HeaderName; 4] = [
    X_CONTENT_TYPE_OPTIONS,
    REFERRER_POLICY,
    CONTENT_SECURITY_POLICY,
    CACHE_CONTROL,
];

/// Sets the headers of a handler's response: [`set_security_headers`], and for a `#[secured]` handler
/// [`forbid_shared_caching`].
///
/// Most handlers set none of them. One look at the names is then cheaper than a search for each.
pub(crate) fn secure_response(headers: &mut HeaderMap, is_public: bool) {
    let mut is_page = None;
    for (name, value) in headers.iter() {
        if *name == CONTENT_TYPE {
            // the first of several, as `HeaderMap::get`
            is_page.get_or_insert_with(|| is_page_type(value));
        } else if OWN_HEADERS.contains(name) {
            set_security_headers(headers);
            if !is_public {
                forbid_shared_caching(headers);
            }
            return;
        }
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.insert(REFERRER_POLICY, NO_REFERRER);
    headers.insert(
        CONTENT_SECURITY_POLICY,
        content_policy(is_page == Some(true)),
    );
    if !is_public {
        headers.insert(CACHE_CONTROL, NO_STORE);
    }
}

/// Sets the headers that every response of an `Api` carries ([OWASP REST Security]).
///
/// `X-Content-Type-Options: nosniff` always. `Referrer-Policy: no-referrer` and a `Content-Security-Policy`, unless
/// the handler has set its own: a page states what it needs.
///
/// [OWASP REST Security]: https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
pub(crate) fn set_security_headers(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    if let Entry::Vacant(entry) = headers.entry(REFERRER_POLICY) {
        entry.insert(NO_REFERRER);
    }
    let is_page = headers.get(CONTENT_TYPE).is_some_and(is_page_type);
    if let Entry::Vacant(entry) = headers.entry(CONTENT_SECURITY_POLICY) {
        entry.insert(content_policy(is_page));
    }
}

const fn content_policy(is_page: bool) -> HeaderValue {
    if is_page { NO_FRAMES } else { NO_CONTENT }
}

/// Returns whether the response is a page of the API, which may load its own scripts and styles.
fn is_page_type(media_type: &HeaderValue) -> bool {
    let media_type = media_type.as_bytes().trim_ascii_start();
    let is = |page: &[u8]| {
        let split = media_type.split_at_checked(page.len());
        split.is_some_and(|(essence, parameters)| {
            let ends = matches!(parameters.trim_ascii_start().first(), None | Some(b';'));
            ends && essence.eq_ignore_ascii_case(page)
        })
    };
    is(b"text/html") || is(b"application/xhtml+xml")
}

/// Keeps the response of a `#[secured]` handler out of shared caches ([RFC 9111 §5.2.2]).
///
/// Sets `Cache-Control: no-store`, unless the handler has set `private` or `no-store`. Anything
/// weaker is replaced.
///
/// [RFC 9111 §5.2.2]: https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2
pub(crate) fn forbid_shared_caching(headers: &mut HeaderMap) {
    match headers.entry(CACHE_CONTROL) {
        Entry::Vacant(entry) => {
            entry.insert(NO_STORE);
        }
        Entry::Occupied(mut entry) => {
            if !forbids_shared_caching(entry.iter()) {
                entry.insert(NO_STORE);
            }
        }
    }
}

fn forbids_shared_caching<'a>(values: impl Iterator<Item = &'a HeaderValue>) -> bool {
    let mut is_forbidden = false;
    for value in values {
        let Ok(text) = value.to_str() else {
            return false;
        };
        for directive in text.split(',').map(str::trim) {
            match directive.to_ascii_lowercase().as_str() {
                "private" | "no-store" => is_forbidden = true,
                "public" => return false,
                other if other.starts_with("s-maxage") => return false,
                _ => {}
            }
        }
    }
    is_forbidden
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache_control(values: &[&'static str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CACHE_CONTROL, HeaderValue::from_static(value));
        }
        forbid_shared_caching(&mut headers);
        headers
            .get_all(CACHE_CONTROL)
            .iter()
            .map(|value| value.to_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn security_headers_are_set_if_missing() {
        let mut headers = HeaderMap::new();
        set_security_headers(&mut headers);
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[REFERRER_POLICY], "no-referrer");
        assert_eq!(headers[CONTENT_SECURITY_POLICY], NO_CONTENT);
        assert_eq!(headers.len(), 3);
    }

    #[test]
    fn response_is_secured_as_by_each_function() {
        for fields in [
            &[][..],
            &[("content-type", "text/html")],
            &[
                ("content-type", "text/html"),
                ("content-type", "text/plain"),
            ],
            &[
                ("content-type", "text/plain"),
                ("content-type", "text/html"),
            ],
            &[("etag", "7"), ("vary", "accept")],
            &[("cache-control", "private")],
            &[("cache-control", "public"), ("cache-control", "private")],
            &[("x-content-type-options", "sniff"), ("etag", "7")],
            &[
                ("content-type", "text/html"),
                ("referrer-policy", "same-origin"),
            ],
            &[
                ("content-security-policy", "img-src *"),
                ("content-security-policy", "x"),
            ],
        ] {
            for is_public in [true, false] {
                let mut expected = HeaderMap::new();
                for (name, value) in fields {
                    expected.append(*name, HeaderValue::from_static(value));
                }
                let mut secured = expected.clone();
                secure_response(&mut secured, is_public);
                set_security_headers(&mut expected);
                if !is_public {
                    forbid_shared_caching(&mut expected);
                }
                assert_eq!(secured, expected, "{fields:?}");
            }
        }
    }

    #[test]
    fn own_policies_of_a_handler_are_kept() {
        let mut headers = HeaderMap::new();
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        headers.append(
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'self'"),
        );
        headers.append(
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("img-src *"),
        );
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("sniff"));
        set_security_headers(&mut headers);
        assert_eq!(headers[REFERRER_POLICY], "same-origin");
        assert_eq!(headers.get_all(CONTENT_SECURITY_POLICY).iter().count(), 2);
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
    }

    #[test]
    fn only_pages_may_load_anything() {
        for (media_type, policy) in [
            ("text/html", NO_FRAMES),
            ("TEXT/HTML; charset=utf-8", NO_FRAMES),
            ("application/xhtml+xml ;x=y", NO_FRAMES),
            ("application/json", NO_CONTENT),
            ("image/svg+xml", NO_CONTENT),
            ("text/plain; x=text/html", NO_CONTENT),
            ("text/htmlx", NO_CONTENT),
            ("text/xml", NO_CONTENT),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
            set_security_headers(&mut headers);
            assert_eq!(headers[CONTENT_SECURITY_POLICY], policy, "{media_type}");
        }
    }

    #[test]
    fn missing_or_weaker_cache_control_becomes_no_store() {
        for weak in [
            &[][..],
            &["public, max-age=60"],
            &["max-age=60"],
            &["no-cache"],
            &["private, public"],
            &["private", "public"],
            &["private, s-maxage=60"],
            &["x-private"],
            &["private=\"set-cookie\""],
        ] {
            assert_eq!(cache_control(weak), ["no-store"], "{weak:?}");
        }
    }

    #[test]
    fn private_cache_control_is_kept() {
        assert_eq!(
            cache_control(&["private, max-age=60"]),
            ["private, max-age=60"]
        );
        assert_eq!(cache_control(&["Private"]), ["Private"]);
        assert_eq!(cache_control(&["no-store"]), ["no-store"]);
    }
}
