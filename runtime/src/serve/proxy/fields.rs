//! The header fields that describe a connection to a proxy.

use http::header::FORWARDED;
use http::{HeaderMap, HeaderName};

pub(super) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The lists to which each proxy may append a value, beside `X-Forwarded-For` and `Forwarded`.
pub(super) const LISTS: [HeaderName; 3] = [
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-port"),
];

/// Other fields that are reliable if a proxy overwrites them: a path prefix, and the certificate of the client
/// (RFC 9440).
const SET_BY_PROXIES: [HeaderName; 3] = [
    HeaderName::from_static("x-forwarded-prefix"),
    HeaderName::from_static("client-cert"),
    HeaderName::from_static("client-cert-chain"),
];

/// Other names for the client's address, the scheme and the host. Whether a proxy has set them or has passed them on is
/// not visible, so they are always removed.
const AMBIGUOUS: [HeaderName; 11] = [
    HeaderName::from_static("cf-connecting-ip"),
    HeaderName::from_static("fastly-client-ip"),
    HeaderName::from_static("front-end-https"),
    HeaderName::from_static("true-client-ip"),
    HeaderName::from_static("x-client-ip"),
    HeaderName::from_static("x-cluster-client-ip"),
    HeaderName::from_static("x-original-forwarded-for"),
    HeaderName::from_static("x-original-host"),
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("x-remote-ip"),
    HeaderName::from_static("x-url-scheme"),
];

/// Returns whether the name is one of the fields in this file, or another one that begins with `x-forwarded`.
fn is_proxy_field(name: &HeaderName) -> bool {
    let text = name.as_str();
    match text.as_bytes() {
        [b'x', b'-', ..] => text.starts_with("x-forwarded") || AMBIGUOUS.contains(name),
        [b'c' | b'f' | b't', ..] => {
            *name == FORWARDED || AMBIGUOUS.contains(name) || SET_BY_PROXIES.contains(name)
        }
        _ => false,
    }
}

/// Returns whether a proxy field is present.
pub(super) fn has_any(headers: &HeaderMap) -> bool {
    headers.keys().any(is_proxy_field)
}

/// Returns whether a header field shows that the request passed a proxy, including `Via` ([RFC 9110 §7.6.3]).
///
/// [RFC 9110 §7.6.3]: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.3
#[cfg(feature = "explain")]
pub(in crate::serve) fn has_proxy_field(headers: &HeaderMap) -> bool {
    headers.contains_key(http::header::VIA) || has_any(headers)
}

/// Removes every proxy field.
pub(super) fn remove_all(headers: &mut HeaderMap) {
    remove(headers, is_proxy_field);
}

/// Removes the proxy fields that say nothing reliable, even if a proxy has sent them.
pub(super) fn remove_ambiguous(headers: &mut HeaderMap) {
    remove(headers, |name| {
        let is_list = *name == FORWARDED || *name == X_FORWARDED_FOR || LISTS.contains(name);
        is_proxy_field(name) && !is_list && !SET_BY_PROXIES.contains(name)
    });
}

fn remove(headers: &mut HeaderMap, is_removed: impl Fn(&HeaderName) -> bool) {
    let names: Vec<HeaderName> = headers
        .keys()
        .filter(|name| is_removed(name))
        .cloned()
        .collect();
    for name in names {
        headers.remove(name);
    }
}
