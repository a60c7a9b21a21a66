//! The metadata of an API: where its clients get tokens, and with which scopes ([RFC 9728]).
//!
//! `access_grant` comes after: it asks a person for access to the API.
//!
//! [RFC 9728]: https://www.rfc-editor.org/rfc/rfc9728

use std::error::Error;
use std::fmt;
use std::time::Duration;

use http::{Request, Response, StatusCode, Uri, header};
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::claims::ScopeSet;
use crate::https::{Client, ClientSettings, HttpsError, RootCertificates};
use crate::json;
use crate::relying_party::api_client::Origin;
use crate::relying_party::challenge::ResourceChallenge;
use crate::relying_party::metadata::is_internal;
use crate::resource_server::is_issuer;
use crate::text::quoted;

/// The path of metadata documents; that of the resource follows (RFC 9728 §3.1).
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The maximum time of all requests.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The maximum length of the response to the request without a token, in bytes. Its body is not used.
const MAX_BODY: usize = 64 * 1024;

/// The maximum number of authorization servers of an API.
const MAX_ISSUERS: usize = 16;

/// The maximum number of scopes of an API.
pub(super) const MAX_SCOPES: usize = 256;

/// The metadata of an API, as its clients use it.
///
/// A client sends the API a request without a token. The challenge of the response names the metadata document, which names
/// the API's authorization servers; if it does not, the document is at a well-known URL of the API's host.
///
/// # Security
///
/// The API chooses the authorization server to which a person is sent, and which receives what the client sends there. Accept
/// the ones that you trust, or show the person which one it is. A [client registration](super::ClientRegistration) and its
/// secret belong to one issuer: never use it at another one.
///
/// # Examples
///
/// ```no_run
/// use axum::http::Request;
/// use palisade::relying_party::{Provider, ResourceMetadata};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let request = Request::get("https://orders.example.govt.nz/orders").body(Vec::new())?;
/// let api = ResourceMetadata::builder(request).build().await?;
/// let issuer = api.issuers().first().ok_or("no authorization server")?;
/// let provider = Provider::builder(issuer).build().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceMetadata {
    resource: String,
    issuers: Vec<String>,
    scopes: ScopeSet,
}

/// The configuration of a request for [`ResourceMetadata`].
#[must_use = "`build` returns the metadata"]
pub struct ResourceMetadataBuilder {
    request: Request<Bytes>,
    allow_loopback_http: bool,
    root_certificates: Vec<Vec<u8>>,
}

impl ResourceMetadata {
    /// Returns the configuration for the API to which this request goes.
    ///
    /// The request is sent once, without a token: choose one that the API refuses then.
    pub fn builder<B: Into<Bytes>>(request: Request<B>) -> ResourceMetadataBuilder {
        ResourceMetadataBuilder {
            request: request.map(Into::into),
            allow_loopback_http: false,
            root_certificates: Vec::new(),
        }
    }

    /// Returns the identifier of the API, for which tokens are requested ([RFC 8707]).
    ///
    /// [RFC 8707]: https://www.rfc-editor.org/rfc/rfc8707
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// Returns the issuer identifiers of the authorization servers: at least one.
    pub fn issuers(&self) -> &[String] {
        &self.issuers
    }

    /// Returns the scopes that the request needs, as the challenge names them; otherwise all those of the API, or none.
    pub fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }
}

impl ResourceMetadataBuilder {
    /// Trusts root certificates for requests to the API, in addition to those of the operating system.
    ///
    /// The text has one or more PEM sections `CERTIFICATE`, and no others. Each call adds certificates.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Allows `http` URLs of the API and its authorization servers, on loopback only: for development.
    pub fn allow_loopback_http(mut self) -> Self {
        self.allow_loopback_http = true;
        self
    }

    /// Sends the request, and fetches the metadata document, within 10 s.
    ///
    /// The document is used if its `resource` is the URL of the request, without its query ([RFC 9728 §3.3]). A document at a
    /// well-known URL of the same host may also be about a parent of the path, as the URL states. It comes from the origin of the
    /// request, and no redirect is followed.
    ///
    /// # Errors
    ///
    /// Returns [`ResourceMetadataError`] if the response is not 401, or there is no usable document.
    ///
    /// [RFC 9728 §3.3]: https://www.rfc-editor.org/rfc/rfc9728#section-3.3
    pub async fn build(mut self) -> Result<ResourceMetadata, ResourceMetadataError> {
        let client = self.client()?;
        let text = self.request.uri().to_string();
        let url = client
            .parse_url(&text)
            .map_err(|source| request_error(&text, source))?;
        self.request.headers_mut().remove(header::AUTHORIZATION);
        let deadline = Instant::now() + TIMEOUT;
        let response = timeout_at(
            deadline,
            client.exchange(self.request.map(Full::new), MAX_BODY),
        );
        let response = response.await.unwrap_or(Err(HttpsError::Timeout));
        let response = response.map_err(|source| request_error(&shown(&url), source))?;
        let lookup = Lookup {
            client: &client,
            url: &url,
            allow_loopback_http: self.allow_loopback_http,
            deadline,
        };
        lookup.find(&response).await
    }

