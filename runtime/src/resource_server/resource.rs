//! The protected resource that an API is, and the URL of its metadata ([RFC 9728]).
//!
//! [RFC 9728]: https://www.rfc-editor.org/rfc/rfc9728

use std::error::Error;
use std::fmt;

use http::Uri;

use crate::resource_server::resource_url::{ResourceUrl, ResourceUrlError};

/// The well-known path of the metadata, before the path of the resource ([RFC 9728 §3.1]).
///
/// [RFC 9728 §3.1]: https://www.rfc-editor.org/rfc/rfc9728#section-3.1
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The maximum length of a name, in characters.
const MAX_NAME: usize = 128;

/// An API as clients know it: its URL, and what its metadata says about it ([RFC 9728 §2]).
///
/// A URL alone converts into it, so that most APIs need only
/// `.resource("https://orders.example.govt.nz")`.
///
/// # Examples
///
/// ```
/// use palisade::resource_server::ProtectedResource;
///
/// let orders = ProtectedResource::new("https://api.example.govt.nz/orders")
///     .name("Orders")
///     .documentation("https://docs.example.govt.nz/orders");
/// # let _ = orders;
/// ```
///
/// [RFC 9728 §2]: https://www.rfc-editor.org/rfc/rfc9728#section-2
#[derive(Clone, Debug)]
#[must_use = "a resource has no effect until it is passed to `Builder::resource(…)`"]
pub struct ProtectedResource {
    url: String,
    name: Option<String>,
    documentation: Option<String>,
    allow_loopback_http: bool,
}

/// The state of a [`Builder`](crate::resource_server::Builder) without a resource.
#[derive(Clone, Copy, Debug)]
pub struct NoResource;

/// The state of a [`Builder`](crate::resource_server::Builder) with a resource, whose URL is the audience of issuers without their own.
#[derive(Clone, Debug)]
pub struct WithResource(pub(super) String);

/// A checked resource.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    url: ResourceUrl,
    name: Option<String>,
    documentation: Option<String>,
    metadata_url: String,
}

impl ProtectedResource {
    /// Creates a resource from the URL at which clients find the API.
    ///
    /// It must be https in normal form, without user, query and fragment: a lower-case host, no default
    /// port, and a path without empty or dot segments. Clients compare it byte by byte.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            name: None,
            documentation: None,
            allow_loopback_http: false,
        }
    }

    /// Sets the name that clients show to users, of at most 128 characters: `resource_name`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the https URL of the documentation for developers: `resource_documentation`.
    pub fn documentation(mut self, url: impl Into<String>) -> Self {
        self.documentation = Some(url.into());
        self
    }

    /// Allows an `http` URL on loopback, for development.
    pub fn allow_loopback_http(mut self) -> Self {
        self.allow_loopback_http = true;
        self
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Checks the URL and the texts.
    pub(super) fn check(self) -> Result<Resource, ResourceError> {
        let url = ResourceUrl::parse(&self.url, self.allow_loopback_http)?;
        if self.name.as_deref().is_some_and(|name| !is_name(name)) {
            return Err(ResourceError::Name);
        }
        let documentation = self.documentation.as_deref();
        if documentation.is_some_and(|url| !is_https_url(url)) {
            return Err(ResourceError::Documentation);
        }
        // RFC 9728 §3.1: a slash after the host is removed
        let path = match url.path() {
            "/" => "",
            path => path,
        };
        let metadata_url = format!("{}{WELL_KNOWN}{path}", url.origin());
        Ok(Resource {
            url,
            name: self.name,
            documentation: self.documentation,
            metadata_url,
        })
    }
}

impl From<&str> for ProtectedResource {
    fn from(url: &str) -> Self {
        Self::new(url)
    }
}

impl From<String> for ProtectedResource {
    fn from(url: String) -> Self {
        Self::new(url)
    }
}

