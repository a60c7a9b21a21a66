//! Fetches an issuer's key set from the URL in its metadata document.

use std::time::Duration;

use crate::discovery::{self, DiscoveryError};
use crate::https::{self, Client};

/// The most time for the metadata document and the key set together.
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
    /// [`DiscoveryError`] if the document or the key set cannot be fetched within 5 s.
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

    /// Serves one canned answer per request, in order; tells its URL and the paths asked for.
    async fn serve(
        answers: impl FnOnce(&str) -> Vec<String>,
    ) -> (String, tokio::task::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers = answers(&url);
        let task = tokio::spawn(async move {
            let mut paths = Vec::new();
            for answer in answers {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 4096];
                let length = socket.read(&mut request).await.unwrap();
                let head = String::from_utf8_lossy(&request[..length]).into_owned();
                paths.push(head.split(' ').nth(1).unwrap_or_default().to_owned());
                let _ = socket.write_all(answer.as_bytes()).await;
            }
            paths
        });
        (url, task)
    }

    fn answer(status: u16, content_type: &str, body: &str) -> String {
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

    /// What one answer to the first request leads to.
    async fn fate(first: String) -> DiscoveryError {
        let (url, _) = serve(|_| vec![first]).await;
        fetch(&url).await.unwrap_err()
    }

    #[tokio::test]
    async fn the_keys_come_by_way_of_the_document() {
        let (url, paths) = serve(|url| {
            vec![
                answer(200, JSON, &document(url)),
                answer(200, "application/jwk-set+json; charset=utf-8", "{}"),
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
    async fn without_an_openid_document_the_one_of_rfc_8414_is_asked_for() {
        let (url, paths) = serve(|url| {
            vec![
                answer(404, "text/html", "no"),
                answer(200, JSON, &document(url)),
                answer(200, JSON, "{}"),
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
    async fn only_200_with_json_is_an_answer() {
        for status in [201, 204, 301, 302, 307, 308, 401, 500, 503] {
            let fate = fate(answer(status, JSON, "{}")).await;
            assert!(
                matches!(fate, DiscoveryError::Https(HttpsError::Status(found)) if found == status),
                "{fate:?}"
            );
        }
        for content_type in ["text/html", "application/jsonp", "application/json+x", ""] {
            let fate = fate(answer(200, content_type, "{}")).await;
            assert!(
                matches!(fate, DiscoveryError::Https(HttpsError::ContentType)),
                "{fate:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_body_above_64_kib_is_refused() {
        let body = " ".repeat(64 * 1024 + 1);
        assert!(matches!(
            fate(answer(200, JSON, &body)).await,
            DiscoveryError::Https(HttpsError::TooLong)
        ));
        let body = " ".repeat(64 * 1024);
        assert!(matches!(
            fate(answer(200, JSON, &body)).await,
            DiscoveryError::Document
        ));
    }

    #[tokio::test]
    async fn a_server_that_does_not_answer_or_not_to_the_end_times_out() {
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

    /// RFC 8414 §3.3: a document of another issuer is not used.
    #[tokio::test]
    async fn the_issuer_in_the_document_is_the_one_that_was_asked() {
        let (url, _) = serve(|url| vec![answer(200, JSON, &document(&format!("{url}/")))]).await;
        assert!(matches!(fetch(&url).await, Err(DiscoveryError::Issuer)));
    }

    #[tokio::test]
    async fn keys_over_http_come_from_loopback_only_and_only_when_asked_for() {
        let document =
            |url: &str| format!(r#"{{"issuer":"{url}","jwks_uri":"http://keys.example/keys"}}"#);
        let (url, _) = serve(|url| vec![answer(200, JSON, &document(url))]).await;
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
    async fn a_server_that_is_not_there_is_an_error_with_its_cause() {
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", gone.local_addr().unwrap());
        drop(gone);
        let error = fetch(&url).await.unwrap_err();
        assert!(std::error::Error::source(&error).is_some());
    }

    /// An answer that ends early is told apart from one that is too long.
    #[tokio::test]
    async fn an_answer_that_ends_early_is_an_error_of_the_connection() {
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{";
        assert!(matches!(
            fate(head.to_owned()).await,
            DiscoveryError::Https(HttpsError::Transport(_))
        ));
    }
}
