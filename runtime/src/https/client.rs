//! A small HTTPS client: one exchange, no redirects, bounded in size; the caller bounds the time.

use std::time::Duration;

use http::{Request, Uri, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::aws_lc_rs::default_provider;

use crate::https::HttpsError;
use crate::https::loopback::is_loopback;

/// The longest answer that is read, in bytes.
const MAX_LEN: usize = 64 * 1024;

/// The media types of metadata documents and key sets.
const METADATA_TYPES: [&str; 2] = ["application/json", "application/jwk-set+json"];

/// Asks over https; over http only of loopback, only when asked for.
#[derive(Clone)]
pub(crate) struct Client {
    inner: HyperClient<HttpsConnector<HttpConnector>, Full<Bytes>>,
    allow_loopback_http: bool,
}

impl Client {
    /// TLS with the system's roots; the cryptography is named here, never the process' default.
    pub(crate) fn new(allow_loopback_http: bool) -> Result<Self, HttpsError> {
        let builder = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(default_provider())
            .map_err(|error| HttpsError::TrustStore(error.into()))?;
        let builder = if allow_loopback_http {
            builder.https_or_http()
        } else {
            builder.https_only()
        };
        Ok(Self {
            inner: HyperClient::builder(TokioExecutor::new()).build(builder.enable_http1().build()),
            allow_loopback_http,
        })
    }

    /// Sends a request; the answer is a text of one of the media types, of at most 64 KiB.
    pub(crate) async fn exchange(
        &self,
        mut request: Request<Full<Bytes>>,
        media_types: &[&str],
    ) -> Result<Vec<u8>, HttpsError> {
        if !self.may_ask(request.uri()) {
            return Err(HttpsError::InsecureUrl);
        }
        request.headers_mut().insert(
            header::ACCEPT,
            header::HeaderValue::from_static("application/json"),
        );
        let answer = self
            .inner
            .request(request)
            .await
            .map_err(|error| HttpsError::Transport(error.into()))?;
        if answer.status().as_u16() != 200 {
            return Err(HttpsError::Status(answer.status().as_u16()));
        }
        let content_type = answer.headers().get(header::CONTENT_TYPE);
        if !content_type.is_some_and(|value| is_one_of(media_types, value.as_bytes())) {
            return Err(HttpsError::ContentType);
        }
        let body = Limited::new(answer.into_body(), MAX_LEN).collect().await;
        match body {
            Ok(body) => Ok(body.to_bytes().into()),
            Err(error) if error.is::<LengthLimitError>() => Err(HttpsError::TooLong),
            Err(error) => Err(HttpsError::Transport(error)),
        }
    }

    /// Fetches a metadata document or a key set.
    pub(crate) async fn get_json(&self, url: &str) -> Result<Vec<u8>, HttpsError> {
        let request = Request::get(url).body(Full::default());
        let request = request.map_err(|_| HttpsError::InsecureUrl)?;
        self.exchange(request, &METADATA_TYPES).await
    }

    /// A URL that may be asked, without a fragment; it may have a query, as RFC 6749 §3.2 has it
    /// for a token endpoint.
    ///
    /// # Errors
    ///
    /// [`HttpsError::InsecureUrl`] for any other text.
    #[cfg(feature = "introspection")]
    pub(crate) fn url(&self, text: &str) -> Result<Uri, HttpsError> {
        // `Uri` drops a fragment without a word, and takes a backslash for any other character
        let is_odd = text.contains(['#', '\\', ' ']);
        let url = text.parse().ok().filter(|url| self.may_ask(url));
        url.filter(|_| !is_odd).ok_or(HttpsError::InsecureUrl)
    }

    /// Whether the URL is https, or http on loopback where that is allowed, and has no user.
    fn may_ask(&self, uri: &Uri) -> bool {
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

fn is_one_of(media_types: &[&str], content_type: &[u8]) -> bool {
    let essence = content_type.split(|byte| *byte == b';').next();
    let essence = essence.unwrap_or_default().trim_ascii();
    media_types
        .iter()
        .any(|known| essence.eq_ignore_ascii_case(known.as_bytes()))
}

/// Runs an exchange for at most `timeout`.
///
/// # Errors
///
/// [`HttpsError::Timeout`] if it does not complete in time.
pub(crate) async fn with_timeout<T, E: From<HttpsError>>(
    timeout: Duration,
    exchange: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    tokio::time::timeout(timeout, exchange)
        .await
        .map_err(|_| HttpsError::Timeout)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_always_and_http_on_loopback_when_allowed() {
        let asks = |allow, url: &str| {
            let client = Client::new(allow).unwrap();
            client.may_ask(&url.parse().unwrap())
        };
        for allow in [true, false] {
            assert!(asks(allow, "https://a.example/x"));
            assert_eq!(asks(allow, "http://127.0.0.1:8080/x"), allow);
            assert!(!asks(allow, "http://a.example/x"));
            assert!(!asks(allow, "http://127.0.0.1.a.example/x"));
            assert!(!asks(allow, "ftp://127.0.0.1/x"));
            assert!(!asks(allow, "/x"));
        }
    }

    /// A user in a URL is a secret that is printed, and in the eyes of some the host.
    #[test]
    fn a_url_with_a_user_is_not_asked() {
        let client = Client::new(true).unwrap();
        let asks = |url: &str| client.may_ask(&url.parse().unwrap());
        for user in ["u@", "u:p@", ":p@", "@", "b.example@"] {
            assert!(!asks(&format!("https://{user}a.example/x")), "{user}");
            assert!(!asks(&format!("http://{user}127.0.0.1/x")), "{user}");
        }
        assert!(asks("https://a.example/b@c?d=e@f"));
    }

    #[cfg(feature = "introspection")]
    #[test]
    fn a_url_has_no_fragment_and_nothing_that_is_read_two_ways() {
        let client = Client::new(true).unwrap();
        for url in ["https://a.example/x", "https://a.example/x?tenant=y"] {
            assert_eq!(client.url(url).unwrap(), *url);
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
                matches!(client.url(url), Err(HttpsError::InsecureUrl)),
                "{url}"
            );
        }
    }

    /// Wherever the URL comes from: a document may name any.
    #[tokio::test]
    async fn no_request_leaves_for_a_url_that_may_not_be_asked() {
        let client = Client::new(true).unwrap();
        for url in ["http://192.0.2.1/keys", "ftp://127.0.0.1/keys", "/keys"] {
            let request = Request::get(url).body(Full::default()).unwrap();
            let asked = client.exchange(request, &["application/json"]).await;
            assert!(matches!(asked, Err(HttpsError::InsecureUrl)), "{url}");
        }
    }

    #[test]
    fn content_types_are_compared_without_parameters_and_case() {
        let is_known = |text: &[u8]| is_one_of(&["application/json", "application/x+json"], text);
        assert!(is_known(b"application/json"));
        assert!(is_known(b"Application/JSON ; charset=utf-8"));
        assert!(is_known(b"application/x+json"));
        assert!(!is_known(b"application/jsonx") && !is_known(b"text/json") && !is_known(b""));
    }
}
