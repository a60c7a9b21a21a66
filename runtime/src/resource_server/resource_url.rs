//! The URL that identifies a resource, in normal form ([RFC 9728 §1.2], [RFC 3986 §6.2]).
//!
//! Clients, issuers and the guard compare the URL byte by byte, so only one spelling is accepted.
//!
//! [RFC 9728 §1.2]: https://www.rfc-editor.org/rfc/rfc9728#section-1.2
//! [RFC 3986 §6.2]: https://www.rfc-editor.org/rfc/rfc3986#section-6.2

use std::error::Error;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::https::is_loopback;

/// The maximum length of a URL, in bytes: every challenge contains it.
const MAX_LEN: usize = 1024;

/// The URL of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResourceUrl {
    text: String,
    /// The length of the scheme, the host and the port.
    origin_len: usize,
}

impl ResourceUrl {
    /// Parses an https URL in normal form, or with `allow_loopback_http` an http one on loopback.
    pub(super) fn parse(text: &str, allow_loopback_http: bool) -> Result<Self, ResourceUrlError> {
        if text.len() > MAX_LEN {
            return Err(ResourceUrlError::TooLong);
        }
        if !text.bytes().all(is_uri_byte) {
            return Err(ResourceUrlError::Character);
        }
        let (scheme, rest) = text.split_once("://").ok_or(ResourceUrlError::NotHttps)?;
        if rest.contains('#') {
            return Err(ResourceUrlError::Fragment);
        }
        if rest.contains('?') {
            return Err(ResourceUrlError::Query);
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(ResourceUrlError::User);
        }
        let (host, port) = split_port(authority)?;
        let host = normalize_host(host)?;
        let scheme = scheme.to_ascii_lowercase();
        let default_port = match scheme.as_str() {
            "https" => 443,
            "http" if allow_loopback_http && is_loopback(&host) => 80,
            _ => return Err(ResourceUrlError::NotHttps),
        };
        let port = match port.map(parse_port).transpose()? {
            Some(port) if port != default_port => format!(":{port}"),
            _ => String::new(),
        };
        let origin = format!("{scheme}://{host}{port}");
        let path = normalize_path(path)?;
        let normal = format!("{origin}{path}");
        if normal == text {
            Ok(Self {
                text: normal,
                origin_len: origin.len(),
            })
        } else {
            Err(ResourceUrlError::NotNormal { normal })
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the scheme, the host and the port.
    pub(super) fn origin(&self) -> &str {
        self.text.get(..self.origin_len).unwrap_or_default()
    }

    /// Returns the path, which may be empty.
    pub(super) fn path(&self) -> &str {
        self.text.get(self.origin_len..).unwrap_or_default()
    }
}

/// Splits an authority without user into the host, with the brackets of an IPv6 address, and the port.
fn split_port(authority: &str) -> Result<(&str, Option<&str>), ResourceUrlError> {
    let host_len = match authority.find(']') {
        Some(bracket) if authority.starts_with('[') => bracket + 1,
        Some(_) => return Err(ResourceUrlError::Host),
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(host_len);
    match port.strip_prefix(':') {
        Some(port) => Ok((host, Some(port))),
        None if port.is_empty() => Ok((host, None)),
        None => Err(ResourceUrlError::Host),
    }
}

fn parse_port(digits: &str) -> Result<u16, ResourceUrlError> {
    let is_decimal = digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.parse() {
        Ok(port @ 1..) if is_decimal => Ok(port),
        _ => Err(ResourceUrlError::Port),
    }
}

fn normalize_host(host: &str) -> Result<String, ResourceUrlError> {
    let malformed = ResourceUrlError::Host;
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').ok_or(ResourceUrlError::Host)?;
        let address: Ipv6Addr = address.parse().map_err(|_| malformed)?;
        return Ok(format!("[{address}]"));
    }
    let host = host.to_ascii_lowercase();
    // WHATWG URL: such a host is an IPv4 address, in whatever notation
    let is_numeric = host.rsplit('.').next().is_some_and(is_number);
    if is_numeric {
        let address: Ipv4Addr = host.parse().map_err(|_| malformed)?;
        return Ok(address.to_string());
    }
    if host.len() <= 253 && host.split('.').all(is_label) {
        Ok(host)
    } else {
        Err(malformed)
    }
}

fn is_number(label: &str) -> bool {
    !label.is_empty()
        && (label.bytes().all(|byte| byte.is_ascii_digit()) || label.starts_with("0x"))
}

fn is_label(label: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=63).contains(&label.len())
        && label.bytes().all(is_inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Decodes escapes of unreserved characters, and writes the others in upper case.
fn normalize_path(path: &str) -> Result<String, ResourceUrlError> {
    let mut normal = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        let (before, escape) = rest.split_at(at);
        let digits = escape.get(1..3).ok_or(ResourceUrlError::Escape)?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let byte = u8::from_str_radix(digits, 16).ok().filter(|_| is_hex);
        let byte = byte.ok_or(ResourceUrlError::Escape)?;
        normal.push_str(before);
        if is_unreserved(byte) {
            normal.push(char::from(byte));
        } else {
            normal.push('%');
            normal.push_str(&digits.to_ascii_uppercase());
        }
        rest = escape.get(3..).unwrap_or_default();
    }
    normal.push_str(rest);
    let segments = normal.strip_prefix('/').unwrap_or_default();
    let segments = segments.strip_suffix('/').unwrap_or(segments);
    let is_plain = |segment: &str| !matches!(segment, "" | "." | "..");
    if normal.contains(['[', ']']) {
        return Err(ResourceUrlError::Character);
    }
    if matches!(normal.as_str(), "" | "/") || segments.split('/').all(is_plain) {
        Ok(normal)
    } else {
        Err(ResourceUrlError::Segments)
    }
}

/// Returns whether a URL may contain the byte ([RFC 3986 §2]).
///
/// [RFC 3986 §2]: https://www.rfc-editor.org/rfc/rfc3986#section-2
fn is_uri_byte(byte: u8) -> bool {
    is_unreserved(byte) || b"%:/?#[]@!$&'()*+,;=".contains(&byte)
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// The reason why the URL of a resource is rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResourceUrlError {
    /// The URL is not absolute, or its scheme is not https (or http on loopback, if allowed).
    NotHttps,
    /// The URL has a user.
    User,
    /// The URL has a query, which RFC 9728 §1.2 discourages and no route could match.
    Query,
    /// The URL has a fragment.
    Fragment,
    /// The URL contains a character that must be written in Punycode or percent-encoded.
    Character,
    /// The host is missing or malformed.
    Host,
    /// The port is not a number between 1 and 65535.
    Port,
    /// A percent sign is not followed by two hexadecimal digits.
    Escape,
    /// The path has an empty segment or a dot segment.
    Segments,
    /// The URL is longer than 1024 bytes.
    TooLong,
    /// The URL has a normal form that is spelled differently (RFC 3986 §6.2).
    NotNormal {
        /// The normal form.
        normal: String,
    },
}

impl fmt::Display for ResourceUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotHttps => {
                "its URL is not https: write `https://api.example/orders`; \
                 `ProtectedResource::allow_loopback_http` allows `http` on loopback"
            }
            Self::User => "its URL has a user: remove the text before `@`",
            Self::Query => "its URL has a query: remove the text from `?`",
            Self::Fragment => "its URL has a fragment: remove the text from `#`",
            Self::Character => {
                "its URL contains a character that no URL has: write the host in Punycode, and \
                 percent-encode the path"
            }
            Self::Host => "its URL has no valid host: write a name or an IP address",
            Self::Port => "its URL has no valid port: write a number between 1 and 65535",
            Self::Escape => "its URL has a malformed escape: write `%` and two hexadecimal digits",
            Self::Segments => {
                "its path has an empty segment or a dot segment: write `/orders/v1`, without `//`, \
                 `/./` and `/../`"
            }
            Self::TooLong => "its URL is too long: use at most 1024 bytes",
            Self::NotNormal { normal } => {
                return write!(f, "its URL is not in normal form: write `{normal}`");
            }
        })
    }
}

