//! A small HTTPS client: one GET, no redirects, bounded in size; the caller bounds the time.

use axum::http::{Request, Uri, header};
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::aws_lc_rs::default_provider;

use crate::keys::discovery::DiscoveryError;
use crate::keys::{is_loopback, key_set::MAX_LEN};

pub(super) struct Client {
    inner: HyperClient<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    allow_loopback_http: bool,
}

impl Client {
    /// TLS with the system's roots; the cryptography is named here, never the process' default.
    pub(super) fn new(allow_loopback_http: bool) -> Result<Self, DiscoveryError> {
        let builder = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(default_provider())
            .map_err(|error| DiscoveryError::TrustStore(error.into()))?;
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

    /// Fetches a JSON text of at most 64 KiB.
    pub(super) async fn get(&self, url: &str) -> Result<Vec<u8>, DiscoveryError> {
        let uri: Uri = url.parse().map_err(|_| DiscoveryError::InsecureUrl)?;
        if !self.may_ask(&uri) {
            return Err(DiscoveryError::InsecureUrl);
        }
        self.exchange(uri).await
    }

    fn may_ask(&self, uri: &Uri) -> bool {
        match (uri.scheme_str(), uri.host()) {
            (Some("https"), Some(_)) => true,
            (Some("http"), Some(host)) => self.allow_loopback_http && is_loopback(host),
            _ => false,
        }
    }

    async fn exchange(&self, uri: Uri) -> Result<Vec<u8>, DiscoveryError> {
        let request = Request::get(uri)
            .header(header::ACCEPT, "application/json")
            .body(Empty::new())
            .map_err(|error| DiscoveryError::Transport(error.into()))?;
        let answer = self
            .inner
            .request(request)
            .await
            .map_err(|error| DiscoveryError::Transport(error.into()))?;
        if answer.status().as_u16() != 200 {
            return Err(DiscoveryError::Status(answer.status().as_u16()));
        }
        let content_type = answer.headers().get(header::CONTENT_TYPE);
        if !content_type.is_some_and(|value| is_json(value.as_bytes())) {
            return Err(DiscoveryError::ContentType);
        }
        let body = Limited::new(answer.into_body(), MAX_LEN).collect().await;
        match body {
            Ok(body) => Ok(body.to_bytes().into()),
            Err(error) if error.is::<LengthLimitError>() => Err(DiscoveryError::TooLong),
            Err(error) => Err(DiscoveryError::Transport(error)),
        }
    }
}

fn is_json(content_type: &[u8]) -> bool {
    let essence = content_type.split(|byte| *byte == b';').next();
    let essence = essence.unwrap_or_default().trim_ascii();
    [&b"application/json"[..], b"application/jwk-set+json"]
        .iter()
        .any(|known| essence.eq_ignore_ascii_case(known))
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

    #[test]
    fn content_types_are_compared_without_parameters_and_case() {
        assert!(is_json(b"application/json"));
        assert!(is_json(b"Application/JSON ; charset=utf-8"));
        assert!(is_json(b"application/jwk-set+json"));
        assert!(!is_json(b"application/jsonx") && !is_json(b"text/json") && !is_json(b""));
    }
}
