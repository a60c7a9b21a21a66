//! The proxy that the environment names, as curl and most HTTP clients read it.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Matcher;

use crate::https::HttpsError;
use crate::https::loopback::is_loopback;

/// The variables with the proxy's URL, and with the hosts that are connected to directly.
const PROXY: [&str; 2] = ["HTTPS_PROXY", "https_proxy"];
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// A proxy that opens tunnels to https servers, and the hosts that need none.
pub(super) struct Proxy {
    url: Uri,
    authorization: Option<HeaderValue>,
    /// The hosts that need no tunnel, whatever their port.
    matcher: Matcher,
    /// The hosts that need none on one port.
    by_port: Vec<(u16, Matcher)>,
}

impl Proxy {
    /// Returns the proxy that `HTTPS_PROXY` names, or `None` without the variable.
    ///
    /// `HTTP_PROXY` is never read: no request to another host than loopback is sent without TLS.
    ///
    /// # Errors
    ///
    /// Returns [`HttpsError::Proxy`] if the variable is malformed. A direct connection instead would
    /// ignore the operator's setting.
    pub(super) fn from_environment() -> Result<Option<Self>, HttpsError> {
        Self::read(|name| env::var_os(name))
    }

    fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Option<Self>, HttpsError> {
        let first = |names: [&'static str; 2]| {
            let values = names
                .into_iter()
                .filter_map(|name| Some((name, variable(name)?)));
            values.into_iter().find(|(_, value)| !value.is_empty())
        };
        let Some((name, value)) = first(PROXY) else {
            return Ok(None);
        };
        let excluded = first(NO_PROXY).map(|(_, value)| value.to_string_lossy().into_owned());
        let proxy = value
            .to_str()
            .and_then(|url| Self::new(url, &excluded.unwrap_or_default()));
        match proxy {
            Some(proxy) => Ok(Some(proxy)),
            None => Err(HttpsError::Proxy { variable: name }),
        }
    }

    /// Returns `None` unless the URL is http or https, without path, query and fragment.
    pub(super) fn new(url: &str, excluded: &str) -> Option<Self> {
        // `Uri` drops a fragment silently, and a password with an unescaped `@` or `#` would become a host
        if url.contains(['#', '\\']) || url.matches('@').count() > 1 {
            return None;
        }
        let path = url.parse::<Uri>().ok()?;
        let path = path.path_and_query().map_or("", |path| path.as_str());
        if !matches!(path, "" | "/") {
            return None;
        }
        let everything = Matcher::builder().https(url).build();
        let intercepted = everything.intercept(&Uri::from_static("https://issuer.example"))?;
        if !matches!(intercepted.uri().scheme_str(), Some("http" | "https")) {
            return None;
        }
        let except = |hosts: Vec<String>| Matcher::builder().https(url).no(hosts.join(",")).build();
        let mut hosts: BTreeMap<Option<u16>, Vec<String>> = BTreeMap::new();
        for (host, port) in entries(excluded) {
            hosts.entry(port).or_default().push(host);
        }
        let on_any_port = hosts.remove(&None).unwrap_or_default();
        let by_port = hosts.into_iter();
        Some(Self {
            url: intercepted.uri().clone(),
            authorization: intercepted.basic_auth().cloned(),
            matcher: except(on_any_port),
            by_port: by_port
                .filter_map(|(port, hosts)| Some((port?, except(hosts))))
                .collect(),
        })
    }

    /// Returns the proxy's URL, without credentials.
    pub(super) const fn url(&self) -> &Uri {
        &self.url
    }

    /// Returns the value of `proxy-authorization`.
    pub(super) const fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }

    /// Returns whether the proxy opens the connection to a server: never to loopback, nor without TLS.
    pub(super) fn applies_to(&self, server: &Uri) -> bool {
        let port = server.port_u16().unwrap_or(443);
        let on_port = self
            .by_port
            .iter()
            .filter(|(excluded, _)| *excluded == port);
        let mut matchers = on_port.map(|(_, matcher)| matcher).chain([&self.matcher]);
        server.scheme_str() == Some("https")
            && !server.host().is_some_and(is_loopback)
            && matchers.all(|matcher| matcher.intercept(server).is_some())
    }
}

/// Returns the hosts as [`Matcher`] reads them, each with its port.
///
/// Spaces may separate hosts, `*.a.example` means `.a.example`, and an IPv6 address may have brackets.
fn entries(excluded: &str) -> impl Iterator<Item = (String, Option<u16>)> {
    let entries = excluded.split([',', ' ', '\t', '\r', '\n']);
    entries.map(|entry| {
        let (host, port) = split_port(entry);
        let host = match host.strip_prefix("*.") {
            Some(suffix) => format!(".{suffix}"),
            None => host.replace(['[', ']'], ""),
        };
        let host = host.strip_suffix('.').unwrap_or(&host).to_owned();
        (host, port)
    })
}

