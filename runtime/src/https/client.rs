//! A small HTTPS client without redirects, with a limit on the response size.

use std::sync::Arc;

use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::rt::TokioExecutor;
use tokio::time::{Instant, timeout_at};

use crate::https::HttpsError;
use crate::https::connector::Connector;
#[cfg(feature = "relying-party")]
use crate::https::identity::TlsClientKey;
use crate::https::loopback::is_loopback;
use crate::https::proxy::Proxy;
use crate::https::roots::RootCertificates;

/// The maximum length of a response body, in bytes.
const MAX_LEN: usize = 64 * 1024;

/// Sends requests over https, or over http to loopback if that is allowed.
#[derive(Clone)]
pub(crate) struct Client {
    inner: HyperClient<HttpsConnector<Connector>, Full<Bytes>>,
    allow_loopback_http: bool,
}

/// The settings of a [`Client`].
#[derive(Clone, Debug, Default)]
pub(crate) struct ClientSettings {
    pub(crate) allow_loopback_http: bool,
    /// The root certificates beside those of the operating system.
    pub(crate) roots: RootCertificates,
    /// The certificate with which the client authenticates, if a server requests one.
    #[cfg(feature = "relying-party")]
    pub(crate) identity: Option<TlsClientKey>,
}

impl Client {
    /// Creates a client that trusts the system's roots, and uses the proxy of the environment.
    ///
    /// # Errors
    ///
    /// Returns [`HttpsError::TrustStore`] without any root certificate, and [`HttpsError::Proxy`] if the
    /// environment names a malformed proxy.
    pub(crate) fn new(settings: &ClientSettings) -> Result<Self, HttpsError> {
        Self::with_proxy(settings, Proxy::from_environment()?)
    }

    pub(super) fn with_proxy(
        settings: &ClientSettings,
        proxy: Option<Proxy>,
    ) -> Result<Self, HttpsError> {
        let tls = settings.roots.client_config()?.with_no_client_auth();
        // a proxy sees no certificate of the client
        let connector = Connector::new(proxy, &Arc::new(tls.clone()));
        #[cfg(feature = "relying-party")]
        let tls = match &settings.identity {
            Some(identity) => {
                let tls = settings.roots.client_config()?;
                tls.with_client_cert_resolver(identity.resolver())
            }
            None => tls,
        };
        let builder = HttpsConnectorBuilder::new().with_tls_config(tls);
        let builder = if settings.allow_loopback_http {
            builder.https_or_http()
        } else {
            builder.https_only()
        };
        let connector = builder.enable_http1().wrap_connector(connector);
        Ok(Self {
            inner: HyperClient::builder(TokioExecutor::new()).build(connector),
            allow_loopback_http: settings.allow_loopback_http,
        })
    }

    /// Sends a request, and returns the response body.
    ///
    /// The request asks for `media_types` in `accept`. The caller applies a timeout.
    ///
    /// # Errors
    ///
    /// Returns [`HttpsError`] unless the response has status 200, one of `media_types`, and at most
    /// 64 KiB.
    pub(crate) async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
        media_types: &[&str],
    ) -> Result<Vec<u8>, HttpsError> {
        request
            .headers_mut()
            .insert(header::ACCEPT, accept(media_types)?);
        let response = self.request(request).await?;
        let content_type = response.headers().get(header::CONTENT_TYPE);
        let media_type = || content_type.map(|value| media_type(value.as_bytes()));
        let status = response.status().as_u16();
        if status != 200 {
            let media_type = media_type();
            return Err(HttpsError::Status { status, media_type });
        }
        if !content_type.is_some_and(|value| is_one_of(media_types, value.as_bytes())) {
            let media_type = media_type();
            return Err(HttpsError::ContentType { media_type });
        }
        Ok(read_body(response.into_body(), MAX_LEN).await?.into())
    }

    /// Sends a request, and returns the response whatever its status, with a body of at most `max_len` bytes.
    ///
    /// Redirects are not followed. The caller applies a timeout.
    ///
    /// # Errors
    ///
    /// Returns [`HttpsError`] if the URL is not allowed, the exchange fails, or the body is longer.
    #[cfg(feature = "relying-party")]
    pub(crate) async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
        max_len: usize,
    ) -> Result<Response<Bytes>, HttpsError> {
        let (head, body) = self.request(request).await?.into_parts();
        let body = read_body(body, max_len).await?;
        Ok(Response::from_parts(head, body))
    }

    async fn request(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, HttpsError> {
        if !self.is_allowed(request.uri()) {
            return Err(HttpsError::InsecureUrl);
        }
        let response = self.inner.request(request).await;
        response.map_err(|error| HttpsError::Transport(error.into()))
    }

    /// Fetches a resource with one of `media_types` before the deadline.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and [`HttpsError::Timeout`] after the deadline.
    pub(crate) async fn get(
        &self,
        url: &Uri,
        media_types: &[&str],
        deadline: Instant,
    ) -> Result<Vec<u8>, HttpsError> {
        let request = Request::get(url).body(Full::default());
        let request = request.map_err(|_| HttpsError::InsecureUrl)?;
        let response = timeout_at(deadline, self.send(request, media_types)).await;
        response.map_err(|_| HttpsError::Timeout)?
    }

    /// Parses a URL to which requests are allowed, with an optional query but no fragment (RFC 6749
    /// §3.2).
    ///
    /// # Errors
    ///
    /// Returns [`HttpsError::InsecureUrl`] for any other URL.
    pub(crate) fn parse_url(&self, text: &str) -> Result<Uri, HttpsError> {
        // `Uri` drops a fragment silently, and accepts a backslash
        let is_ambiguous = text.contains(['#', '\\', ' ']);
        let url = text.parse().ok().filter(|url| self.is_allowed(url));
        url.filter(|_| !is_ambiguous).ok_or(HttpsError::InsecureUrl)
    }

    /// Returns whether the URL is https, or http to loopback if that is allowed, and has no user.
    fn is_allowed(&self, uri: &Uri) -> bool {
        let has_user = uri
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'));
        if has_user {
            return false;
        }
        match (uri.scheme_str(), uri.host()) {
            (Some("https"), Some(_)) => true,
            (Some("http"), Some(host)) => self.allow_loopback_http && is_loopback(host),
            _ => false,
        }
    }
}

