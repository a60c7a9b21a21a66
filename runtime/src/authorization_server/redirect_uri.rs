//! Redirect URIs: which ones a client may register, and which request has a registered one.

use std::error::Error;
use std::fmt;
use std::net::Ipv6Addr;

use http::Uri;

use crate::form_pairs::form_pairs;
use crate::https::is_loopback;

/// The maximum length, in bytes.
const MAX_LEN: usize = 2048;

/// The origins whose port a native client chooses when it starts ([RFC 8252 §7.3]).
///
/// [RFC 8252 §7.3]: https://www.rfc-editor.org/rfc/rfc8252#section-7.3
const LOOPBACK: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];

/// A registered address of a client, to which browsers are redirected with a code.
///
/// A request must name it byte by byte ([RFC 9700 §4.1.3]): an address with another case, slash, query, port or encoding is
/// another address. The one exception is the port of `127.0.0.1` and `[::1]`, which a public client chooses when it starts
/// ([RFC 8252 §7.3]).
///
/// The address is one of:
///
/// - `https://`, with a host, and without user information;
/// - `http://` to `localhost`, `127.0.0.0/8` or `[::1]`;
/// - a private-use scheme of a native application that contains a dot, such as `nz.govt.example.app:/callback`
///   ([RFC 8252 §7.1]).
///
/// It has no fragment, and consists of printable ASCII characters.
///
/// # Examples
///
/// ```
/// use palisade::authorization_server::RedirectUri;
///
/// let registered: RedirectUri = "https://app.example.govt.nz/callback".parse()?;
/// assert_eq!(registered.as_str(), "https://app.example.govt.nz/callback");
/// for refused in ["http://app.example.govt.nz/callback", "https://app.example.govt.nz/#callback", "javascript:alert(1)"] {
///     assert!(refused.parse::<RedirectUri>().is_err(), "{refused}");
/// }
/// # Ok::<(), palisade::authorization_server::RedirectUriError>(())
/// ```
///
/// [RFC 8252 §7.1]: https://www.rfc-editor.org/rfc/rfc8252#section-7.1
/// [RFC 8252 §7.3]: https://www.rfc-editor.org/rfc/rfc8252#section-7.3
/// [RFC 9700 §4.1.3]: https://www.rfc-editor.org/rfc/rfc9700#section-4.1.3
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RedirectUri(String);

/// An error in a text that is not a valid [`RedirectUri`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedirectUriError {
    /// The text is empty or has more than 2,048 bytes.
    Length,
    /// The text has a character outside printable ASCII, a space, a quote, a backslash or an angle bracket.
    Character,
    /// The text has a fragment ([RFC 6749 §3.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2)).
    Fragment,
    /// The text is not an absolute URI, or its host is empty, has user information, or is not a domain name in ASCII or an IP
    /// address.
    Malformed,
    /// The query has a parameter of the response, such as `code`, `state` or `iss`: the client could read either value.
    Parameter,
    /// The scheme is neither `https` nor a private-use scheme with a dot, nor `http` to a loopback address.
    Scheme,
}

impl RedirectUri {
    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether a request names this address; `any_port` allows other ports of a loopback address.
    pub(super) fn matches(&self, requested: &str, any_port: bool) -> bool {
        requested == self.0
            || (any_port
                && loopback_parts(&self.0)
                    .zip(loopback_parts(requested))
                    .is_some_and(|(registered, requested)| registered == requested))
    }

    /// Returns the address with parameters added to its query.
    pub(super) fn with_parameters(address: &str, encoded: &str) -> String {
        let separator = match address.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        format!("{address}{separator}{encoded}")
    }
}

/// Returns a loopback address without its port: its scheme and host, and its path and query.
fn loopback_parts(address: &str) -> Option<(&'static str, &str)> {
    let host = LOOPBACK
        .into_iter()
        .find(|host| address.starts_with(host))?;
    let rest = address.strip_prefix(host)?;
    let rest = match rest.strip_prefix(':') {
        None => rest,
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (port, rest) = rest.split_at(digits);
            port.parse::<u16>().ok().filter(|port| *port != 0)?;
            rest
        }
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
}

impl std::str::FromStr for RedirectUri {
    type Err = RedirectUriError;

    fn from_str(text: &str) -> Result<Self, RedirectUriError> {
        if text.is_empty() || text.len() > MAX_LEN {
            return Err(RedirectUriError::Length);
        }
        let is_allowed = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&byte);
        if !text.bytes().all(is_allowed) {
            return Err(RedirectUriError::Character);
        }
        if text.contains('#') {
            return Err(RedirectUriError::Fragment);
        }
        if has_response_parameter(text) {
            return Err(RedirectUriError::Parameter);
        }
        let (scheme, rest) = text.split_once(':').ok_or(RedirectUriError::Malformed)?;
        match scheme {
            "https" | "http" if !rest.starts_with("//") => return Err(RedirectUriError::Malformed),
            "https" | "http" => {
                let uri: Uri = text.parse().map_err(|_| RedirectUriError::Malformed)?;
                let authority = uri.authority().ok_or(RedirectUriError::Malformed)?;
                let after_host = authority.as_str().strip_prefix(authority.host());
                let has_valid_port =
                    after_host.is_some_and(str::is_empty) || authority.port_u16().is_some();
                if authority.as_str().contains('@') || !is_host(authority.host()) || !has_valid_port
                {
                    return Err(RedirectUriError::Malformed);
                }
                if scheme == "http" && !is_loopback(authority.host()) {
                    return Err(RedirectUriError::Scheme);
                }
            }
            _ if is_private_use(scheme) && !rest.is_empty() => {}
            _ => return Err(RedirectUriError::Scheme),
        }
        Ok(Self(text.to_owned()))
    }
}

