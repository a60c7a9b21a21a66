//! The hosts and origins that requests may name.

use axum::http::Uri;

/// The names of this machine, each with every port.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

/// The hosts and origins of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The hosts that requests may name, see [`Api::hosts`](palisade::Api::hosts).
    pub hosts: Vec<String>,
    /// The origins of pages that may send requests, in the notation of rmcp: `:*` allows every port.
    pub origins: Vec<String>,
}

impl Site {
    /// Returns the host and the origin of a URL, or those of loopback.
    ///
    /// # Errors
    ///
    /// Returns a text if the URL has no host.
    pub fn of(url: &str) -> Result<Self, String> {
        let uri: Option<Uri> = url.parse().ok();
        let authority = uri.as_ref().and_then(Uri::authority);
        let authority = authority.ok_or_else(|| format!("`{url}` has no host"))?;
        if LOOPBACK.contains(&authority.host()) {
            let origins = LOOPBACK
                .iter()
                .flat_map(|host| [format!("http://{host}:*"), format!("https://{host}:*")]);
            return Ok(Self {
                hosts: LOOPBACK.map(str::to_owned).to_vec(),
                origins: origins.collect(),
            });
        }
        let port = authority.port_u16().unwrap_or(443);
        Ok(Self {
            hosts: vec![authority.to_string()],
            origins: vec![format!("https://{}:{port}", authority.host())],
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test panics")]
mod tests {
    use super::*;

    #[test]
    fn site_has_the_host_of_the_url_only() {
        let site = Site::of("https://mcp.example.govt.nz/mcp").unwrap();
        assert_eq!(site.hosts, ["mcp.example.govt.nz"]);
        assert_eq!(site.origins, ["https://mcp.example.govt.nz:443"]);
        let site = Site::of("https://mcp.example.govt.nz:8443/mcp").unwrap();
        assert_eq!(site.hosts, ["mcp.example.govt.nz:8443"]);
        assert_eq!(site.origins, ["https://mcp.example.govt.nz:8443"]);
    }

    #[test]
    fn site_on_loopback_has_every_name_of_loopback() {
        for url in [
            "http://127.0.0.1:8080/mcp",
            "http://[::1]/mcp",
            "http://localhost:1/mcp",
        ] {
            let site = Site::of(url).unwrap();
            assert_eq!(site.hosts, LOOPBACK, "{url}");
            assert!(
                site.origins.contains(&"http://localhost:*".to_owned()),
                "{url}"
            );
        }
    }

    #[test]
    fn url_without_a_host_is_an_error() {
        for url in ["/mcp", "", "https://"] {
            assert!(Site::of(url).is_err(), "{url}");
        }
    }
}