/// Returns the value of `accept`.
fn accept(media_types: &[&str]) -> Result<HeaderValue, HttpsError> {
    let accept = HeaderValue::try_from(media_types.join(", "));
    accept.map_err(|error| HttpsError::Transport(error.into()))
}

async fn read_body(body: Incoming, max_len: usize) -> Result<Bytes, HttpsError> {
    match Limited::new(body, max_len).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(HttpsError::TooLong),
        Err(error) => Err(HttpsError::Transport(error)),
    }
}

fn is_one_of(media_types: &[&str], content_type: &[u8]) -> bool {
    let essence = content_type.split(|byte| *byte == b';').next();
    let essence = essence.unwrap_or_default().trim_ascii();
    media_types
        .iter()
        .any(|allowed| essence.eq_ignore_ascii_case(allowed.as_bytes()))
}

/// Returns the media type of a response for an error message, without parameters.
fn media_type(content_type: &[u8]) -> String {
    let essence = content_type.split(|byte| *byte == b';').next();
    String::from_utf8_lossy(essence.unwrap_or_default().trim_ascii()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(allow_loopback_http: bool) -> Client {
        let settings = ClientSettings {
            allow_loopback_http,
            ..ClientSettings::default()
        };
        Client::with_proxy(&settings, None).unwrap()
    }

    #[test]
    fn http_url_is_allowed_to_loopback_only() {
        let is_allowed = |allow, url: &str| {
            let client = client(allow);
            client.is_allowed(&url.parse().unwrap())
        };
        for allow in [true, false] {
            assert!(is_allowed(allow, "https://a.example/x"));
            assert_eq!(is_allowed(allow, "http://127.0.0.1:8080/x"), allow);
            assert!(!is_allowed(allow, "http://a.example/x"));
            assert!(!is_allowed(allow, "http://127.0.0.1.a.example/x"));
            assert!(!is_allowed(allow, "ftp://127.0.0.1/x"));
            assert!(!is_allowed(allow, "/x"));
        }
    }

    /// A user in a URL may be a secret that is logged, and some parsers take it for the host.
    #[test]
    fn url_with_a_user_is_rejected() {
        let client = client(true);
        let is_allowed = |url: &str| client.is_allowed(&url.parse().unwrap());
        for user in ["u@", "u:p@", ":p@", "@", "b.example@"] {
            assert!(!is_allowed(&format!("https://{user}a.example/x")), "{user}");
            assert!(!is_allowed(&format!("http://{user}127.0.0.1/x")), "{user}");
        }
        assert!(is_allowed("https://a.example/b@c?d=e@f"));
    }

    #[test]
    fn url_with_fragment_or_ambiguous_character_is_rejected() {
        let client = client(true);
        for url in ["https://a.example/x", "https://a.example/x?tenant=y"] {
            assert_eq!(client.parse_url(url).unwrap(), *url);
        }
        for url in [
            "https://a.example/x#y",
            "https://a.example#y",
            "https://a.example/x\\y",
            "https://a.example\\@b.example/x",
            "https://a.example/x y",
            " https://a.example/x",
            "https://u:p@a.example/x",
            "http://a.example/x",
            "",
        ] {
            assert!(
                matches!(client.parse_url(url), Err(HttpsError::InsecureUrl)),
                "{url}"
            );
        }
    }

    /// A metadata document may contain any URL.
    #[tokio::test]
    async fn request_to_a_disallowed_url_is_not_sent() {
        let client = client(true);
        for url in ["http://192.0.2.1/keys", "ftp://127.0.0.1/keys", "/keys"] {
            let request = Request::get(url).body(Full::default()).unwrap();
            let response = client.send(request, &["application/json"]).await;
            assert!(matches!(response, Err(HttpsError::InsecureUrl)), "{url}");
        }
    }

    #[test]
    fn content_type_parameters_and_case_are_ignored() {
        let is_accepted =
            |text: &[u8]| is_one_of(&["application/json", "application/x+json"], text);
        assert!(is_accepted(b"application/json"));
        assert!(is_accepted(b"Application/JSON ; charset=utf-8"));
        assert!(is_accepted(b"application/x+json"));
        assert!(
            !is_accepted(b"application/jsonx") && !is_accepted(b"text/json") && !is_accepted(b"")
        );
    }
}