    fn client(&self) -> Result<Client, ResourceMetadataError> {
        let mut roots = RootCertificates::default();
        for pem in &self.root_certificates {
            let added = RootCertificates::from_pem(pem);
            roots.extend(added.ok_or(ResourceMetadataError::RootCertificates)?);
        }
        let settings = ClientSettings {
            allow_loopback_http: self.allow_loopback_http,
            roots,
            identity: None,
        };
        Client::new(&settings).map_err(ResourceMetadataError::Client)
    }
}

/// The search for the document of a request.
pub(super) struct Lookup<'a> {
    pub(super) client: &'a Client,
    pub(super) url: &'a Uri,
    pub(super) allow_loopback_http: bool,
    pub(super) deadline: Instant,
}

impl Lookup<'_> {
    async fn find<B>(
        &self,
        response: &Response<B>,
    ) -> Result<ResourceMetadata, ResourceMetadataError> {
        if response.status() != StatusCode::UNAUTHORIZED {
            let status = response.status().as_u16();
            return Err(ResourceMetadataError::NotUnauthorized { status });
        }
        let challenge = ResourceChallenge::read(response.headers()).unwrap_or_default();
        let (document, json) = match &challenge.resource_metadata {
            Some(named) => {
                let document = self.client.parse_url(named).ok();
                let document =
                    document.filter(|document| Origin::of(document) == Origin::of(self.url));
                let document = document.ok_or_else(|| ResourceMetadataError::OtherOrigin {
                    url: quoted(named).to_string(),
                })?;
                let json = self.get(&document).await?;
                (document, json)
            }
            None => self.get_well_known().await?,
        };
        let invalid = |problem| ResourceMetadataError::Document {
            url: shown(&document),
            problem,
        };
        let members = json::parse(&json).map_err(|error| invalid(json::describe(&json, &error)))?;
        let resource = string(&members, "resource").map_err(invalid)?;
        if !self.is_about(&document, resource) {
            return Err(ResourceMetadataError::OtherResource {
                url: shown(&document),
                found: quoted(resource).to_string(),
            });
        }
        let supported = scopes(&members).map_err(invalid)?;
        check_methods(&members).map_err(invalid)?;
        Ok(ResourceMetadata {
            resource: resource.to_owned(),
            issuers: self.issuers(&members).map_err(invalid)?,
            scopes: challenge.scopes.or(supported).unwrap_or_default(),
        })
    }

    /// Fetches the document at the well-known URL for the request's path, or that of the host if that is missing.
    async fn get_well_known(&self) -> Result<(Uri, Vec<u8>), ResourceMetadataError> {
        let path = self.url.path();
        let suffix = if path == "/" { "" } else { path };
        let of_path = self.well_known(suffix)?;
        match self.get(&of_path).await {
            Err(ResourceMetadataError::Request {
                source:
                    HttpsError::Status {
                        status: 400..=499, ..
                    },
                ..
            }) if !suffix.is_empty() => {
                let of_host = self.well_known("")?;
                let json = self.get(&of_host).await?;
                Ok((of_host, json))
            }
            fetched => Ok((of_path, fetched?)),
        }
    }

    fn well_known(&self, suffix: &str) -> Result<Uri, ResourceMetadataError> {
        let text = format!("{}{WELL_KNOWN}{suffix}", origin(self.url));
        let url = self.client.parse_url(&text);
        url.map_err(|source| request_error(&text, source))
    }

    async fn get(&self, url: &Uri) -> Result<Vec<u8>, ResourceMetadataError> {
        let json = self.client.get(url, &["application/json"], self.deadline);
        json.await
            .map_err(|source| request_error(&shown(url), source))
    }

    /// Returns whether a document with this URL and `resource` is about the API of the request.
    fn is_about(&self, document: &Uri, resource: &str) -> bool {
        let Some(found) = resource.strip_prefix(&origin(self.url)) else {
            return false;
        };
        // an empty path is `/` (RFC 9110 §4.2.3)
        let is = |path: &str| found == path || matches!((found, path), ("", "/") | ("/", ""));
        let path = self.url.path();
        let parent = document.path().strip_prefix(WELL_KNOWN).filter(|parent| {
            let rest = path.strip_prefix(parent);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        is(path) || parent.is_some_and(is)
    }

    pub(super) fn issuers(&self, members: &Value) -> Result<Vec<String>, String> {
        let issuers = strings(members, "authorization_servers", MAX_ISSUERS)?;
        let issuers = issuers.unwrap_or_default();
        if issuers.is_empty() {
            return Err("it has no `authorization_servers`".to_owned());
        }
        for issuer in &issuers {
            if !is_issuer(issuer, self.allow_loopback_http) {
                return Err(format!(
                    "{} is not the https URL of an issuer",
                    quoted(issuer)
                ));
            }
            // a document must not make this client send requests into its own network
            if issuer.parse().is_ok_and(|url| is_internal(&url)) && !is_internal(self.url) {
                return Err(format!(
                    "{} has a loopback or private address, and the API has not",
                    quoted(issuer)
                ));
            }
        }
        Ok(issuers)
    }
}

/// Returns the scheme and the authority of a URL.
fn origin(url: &Uri) -> String {
    let scheme = url.scheme_str().unwrap_or_default();
    let authority = url.authority().map_or("", http::uri::Authority::as_str);
    format!("{scheme}://{authority}")
}

/// Returns a URL without its query, which may be secret.
fn shown(url: &Uri) -> String {
    origin(url) + url.path()
}

fn request_error(url: &str, source: HttpsError) -> ResourceMetadataError {
    let url = url.split_once('?').map_or(url, |(before, _)| before);
    ResourceMetadataError::Request {
        url: url.to_owned(),
        source,
    }
}

/// Checks that the API accepts tokens in the header, the only way in which a client sends them (RFC 9728 §2).
fn check_methods(members: &Value) -> Result<(), String> {
    match strings(members, "bearer_methods_supported", 3)? {
        Some(methods) if !methods.iter().any(|method| method == "header") => {
            Err("its `bearer_methods_supported` lacks `header`".to_owned())
        }
        _ => Ok(()),
    }
}

/// Returns `scopes_supported`.
fn scopes(members: &Value) -> Result<Option<ScopeSet>, String> {
    let Some(scopes) = strings(members, "scopes_supported", MAX_SCOPES)? else {
        return Ok(None);
    };
    let is_one = |scope: &String| !scope.is_empty() && !scope.contains(' ');
    let set = ScopeSet::parse(&scopes.join(" ")).ok();
    let set = set.filter(|_| scopes.iter().all(is_one));
    set.map(Some)
        .ok_or_else(|| "its `scopes_supported` has a text that is no scope".to_owned())
}

fn string<'a>(members: &'a Value, member: &str) -> Result<&'a str, String> {
    let text = members.get(member).and_then(Value::as_str);
    text.ok_or_else(|| format!("its `{member}` is not a string"))
}