/// Splits `host:port`; the colons of an IPv6 address without brackets separate no port.
fn split_port(entry: &str) -> (&str, Option<u16>) {
    let split = entry.rsplit_once(':').and_then(|(host, port)| {
        let is_host = !host.contains(':') || host.ends_with(']');
        Some((host, port.parse().ok()?)).filter(|_| is_host)
    });
    split.map_or((entry, None), |(host, port)| (host, Some(port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Option<Proxy>, HttpsError> {
        Proxy::read(|name| {
            let mut variables = variables.iter();
            let (_, value) = variables.find(|(variable, _)| *variable == name)?;
            Some(OsString::from(value))
        })
    }

    #[test]
    fn proxy_is_read_from_its_variable_only() {
        let url = |variables: &[(&str, &str)]| {
            read(variables)
                .unwrap()
                .map(|proxy| proxy.url().to_string())
        };
        for (variables, expected) in [
            (&[][..], None),
            (&[("HTTPS_PROXY", "")], None),
            (
                &[("HTTP_PROXY", "http://p:1"), ("http_proxy", "http://p:1")],
                None,
            ),
            (&[("ALL_PROXY", "http://p:1")], None),
            (&[("HTTPS_PROXY", "http://p:1")], Some("http://p:1/")),
            (&[("https_proxy", "http://p:1/")], Some("http://p:1/")),
            (
                &[("HTTPS_PROXY", ""), ("https_proxy", "p:1")],
                Some("http://p:1/"),
            ),
            (
                &[("https_proxy", "http://q"), ("HTTPS_PROXY", "https://p")],
                Some("https://p/"),
            ),
            (
                &[("HTTPS_PROXY", "http://[::1]:3128")],
                Some("http://[::1]:3128/"),
            ),
            (
                &[("HTTPS_PROXY", "http://u:secret@p:1")],
                Some("http://p:1/"),
            ),
        ] {
            assert_eq!(url(variables).as_deref(), expected, "{variables:?}");
        }
    }

    /// A typo must not lead to direct connections.
    #[test]
    fn malformed_proxy_is_an_error_without_its_value() {
        for url in [
            "socks5://secret:1080",
            "ftp://secret:1",
            "http://",
            "http:///secret",
            "://secret",
            "http://p:1/secret",
            "http://p:1?secret",
            "http://u:sec#ret@p:1",
            "http://u:sec@ret@p:1",
            "http://u:sec/ret@p:1",
            "http://se cret",
            "http:\\\\secret",
        ] {
            let error = read(&[("https_proxy", url)]).err().expect(url);
            assert!(matches!(
                error,
                HttpsError::Proxy {
                    variable: "https_proxy"
                }
            ));
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    /// RFC 7617 §2.
    #[test]
    fn credentials_are_decoded_and_marked_sensitive() {
        for (url, expected) in [
            (
                "http://Aladdin:opensesame@p",
                Some("Basic QWxhZGRpbjpvcGVuc2VzYW1l"),
            ),
            ("http://a%40b:%3A%2F@p", Some("Basic YUBiOjov")),
            ("http://a@p", Some("Basic YTo=")),
            ("http://p", None),
        ] {
            let proxy = Proxy::new(url, "").unwrap();
            let value = proxy.authorization();
            assert_eq!(
                value.map(|value| value.to_str().unwrap()),
                expected,
                "{url}"
            );
            assert!(value.is_none_or(HeaderValue::is_sensitive));
        }
    }

    #[test]
    fn excluded_hosts_and_loopback_are_connected_to_directly() {
        let excluded = "a.example, .b.example *.c.example,10.0.0.0/8,192.0.2.7,[2001:db8::1],fd00::/8,D.Example.";
        let proxy = Proxy::new("http://p:1", excluded).unwrap();
        for (server, applies) in [
            ("https://issuer.example", true),
            ("https://a.example", false),
            ("https://A.EXAMPLE:8443/x", false),
            ("https://x.a.example", false),
            ("https://nota.example", true),
            ("https://a.example.org", true),
            ("https://b.example", false),
            ("https://x.b.example", false),
            ("https://notb.example", true),
            ("https://x.c.example", false),
            ("https://d.example", false),
            ("https://10.1.2.3", false),
            ("https://11.1.2.3", true),
            ("https://192.0.2.7", false),
            ("https://192.0.2.8", true),
            ("https://[2001:db8::1]", false),
            ("https://[2001:db8::2]", true),
            ("https://[fd12::1]:8443", false),
            ("https://127.0.0.1:8443", false),
            ("https://localhost", false),
            ("https://[::1]", false),
            ("http://issuer.example", false),
            ("http://127.0.0.1", false),
        ] {
            assert_eq!(
                proxy.applies_to(&server.parse().unwrap()),
                applies,
                "{server}"
            );
        }
        let excluded = "a.example:8443,.b.example:443 [2001:db8::1]:8443,2001:db8::2,10.0.0.0/8:8443,c.example:0x1,*.d.example:1";
        let proxy = Proxy::new("http://p:1", excluded).unwrap();
        for (server, applies) in [
            ("https://a.example:8443", false),
            ("https://x.a.example:8443/y", false),
            ("https://a.example", true),
            ("https://a.example:84", true),
            ("https://x.b.example", false),
            ("https://x.b.example:443", false),
            ("https://x.b.example:8443", true),
            ("https://[2001:db8::1]:8443", false),
            ("https://[2001:db8::1]", true),
            ("https://[2001:db8::2]", false),
            ("https://[2001:db8::2]:8443", false),
            ("https://10.1.2.3:8443", false),
            ("https://10.1.2.3", true),
            ("https://c.example", true),
            ("https://x.d.example:1", false),
            ("https://issuer.example:8443", true),
        ] {
            let found = proxy.applies_to(&server.parse().unwrap());
            assert_eq!(found, applies, "{server}");
        }
        let direct = Proxy::new("http://p:1", "x, *").unwrap();
        assert!(!direct.applies_to(&Uri::from_static("https://issuer.example")));
    }
}