/// The parameters that the server adds ([RFC 6749 §4.1.2], [RFC 9207 §2]), and those of other response types.
///
/// [RFC 6749 §4.1.2]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
/// [RFC 9207 §2]: https://www.rfc-editor.org/rfc/rfc9207#section-2
const RESPONSE: [&str; 9] = [
    "access_token",
    "code",
    "error",
    "error_description",
    "error_uri",
    "id_token",
    "iss",
    "response",
    "state",
];

/// Returns whether the query of an address has a parameter of a response, or cannot be read.
fn has_response_parameter(address: &str) -> bool {
    let Some((_, query)) = address.split_once('?') else {
        return false;
    };
    let is_response = |(name, _): &(String, String)| RESPONSE.contains(&name.as_str());
    form_pairs(query, MAX_LEN).map_or(true, |pairs| pairs.iter().any(is_response))
}

/// Returns whether a host is a domain name, whose characters no header field or page can misread, or an IP address.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']');
        return address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    }
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !host.is_empty() && host.bytes().all(is_allowed)
}

/// Returns whether a scheme is a domain name in reverse order, as native applications register them.
fn is_private_use(scheme: &str) -> bool {
    let mut labels = scheme.split('.');
    scheme.contains('.')
        && scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && labels.all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        })
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RedirectUriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "a redirect URI has 1 to 2,048 bytes",
            Self::Character => "a redirect URI has a character that no URI may have",
            Self::Fragment => "a redirect URI has no fragment",
            Self::Malformed => "a redirect URI is an absolute URI with a host and without user information",
            Self::Parameter => {
                "the query of a redirect URI is well formed, and has no parameter of the response, such as `code` or `state`"
            }
            Self::Scheme => {
                "a redirect URI is https, http to a loopback address, or has a private-use scheme with a dot"
            }
        })
    }
}

