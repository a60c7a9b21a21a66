//! The security headers of responses.

use axum::http::HeaderMap;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, Entry, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};

use crate::response::media_type::essence;

pub(super) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
/// For documents that are no pages: a browser that displays one runs and loads nothing.
const NO_CONTENT: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const NO_FRAMES: HeaderValue = HeaderValue::from_static("frame-ancestors 'none'");

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
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        let policy = if is_page(headers) {
            NO_FRAMES
        } else {
            NO_CONTENT
        };
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
}

/// Returns whether the response is a page of the API, which may load its own scripts and styles.
fn is_page(headers: &HeaderMap) -> bool {
    let Some(media_type) = headers.get(CONTENT_TYPE) else {
        return false;
    };
    let essence = essence(media_type.as_bytes());
    essence.eq_ignore_ascii_case(b"text/html")
        || essence.eq_ignore_ascii_case(b"application/xhtml+xml")
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
