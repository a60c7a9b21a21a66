//! The notation of a URL of the web: RFC 3986, as far as its meaning is not changed by WHATWG parsers.
//!
//! The parser of the crate `url` removes tabs and line breaks, trims spaces, reads `\` as `/`, adds
//! missing slashes, resolves `..`, and reads `127.1` and `0x7f000001` as IP addresses. A filter that reads the
//! text in another way sees another host, so all of these are rejected.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The maximum length of a URL in bytes.
pub(super) const MAX_BYTES: usize = 2048;

/// The maximum length of a host name (RFC 1035 §2.3.4), without a dot at its end.
const MAX_HOST: usize = 253;

/// The maximum length of a label of a host name.
const MAX_LABEL: usize = 63;

/// Returns whether a text is an absolute `http` or `https` URL without credentials.
pub(super) fn is_url(text: &str) -> bool {
    if text.len() > MAX_BYTES {
        return false;
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    is_web
        && is_authority(authority)
        && consists_of(path, b"/")
        && !path.split('/').any(is_dots)
        && consists_of(query, b"/?[]")
        && consists_of(fragment, b"/?")
}

/// Returns whether a text is a host and an optional port, without credentials.
fn is_authority(authority: &str) -> bool {
    // the colons of an IPv6 address are before the bracket
    let end_of_address = authority.find(']').unwrap_or(0);
    let (host, port) = match authority.rfind(':').filter(|at| *at > end_of_address) {
        Some(at) => (authority.get(..at), authority.get(at + 1..)),
        None => (Some(authority), None),
    };
    host.is_some_and(is_host) && port.is_none_or(is_port)
}

fn is_port(port: &str) -> bool {
    let is_canonical = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
    is_canonical && port.parse::<u16>().is_ok()
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']');
        return address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    }
    let is_label = |label: &str| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (1..=MAX_LABEL).contains(&label.len()) && label.bytes().all(is_allowed)
    };
    let is_name = host.len() <= MAX_HOST && host.split('.').all(is_label);
    // a name whose last label is a number would be parsed as an address
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_decimal = last.bytes().all(|byte| byte.is_ascii_digit());
    let is_address = is_decimal || last.starts_with("0x") || last.starts_with("0X");
    is_name && (!is_address || host.parse::<Ipv4Addr>().is_ok())
}

/// Returns whether a segment is `.` or `..`, which a parser resolves even if it is escaped.
fn is_dots(segment: &str) -> bool {
    let unescaped = segment.replace("%2e", ".").replace("%2E", ".");
    unescaped == "." || unescaped == ".."
}

/// Returns whether a text consists of the characters of a path segment
/// ([RFC 3986 §3.3](https://www.rfc-editor.org/rfc/rfc3986#section-3.3)) and others.
fn consists_of(text: &str, others: &[u8]) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_allowed = match byte {
            b'%' => {
                let digits = [bytes.next(), bytes.next()];
                digits
                    .iter()
                    .flatten()
                    .filter(|byte| byte.is_ascii_hexdigit())
                    .count()
                    == 2
            }
            b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+'
            | b',' | b';' | b'=' | b':' | b'@' => true,
            byte => byte.is_ascii_alphanumeric() || others.contains(&byte),
        };
        if !is_allowed {
            return false;
        }
    }
    true
}
