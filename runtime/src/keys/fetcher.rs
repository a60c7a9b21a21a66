//! Fetches an issuer's key set from the URL in its metadata document.

use std::time::Duration;

use crate::discovery::{self, DiscoveryError};
use crate::https::{self, Client};

/// The maximum time for the metadata document and the key set together.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Fetches key sets over https, or over http from loopback if that is allowed.
pub(crate) struct KeySetFetcher {
    client: Client,
    timeout: Duration,
}

impl KeySetFetcher {
    pub(crate) fn new(allow_loopback_http: bool) -> Result<Self, DiscoveryError> {
        Self::with_timeout(allow_loopback_http, TIMEOUT)
    }

    fn with_timeout(allow_loopback_http: bool, timeout: Duration) -> Result<Self, DiscoveryError> {
        Ok(Self {
            client: Client::new(allow_loopback_http)?,
            timeout,
        })
    }

    /// Fetches the JWK set that the issuer's metadata document names.
    ///
    /// # Errors
    ///
    /// Returns [`DiscoveryError`] if the document or the key set cannot be fetched within 5 s.
    pub(super) async fn fetch(&self, issuer: &str) -> Result<Vec<u8>, DiscoveryError> {
        https::with_timeout(self.timeout, async {
            let document = discovery::fetch(&self.client, issuer).await?;
            Ok(self.client.get_json(document.jwks_uri()?).await?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::https::HttpsError;

    const JSON: &str = "application/json";

    /// Serves one response per request, in order. Returns the URL and the requested paths.
    async fn serve(
        responses: impl FnOnce(&str) -> Vec<String>,
    ) -> (String, tokio::task::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let responses = responses(&url);
        let task = tokio::spawn(async move {
            let mut paths = Vec::new();
            for response in responses {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 4096];
                let length = socket.read(&mut request).await.unwrap();
                let head = String::from_utf8_lossy(&request[..length]).into_owned();
                paths.push(head.split(' ').nth(1).unwrap_or_default().to_owned());
                let _ = socket.write_all(response.as_bytes()).await;
            }
            paths
        });
        (url, task)
    }

    fn response(status: u16, content_type: &str, body: &str) -> String {
        format!(
            "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    fn document(url: &str) -> String {
        format!(r#"{{"issuer":"{url}","jwks_uri":"{url}/keys"}}"#)
    }

    async fn fetch(url: &str) -> Result<Vec<u8>, DiscoveryError> {
        let fetcher = KeySetFetcher::with_timeout(true, Duration::from_millis(500)).unwrap();
        fetcher.fetch(url).await
    }

    /// Returns the error that follows from this response to the first request.
    async fn error_after(first: String) -> DiscoveryError {
        let (url, _) = serve(|_| vec![first]).await;
        fetch(&url).await.unwrap_err()
    }

    #[tokio::test]
    async fn key_set_is_fetched_from_the_url_in_the_document() {
        let (url, paths) = serve(|url| {
            vec![
                response(200, JSON, &document(url)),
                response(200, "application/jwk-set+json; charset=utf-8", "{}"),
            ]
        })
        .await;
        assert_eq!(fetch(&url).await.unwrap(), b"{}");
        assert_eq!(
            paths.await.unwrap(),
            ["/.well-known/openid-configuration", "/keys"]
        );
    }

    #[tokio::test]
    async fn missing_openid_document_falls_back_to_rfc_8414() {
        let (url, paths) = serve(|url| {
            vec![
                response(404, "text/html", "no"),
                response(200, JSON, &document(url)),
                response(200, JSON, "{}"),
            ]
        })
        .await;
        assert!(fetch(&url).await.is_ok());
        assert_eq!(
            paths.await.unwrap()[1],
            "/.well-known/oauth-authorization-server"
        );
    }

    #[tokio::test]
    async fn response_without_status_200_and_json_is_rejected() {
        for status in [201, 204, 301, 302, 307, 308, 401, 500, 503] {
            let error = error_after(response(status, JSON, "{}")).await;
            assert!(
                matches!(error, DiscoveryError::Https(HttpsError::Status(found)) if found == status),
                "{error:?}"
            );
        }
        for content_type in ["text/html", "application/jsonp", "application/json+x", ""] {
            let error = error_after(response(200, content_type, "{}")).await;
            assert!(
                matches!(error, DiscoveryError::Https(HttpsError::ContentType)),
                "{error:?}"
            );
        }
    }

    #[tokio::test]
    async fn body_above_64_kib_is_rejected() {
        let body = " ".repeat(64 * 1024 + 1);
        assert!(matches!(
            error_after(response(200, JSON, &body)).await,
            DiscoveryError::Https(HttpsError::TooLong)
        ));
        let body = " ".repeat(64 * 1024);
        assert!(matches!(
            error_after(response(200, JSON, &body)).await,
            DiscoveryError::Document
        ));
    }

    #[tokio::test]
    async fn missing_or_incomplete_response_times_out() {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", silent.local_addr().unwrap());
        assert!(matches!(
            fetch(&url).await,
            Err(DiscoveryError::Https(HttpsError::Timeout))
        ));
        let (listener, url) = {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            (listener, url)
        };
        let slow = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let head =
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{";
            let _ = socket.read(&mut [0; 4096]).await.unwrap();
            socket.write_all(head.as_bytes()).await.unwrap();
            std::future::pending::<()>().await;
        });
        assert!(matches!(
            fetch(&url).await,
            Err(DiscoveryError::Https(HttpsError::Timeout))
        ));
        slow.abort();
    }

    /// RFC 8414 §3.3.
    #[tokio::test]
    async fn document_of_another_issuer_is_rejected() {
        let (url, _) = serve(|url| vec![response(200, JSON, &document(&format!("{url}/")))]).await;
        assert!(matches!(fetch(&url).await, Err(DiscoveryError::Issuer)));
    }

    #[tokio::test]
    async fn http_key_url_is_rejected_unless_it_is_allowed_loopback() {
        let document =
            |url: &str| format!(r#"{{"issuer":"{url}","jwks_uri":"http://keys.example/keys"}}"#);
        let (url, _) = serve(|url| vec![response(200, JSON, &document(url))]).await;
        assert!(matches!(
            fetch(&url).await,
            Err(DiscoveryError::Https(HttpsError::InsecureUrl))
        ));
        let strict = KeySetFetcher::new(false).unwrap();
        assert!(matches!(
            strict.fetch(&url).await,
            Err(DiscoveryError::Https(HttpsError::InsecureUrl))
        ));
    }

    #[tokio::test]
    async fn unreachable_server_is_an_error_with_a_source() {
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", gone.local_addr().unwrap());
        drop(gone);
        let error = fetch(&url).await.unwrap_err();
        assert!(std::error::Error::source(&error).is_some());
    }

    /// A truncated response is distinguished from one that is too long.
    #[tokio::test]
    async fn truncated_response_is_a_transport_error() {
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{";
        assert!(matches!(
            error_after(head.to_owned()).await,
            DiscoveryError::Https(HttpsError::Transport(_))
        ));
    }
}