impl Error for ResourceUrlError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, ResourceUrlError> {
        ResourceUrl::parse(text, false).map(|url| url.as_str().to_owned())
    }

    #[test]
    fn https_url_in_normal_form_is_accepted() {
        for text in [
            "https://a.example",
            "https://a.example/",
            "https://a.example:8443/orders",
            "https://a.example:80",
            "https://xn--bcher-kva.example/v1/orders/",
            "https://my_api.internal/a-b_c~d.e/(f)*!$&'+,;=:@g",
            "https://192.0.2.7/%C3%A9/%2F",
            "https://[2001:db8::1]:8443/x",
            "https://localhost",
        ] {
            assert_eq!(parse(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn other_spelling_is_rejected_with_the_normal_form() {
        for (text, normal) in [
            ("HTTPS://a.example", "https://a.example"),
            ("https://A.Example/Orders", "https://a.example/Orders"),
            ("https://a.example:443", "https://a.example"),
            ("https://a.example:0443/x", "https://a.example/x"),
            ("https://a.example:08443", "https://a.example:8443"),
            ("https://a.example/%7Eb", "https://a.example/~b"),
            ("https://a.example/%c3%a9", "https://a.example/%C3%A9"),
            ("https://a.example/%2d%2f", "https://a.example/-%2F"),
            ("https://[2001:DB8:0::1]/", "https://[2001:db8::1]/"),
            ("https://[::FFFF:1.2.3.4]", "https://[::ffff:1.2.3.4]"),
        ] {
            let normal = normal.to_owned();
            assert_eq!(parse(text), Err(ResourceUrlError::NotNormal { normal }));
        }
    }

    #[test]
    fn url_without_a_normal_form_is_rejected() {
        use ResourceUrlError as Error;
        for (text, error) in [
            ("", Error::NotHttps),
            ("a.example", Error::NotHttps),
            ("/orders", Error::NotHttps),
            ("https:a.example", Error::NotHttps),
            ("urn:orders", Error::NotHttps),
            ("http://a.example", Error::NotHttps),
            ("http://127.0.0.1", Error::NotHttps),
            ("ftp://a.example", Error::NotHttps),
            ("https://user@a.example", Error::User),
            ("https://user:secret@a.example/x", Error::User),
            ("https://a.example?x", Error::Query),
            ("https://a.example/?", Error::Query),
            ("https://a.example#", Error::Fragment),
            ("https://a.example/x#y?z", Error::Fragment),
            ("https://a example", Error::Character),
            ("https://a.example/\"", Error::Character),
            ("https://a.example\\b", Error::Character),
            ("https://a.example/{id}", Error::Character),
            ("https://bücher.example", Error::Character),
            ("https://a.example/\r\nx", Error::Character),
            ("https://a.example/[x]", Error::Character),
            ("https://", Error::Host),
            ("https:///orders", Error::Host),
            ("https://:443", Error::Host),
            ("https://a..example", Error::Host),
            ("https://a.example.", Error::Host),
            ("https://-a.example", Error::Host),
            ("https://a-.example", Error::Host),
            ("https://a%2eexample", Error::Host),
            ("https://*.example", Error::Host),
            ("https://2130706433", Error::Host),
            ("https://127.1", Error::Host),
            ("https://0x7f.0.0.0x1", Error::Host),
            ("https://127.0.0.01", Error::Host),
            ("https://[::1", Error::Host),
            ("https://::1", Error::Host),
            ("https://[::1]a", Error::Host),
            ("https://[127.0.0.1]", Error::Host),
            ("https://[fe80::1%25eth0]", Error::Host),
            ("https://a.example:", Error::Port),
            ("https://a.example:0", Error::Port),
            ("https://a.example:65536", Error::Port),
            ("https://a.example:+80", Error::Port),
            ("https://a.example:80:80", Error::Port),
            ("https://a.example/%", Error::Escape),
            ("https://a.example/%4", Error::Escape),
            ("https://a.example/%+4", Error::Escape),
            ("https://a.example/%zz", Error::Escape),
            ("https://a.example//", Error::Segments),
            ("https://a.example//orders", Error::Segments),
            ("https://a.example/orders//", Error::Segments),
            ("https://a.example/./orders", Error::Segments),
            ("https://a.example/orders/..", Error::Segments),
            ("https://a.example/%2e%2E/orders", Error::Segments),
        ] {
            assert_eq!(parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn url_over_1024_bytes_is_rejected() {
        let url = |len: usize| format!("https://a.example/{}", "a".repeat(len - 18));
        assert_eq!(parse(&url(1024)), Ok(url(1024)));
        assert_eq!(parse(&url(1025)), Err(ResourceUrlError::TooLong));
    }

    #[test]
    fn http_is_accepted_on_loopback_only_if_allowed() {
        for text in [
            "http://127.0.0.1:8080",
            "http://localhost:3000/x",
            "http://[::1]",
        ] {
            assert!(ResourceUrl::parse(text, true).is_ok(), "{text}");
            assert_eq!(parse(text), Err(ResourceUrlError::NotHttps), "{text}");
        }
        for text in [
            "http://a.example",
            "http://127.0.0.1.a.example",
            "http://localhost.example",
            "http://10.0.0.1",
            "http://0.0.0.0",
        ] {
            let error = Err(ResourceUrlError::NotHttps);
            assert_eq!(ResourceUrl::parse(text, true), error, "{text}");
        }
        let port = ResourceUrl::parse("http://localhost:80", true);
        let normal = "http://localhost".to_owned();
        assert_eq!(port, Err(ResourceUrlError::NotNormal { normal }));
    }

    #[test]
    fn errors_are_sentences_with_the_edit() {
        let error = parse("https://A.example:443").unwrap_err();
        assert_eq!(
            error.to_string(),
            "its URL is not in normal form: write `https://a.example`"
        );
        for error in [
            ResourceUrlError::NotHttps,
            ResourceUrlError::User,
            ResourceUrlError::Segments,
        ] {
            let text = error.to_string();
            assert!(text.contains(": ") && !text.ends_with('.'), "{text}");
        }
    }
}