impl Resource {
    /// Returns the identifier, as configured.
    pub(crate) fn url(&self) -> &str {
        self.url.as_str()
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn documentation(&self) -> Option<&str> {
        self.documentation.as_deref()
    }

    /// Returns the URL of the metadata, which challenges name.
    pub(crate) fn metadata_url(&self) -> &str {
        &self.metadata_url
    }

    /// Returns the path of the metadata on the host of the resource.
    pub(crate) fn metadata_path(&self) -> &str {
        self.metadata_url
            .strip_prefix(self.url.origin())
            .unwrap_or(WELL_KNOWN)
    }
}

fn is_name(name: &str) -> bool {
    !name.trim().is_empty()
        && name.chars().count() <= MAX_NAME
        && !name.chars().any(crate::text::is_forbidden_in_line)
}

fn is_https_url(text: &str) -> bool {
    let is_graphic = text.bytes().all(|byte| byte.is_ascii_graphic());
    let Ok(uri) = text.parse::<Uri>() else {
        return false;
    };
    let authority = uri.authority().map(http::uri::Authority::as_str);
    let has_host = authority.is_some_and(|text| !text.starts_with(':') && !text.contains('@'));
    is_graphic && uri.scheme_str() == Some("https") && has_host
}

/// The reason why a [`ProtectedResource`] is rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResourceError {
    /// The URL is malformed, not https, or not in normal form.
    Url(ResourceUrlError),
    /// The name is blank, longer than 128 characters, or contains control characters.
    Name,
    /// The URL of the documentation is malformed or not https.
    Documentation,
}

impl fmt::Display for ResourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(error) => error.fmt(f),
            Self::Name => f.write_str(
                "its name is blank, too long, or contains control characters: use one line of at \
                 most 128 characters",
            ),
            Self::Documentation => f.write_str(
                "the URL of its documentation is malformed or not https: write \
                 `https://docs.example/orders`",
            ),
        }
    }
}

impl Error for ResourceError {}

impl From<ResourceUrlError> for ResourceError {
    fn from(error: ResourceUrlError) -> Self {
        Self::Url(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str) -> Resource {
        ProtectedResource::new(url).check().unwrap()
    }

    /// RFC 9728 §3.1.
    #[test]
    fn well_known_is_inserted_between_host_and_path() {
        for (url, metadata_url, path) in [
            ("https://a.example", "https://a.example{}", "{}"),
            ("https://a.example/", "https://a.example{}", "{}"),
            ("https://a.example:8443", "https://a.example:8443{}", "{}"),
            (
                "https://a.example/orders",
                "https://a.example{}/orders",
                "{}/orders",
            ),
            (
                "https://a.example/v1/orders/",
                "https://a.example{}/v1/orders/",
                "{}/v1/orders/",
            ),
            (
                "https://[2001:db8::1]/x",
                "https://[2001:db8::1]{}/x",
                "{}/x",
            ),
        ] {
            let resource = check(url);
            assert_eq!(resource.url(), url);
            assert_eq!(
                resource.metadata_url(),
                metadata_url.replace("{}", WELL_KNOWN)
            );
            assert_eq!(resource.metadata_path(), path.replace("{}", WELL_KNOWN));
        }
    }

    #[test]
    fn blank_long_or_control_name_is_rejected() {
        let named = |name: &str| check_named(name).map(drop);
        assert_eq!(named("Orders"), Ok(()));
        assert_eq!(named(&"ä".repeat(128)), Ok(()));
        for name in ["", " ", "a\nb", "a\u{202e}b", &"a".repeat(129)] {
            assert_eq!(named(name), Err(ResourceError::Name), "{name:?}");
        }
    }

    fn check_named(name: &str) -> Result<Resource, ResourceError> {
        ProtectedResource::new("https://a.example")
            .name(name)
            .check()
    }

    #[test]
    fn documentation_that_is_not_https_is_rejected() {
        let documented = |url: &str| {
            let resource = ProtectedResource::new("https://a.example").documentation(url);
            resource.check().map(drop)
        };
        for url in ["https://docs.example", "https://docs.example/a?b#c"] {
            assert_eq!(documented(url), Ok(()), "{url}");
        }
        for url in [
            "",
            "/docs",
            "docs.example",
            "http://docs.example",
            "javascript:alert(1)",
            "https://user@docs.example",
            "https://docs.example/a b",
            "https://:443",
        ] {
            assert_eq!(documented(url), Err(ResourceError::Documentation), "{url}");
        }
    }
}