impl Error for RedirectUriError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn registered(text: &str) -> RedirectUri {
        text.parse().unwrap()
    }

    #[test]
    fn valid_redirect_uris_are_accepted() {
        let longest = format!(
            "https://app.example/{:x<1$}",
            "",
            2048 - "https://app.example/".len()
        );
        for text in [
            "https://app.example/callback",
            "https://app.example",
            "https://app.example:8443/cb?tenant=1",
            "https://app.example/cb?encode=1&states=2&a=code=3",
            "https://xn--bcher-kva.example/cb",
            "http://127.0.0.1/cb",
            "http://127.0.0.1:1/cb",
            "http://[::1]:8080/cb",
            "http://localhost:3000/cb",
            "nz.govt.example.app:/callback",
            "com.example.app://callback",
            &longest,
        ] {
            assert_eq!(registered(text).as_str(), text);
        }
    }

    #[test]
    fn invalid_redirect_uris_are_rejected() {
        use RedirectUriError::{Character, Fragment, Length, Malformed, Parameter, Scheme};
        for (text, error) in [
            ("", Length),
            (&"a".repeat(2049), Length),
            ("https://app.example/a b", Character),
            ("https://app.example/\u{e9}", Character),
            ("https://app.example/\\evil", Character),
            ("https://app.example/\n", Character),
            ("https://app.example/\"", Character),
            ("https://app.example/#", Fragment),
            ("https://app.example/cb#x", Fragment),
            ("/callback", Malformed),
            ("callback", Malformed),
            ("https:callback", Malformed),
            ("https:8080", Malformed),
            ("http:8080", Malformed),
            ("https:/callback", Malformed),
            ("https:///callback", Malformed),
            ("https://user@app.example/cb", Malformed),
            ("https://user:pw@app.example/cb", Malformed),
            ("https://user@app.example:8443/cb", Malformed),
            ("https://user:pw@app.example:8443/cb", Malformed),
            ("https://app.example@app.example/cb", Malformed),
            ("http://user@127.0.0.1:8080/cb", Malformed),
            ("https://app.example:/cb", Malformed),
            ("https://app.example:99999/cb", Malformed),
            ("https://app.example;script-src/cb", Malformed),
            ("https://app.example,b.example/cb", Malformed),
            ("https://app.example&b/cb", Malformed),
            ("https://*/cb", Malformed),
            ("https://[::1;x]/cb", Malformed),
            ("https://app.example/cb?code=1", Parameter),
            ("https://app.example/cb?a=1&state=", Parameter),
            ("https://app.example/cb?iss", Parameter),
            ("https://app.example/cb?%65rror=x", Parameter),
            ("https://app.example/cb?a=%", Parameter),
            ("com.example.app:/cb?code=1", Parameter),
            ("http://app.example/cb", Scheme),
            ("http://127.0.0.1.evil.example/cb", Scheme),
            ("http://localhost.evil.example/cb", Scheme),
            ("HTTPS://app.example/cb", Scheme),
            ("javascript:alert(1)", Scheme),
            ("data:text/html,x", Scheme),
            ("myapp:/cb", Scheme),
            ("com.example.App:/cb", Scheme),
            ("com..example:/cb", Scheme),
            (".com:/cb", Scheme),
            ("com.example.app:", Scheme),
            ("file:///etc/passwd", Scheme),
        ] {
            assert_eq!(text.parse::<RedirectUri>(), Err(error), "{text}");
        }
    }

    #[test]
    fn response_parameter_in_the_query_is_rejected() {
        for name in [
            "access_token",
            "code",
            "error",
            "error_description",
            "error_uri",
            "id_token",
            "iss",
            "response",
            "state",
        ] {
            for query in [
                name.to_owned(),
                format!("a=1&{name}=x"),
                format!("{name}&a"),
            ] {
                let text = format!("https://app.example/cb?{query}");
                let error = text.parse::<RedirectUri>();
                assert_eq!(error, Err(RedirectUriError::Parameter), "{text}");
            }
            let text = format!("https://app.example/{name}?a={name}&x_{name}=1");
            assert_eq!(registered(&text).as_str(), text);
        }
    }

    #[test]
    fn character_outside_rfc_3986_is_rejected() {
        for character in "\"'<>\\^`{|} \t\r\n\0\u{7f}\u{80}\u{2028}".chars() {
            for text in [
                format!("https://app.example/{character}"),
                format!("https://app.example/?a={character}"),
                format!("https://app{character}.example/"),
                format!("com.example.app:/{character}"),
            ] {
                let error = text.parse::<RedirectUri>();
                assert_eq!(error, Err(RedirectUriError::Character), "{text:?}");
            }
        }
    }

    #[test]
    fn redirect_uri_matches_only_the_identical_address() {
        let address = registered("https://app.example/callback?a=1");
        assert!(address.matches("https://app.example/callback?a=1", false));
        for other in [
            "https://app.example/callback",
            "https://app.example/callback?a=1&b=2",
            "https://app.example/callback?a=1#",
            "https://app.example/callback/?a=1",
            "https://app.example/Callback?a=1",
            "https://APP.example/callback?a=1",
            "https://app.example:443/callback?a=1",
            "https://app.example/./callback?a=1",
            "https://app.example/x/../callback?a=1",
            "https://app.example/%63allback?a=1",
            "https://user@app.example/callback?a=1",
            "https://app.example@evil.example/callback?a=1",
            "https://app.example.evil.example/callback?a=1",
            "http://app.example/callback?a=1",
            " https://app.example/callback?a=1",
            "https://app.example/callback?a=1 ",
            "",
        ] {
            assert!(!address.matches(other, false), "{other}");
            assert!(!address.matches(other, true), "{other}");
        }
    }

    #[test]
    fn loopback_address_of_a_native_client_matches_with_any_port() {
        for (address, requested) in [
            ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"),
            ("http://127.0.0.1:8080/cb", "http://127.0.0.1:51004/cb"),
            ("http://127.0.0.1:8080/cb", "http://127.0.0.1/cb"),
            ("http://[::1]:8080/cb?x=1", "http://[::1]:51004/cb?x=1"),
            ("http://127.0.0.1", "http://127.0.0.1:51004"),
        ] {
            assert!(registered(address).matches(requested, true), "{requested}");
            assert!(
                !registered(address).matches(requested, false),
                "{requested}"
            );
        }
    }

    #[test]
    fn loopback_address_with_another_host_or_path_does_not_match() {
        let address = registered("http://127.0.0.1:8080/cb");
        for other in [
            "http://127.0.0.1:80@evil.example/cb",
            "http://127.0.0.1:8080.evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1:8080evil/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:65536/cb",
            "http://127.0.0.1:-1/cb",
            "http://127.0.0.1:+1/cb",
            "http://127.0.0.1:%31/cb",
            "http://127.0.0.1:8080/cb/",
            "http://127.0.0.1:8080/cb?x",
            "http://127.0.0.1:8080/cb#x",
            "http://127.0.0.1:8080\\@evil.example/cb",
            "http://127.0.0.2:8080/cb",
            "http://localhost:8080/cb",
            "http://[::1]:8080/cb",
            "https://127.0.0.1:8080/cb",
            "HTTP://127.0.0.1:8080/cb",
            "http://2130706433:8080/cb",
            "http://127.1:8080/cb",
        ] {
            assert!(!address.matches(other, true), "{other}");
        }
        for fixed in ["http://localhost:8080/cb", "http://127.0.0.2:8080/cb"] {
            let other = fixed.replace("8080", "8081");
            assert!(!registered(fixed).matches(&other, true), "{fixed}");
        }
    }
}
