//! Fetches an issuer's key set, from a configured URL or the one in its metadata document.

use std::time::Duration;

use http::Uri;
use tokio::time::Instant;

#[cfg(feature = "openapi")]
use crate::discovery::FoundDocument;
use crate::discovery::{self, DiscoveryError, Endpoint};
use crate::https::{Client, ClientSettings, HttpsError};

/// The maximum time for the metadata document and the key set together.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The media types of key sets ([RFC 7517 §8.5](https://www.rfc-editor.org/rfc/rfc7517#section-8.5)).
const MEDIA_TYPES: [&str; 2] = ["application/jwk-set+json", "application/json"];

/// Fetches key sets over https, or over http from loopback if that is allowed.
pub(crate) struct KeySetFetcher {
    client: Client,
    /// The URL of the key set, unless it is discovered.
    url: Option<Uri>,
    timeout: Duration,
    /// The document that names the key set.
    #[cfg(feature = "openapi")]
    found_in: FoundDocument,
}

impl KeySetFetcher {
    /// Creates a fetcher that finds the key set through the issuer's metadata document.
    ///
    /// # Errors
    ///
    /// Returns [`HttpsError`] if the HTTPS client cannot be created.
    pub(crate) fn new(settings: &ClientSettings) -> Result<Self, HttpsError> {
        Ok(Self {
            client: Client::new(settings)?,
            url: None,
            timeout: TIMEOUT,
            #[cfg(feature = "openapi")]
            found_in: FoundDocument::default(),
        })
    }

    /// Records the metadata document that names the key set.
    #[cfg(feature = "openapi")]
    pub(crate) fn recording(self, found_in: FoundDocument) -> Self {
        Self { found_in, ..self }
    }

    /// Sets the URL of the key set.
    ///
    /// # Errors
    ///
    /// Returns [`HttpsError::InsecureUrl`] unless the URL is https without user and fragment, or http to
    /// loopback if that is allowed.
    pub(crate) fn with_url(mut self, url: &str) -> Result<Self, HttpsError> {
        self.url = Some(self.client.parse_url(url)?);
        Ok(self)
    }

    /// Fetches the JWK set of the issuer.
    ///
    /// # Errors
    ///
    /// Returns [`DiscoveryError`] if the document or the key set cannot be fetched within 5 s.
    pub(super) async fn fetch(&self, issuer: &str) -> Result<Vec<u8>, DiscoveryError> {
        let deadline = Instant::now() + self.timeout;
        let url = match &self.url {
            Some(url) => url.clone(),
            None => self.find(issuer, deadline).await?,
        };
        let json = self.client.get(&url, &MEDIA_TYPES, deadline).await;
        json.map_err(|source| DiscoveryError::Request {
            url: without_query(&url),
            source,
        })
    }

    /// Finds the URL of the key set in the issuer's metadata document.
    async fn find(&self, issuer: &str, deadline: Instant) -> Result<Uri, DiscoveryError> {
        let found = discovery::find(&self.client, issuer, Endpoint::Jwks, deadline);
        let (url, document) = found.await?;
        #[cfg(feature = "openapi")]
        self.found_in.record(document);
        #[cfg(not(feature = "openapi"))]
        let _ = document;
        Ok(url)
    }
}

