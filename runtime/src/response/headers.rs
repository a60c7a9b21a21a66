//! The headers that every answer carries.

use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, Entry, HeaderValue, X_CONTENT_TYPE_OPTIONS};

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// What every answer of an `Api` carries.
pub(crate) fn harden(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
}

/// What every answer of a `#[secured]` handler carries.
///
/// `Cache-Control: no-store`, unless the handler itself said `private` or
/// `no-store`; anything weaker is replaced ([RFC 9111 §5.2.2]).
///
/// [RFC 9111 §5.2.2]: https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2
pub(crate) fn harden_secured(headers: &mut HeaderMap) {
    harden(headers);
    match headers.entry(CACHE_CONTROL) {
        Entry::Vacant(silent) => {
            silent.insert(NO_STORE);
        }
        Entry::Occupied(mut said) => {
            if !keeps_shared_caches_out(said.iter()) {
                said.insert(NO_STORE);
            }
        }
    }
}

fn keeps_shared_caches_out<'a>(said: impl Iterator<Item = &'a HeaderValue>) -> bool {
    let mut kept_out = false;
    for value in said {
        let Ok(text) = value.to_str() else {
            return false;
        };
        for directive in text.split(',').map(str::trim) {
            match directive.to_ascii_lowercase().as_str() {
                "private" | "no-store" => kept_out = true,
                "public" => return false,
                other if other.starts_with("s-maxage") => return false,
                _ => {}
            }
        }
    }
    kept_out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hardened(values: &[&'static str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CACHE_CONTROL, HeaderValue::from_static(value));
        }
        harden_secured(&mut headers);
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
        headers
            .get_all(CACHE_CONTROL)
            .iter()
            .map(|value| value.to_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn silence_and_anything_weaker_become_no_store() {
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
            assert_eq!(hardened(weak), ["no-store"], "{weak:?}");
        }
    }

    #[test]
    fn a_handler_may_say_private() {
        assert_eq!(hardened(&["private, max-age=60"]), ["private, max-age=60"]);
        assert_eq!(hardened(&["Private"]), ["Private"]);
        assert_eq!(hardened(&["no-store"]), ["no-store"]);
    }
}