/// Returns an array of at most `max` strings, if the member is present.
fn strings(members: &Value, member: &str, max: usize) -> Result<Option<Vec<String>>, String> {
    let Some(value) = members.get(member) else {
        return Ok(None);
    };
    let elements = value.as_array().filter(|elements| elements.len() <= max);
    let texts = elements.and_then(|elements| {
        let texts = elements
            .iter()
            .map(|element| element.as_str().map(str::to_owned));
        texts.collect()
    });
    let invalid = || format!("its `{member}` is not an array of at most {max} strings");
    texts.map(Some).ok_or_else(invalid)
}

/// The reason why the metadata of an API cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum ResourceMetadataError {
    /// A text is not one or more PEM sections `CERTIFICATE`.
    RootCertificates,
    /// The HTTPS client cannot be created.
    Client(HttpsError),
    /// A request failed, or its response was rejected.
    Request {
        /// The requested URL, without its query.
        url: String,
        /// The cause.
        source: HttpsError,
    },
    /// The API did not refuse the request without a token: the response is not 401.
    NotUnauthorized {
        /// The status of the response.
        status: u16,
    },
    /// The challenge names a document of another origin than the API's.
    OtherOrigin {
        /// The URL of the document, quoted and shortened.
        url: String,
    },
    /// The document is malformed, or lacks a required member.
    Document {
        /// The URL of the document.
        url: String,
        /// The mistake in it.
        problem: String,
    },
    /// The document is about another API ([RFC 9728 §3.3]).
    ///
    /// [RFC 9728 §3.3]: https://www.rfc-editor.org/rfc/rfc9728#section-3.3
    OtherResource {
        /// The URL of the document.
        url: String,
        /// The resource in the document, quoted and shortened.
        found: String,
    },
}

impl fmt::Display for ResourceMetadataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RootCertificates => {
                f.write_str("`root_certificates` is not one or more PEM certificates")
            }
            Self::Client(error) => error.fmt(f),
            Self::Request { url, source } => write!(f, "{url}: {source}"),
            Self::NotUnauthorized { status } => write!(
                f,
                "the API responds to a request without a token with {status}, not with 401"
            ),
            Self::OtherOrigin { url } => {
                write!(f, "the challenge names a document of another origin, {url}")
            }
            Self::Document { url, problem } => {
                write!(
                    f,
                    "GET {url}: the metadata of the API is unusable: {problem}"
                )
            }
            Self::OtherResource { url, found } => {
                write!(f, "GET {url}: the metadata is about another API, {found}")
            }
        }
    }
}

impl Error for ResourceMetadataError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Client(error) | Self::Request { source: error, .. } => error.source(),
            _ => None,
        }
    }
}

/// Prints the URL without its query.
impl fmt::Debug for ResourceMetadataBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceMetadataBuilder")
            .field("url", &shown(self.request.uri()))
            .finish_non_exhaustive()
    }
}
