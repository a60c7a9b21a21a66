//! The security headers of responses.

use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, Entry, HeaderValue, X_CONTENT_TYPE_OPTIONS};

pub(super) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// Sets the headers that every response of an `Api` carries: `X-Content-Type-Options: nosniff`.
pub(crate) fn set_security_headers(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
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
    fn security_headers_set_nosniff() {
        let mut headers = HeaderMap::new();
        set_security_headers(&mut headers);
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
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