/// Returns the URL for a message; its query may contain a secret.
fn without_query(url: &Uri) -> String {
    let text = url.to_string();
    match text.split_once('?') {
        Some((before, _)) => format!("{before}?…"),
        None => text,
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

    fn fetcher() -> KeySetFetcher {
        let settings = ClientSettings {
            allow_loopback_http: true,
            ..ClientSettings::default()
        };
        let fetcher = KeySetFetcher::new(&settings).unwrap();
        let timeout = Duration::from_millis(500);
        KeySetFetcher { timeout, ..fetcher }
    }

    async fn fetch(url: &str) -> Result<Vec<u8>, DiscoveryError> {
        fetcher().fetch(url).await
    }

    /// Returns the error that follows from this response to the request for the key set.
    async fn error_after(keys: String) -> HttpsError {
        let (url, _) = serve(|url| vec![response(200, JSON, &document(url)), keys]).await;
        match fetch(&url).await {
            Err(DiscoveryError::Request { url: found, source }) => {
                assert_eq!(found, format!("{url}/keys"));
                source
            }
            other => panic!("{other:?}"),
        }
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
    async fn response_without_status_200_and_json_is_rejected() {
        for status in [201, 204, 301, 302, 307, 308, 401, 404, 406, 500, 503] {
            let error = error_after(response(status, "text/plain", "{}")).await;
            let HttpsError::Status {
                status: found,
                media_type,
            } = error
            else {
                panic!("{error:?}");
            };
            assert_eq!((found, media_type.as_deref()), (status, Some("text/plain")));
        }
        for content_type in ["text/html", "application/jsonp", "application/json+x", ""] {
            let error = error_after(response(200, content_type, "{}")).await;
            assert!(
                matches!(&error, HttpsError::ContentType { media_type: Some(found) } if found == content_type),
                "{error:?}"
            );
        }
    }

    #[tokio::test]
    async fn body_above_64_kib_is_rejected() {
        let body = " ".repeat(64 * 1024 + 1);
        let error = error_after(response(200, JSON, &body)).await;
        assert!(matches!(error, HttpsError::TooLong));
        let (url, _) = serve(|url| {
            let body = " ".repeat(64 * 1024);
            vec![
                response(200, JSON, &document(url)),
                response(200, JSON, &body),
            ]
        })
        .await;
        assert_eq!(fetch(&url).await.unwrap().len(), 64 * 1024);
    }

    #[tokio::test]
    async fn missing_or_incomplete_response_times_out() {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", silent.local_addr().unwrap());
        let timeout = async |url: &str| {
            let fetcher = fetcher().with_url(url).unwrap();
            let error = fetcher.fetch("https://issuer.example").await.unwrap_err();
            assert!(
                matches!(
                    error,
                    DiscoveryError::Request {
                        source: HttpsError::Timeout,
                        ..
                    }
                ),
                "{error}"
            );
        };
        timeout(&url).await;
        for start in [
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n",
            "HTTP/1.1 200 OK\r\ncontent-type: appl",
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/keys", listener.local_addr().unwrap());
            let slow = tokio::spawn(async move {
                let (mut socket, _) = listener.accept().await.unwrap();
                let _ = socket.read(&mut [0; 4096]).await.unwrap();
                socket.write_all(start.as_bytes()).await.unwrap();
                std::future::pending::<()>().await;
            });
            timeout(&url).await;
            slow.abort();
        }
    }

    /// RFC 9110 §12.5.1, RFC 7517 §8.5.1: a server may offer its own media type only.
    #[tokio::test]
    async fn key_set_is_requested_with_both_media_types() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let length = socket.read(&mut request).await.unwrap();
            let keys = response(200, "application/jwk-set+json", "{}");
            socket.write_all(keys.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let fetcher = fetcher().with_url(&url).unwrap();
        assert_eq!(
            fetcher.fetch("https://issuer.example").await.unwrap(),
            b"{}"
        );
        let request = server.await.unwrap();
        assert!(
            request.contains("\r\naccept: application/jwk-set+json, application/json\r\n"),
            "{request}"
        );
    }

    /// The query of a configured URL may contain a secret.
    #[tokio::test]
    async fn query_of_the_keys_url_is_sent_but_not_logged() {
        let (url, paths) = serve(|_| vec![response(403, JSON, "{}")]).await;
        let fetcher = fetcher().with_url(&format!("{url}/keys?secret")).unwrap();
        let error = fetcher.fetch("https://issuer.example").await.unwrap_err();
        assert_eq!(paths.await.unwrap(), ["/keys?secret"]);
        assert_eq!(
            error.to_string(),
            format!(
                "GET {url}/keys?…: the issuer responded with status 403 and content type \"application/json\""
            )
        );
    }

    #[tokio::test]
    async fn http_key_url_is_rejected_unless_it_is_allowed_loopback() {
        let document =
            |url: &str| format!(r#"{{"issuer":"{url}","jwks_uri":"http://keys.example/keys"}}"#);
        let (url, paths) = serve(|url| vec![response(200, JSON, &document(url)); 2]).await;
        let error = fetch(&url).await.unwrap_err().to_string();
        assert!(error.contains("\"http://keys.example/keys\""), "{error}");
        assert_eq!(paths.await.unwrap().len(), 2);
        let strict = KeySetFetcher::new(&ClientSettings::default()).unwrap();
        let error = strict.fetch(&url).await.unwrap_err();
        let DiscoveryError::NoDocument { openid, .. } = error else {
            panic!("{error:?}");
        };
        assert!(matches!(
            *openid,
            DiscoveryError::Request {
                source: HttpsError::InsecureUrl,
                ..
            }
        ));
        for (url, is_strict, is_loopback) in [
            ("https://keys.example/keys", true, true),
            ("http://127.0.0.1:1/keys", false, true),
            ("http://keys.example/keys", false, false),
            ("https://u:p@keys.example/keys", false, false),
            ("https://keys.example/keys#x", false, false),
            ("/keys", false, false),
            ("", false, false),
        ] {
            let strict = KeySetFetcher::new(&ClientSettings::default()).unwrap();
            assert_eq!(strict.with_url(url).is_ok(), is_strict, "{url}");
            assert_eq!(fetcher().with_url(url).is_ok(), is_loopback, "{url}");
        }
    }

    #[tokio::test]
    async fn unreachable_server_is_an_error_with_a_source() {
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", gone.local_addr().unwrap());
        drop(gone);
        let error = fetch(&url).await.unwrap_err();
        assert!(std::error::Error::source(&error).is_some());
        assert!(error.to_string().contains("refused"), "{error}");
    }

    /// A truncated response is distinguished from one that is too long.
    #[tokio::test]
    async fn truncated_response_is_a_transport_error() {
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{";
        assert!(matches!(
            error_after(head.to_owned()).await,
            HttpsError::Transport(_)
        ));
    }
}
