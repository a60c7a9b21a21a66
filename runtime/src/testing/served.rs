//! The embedded issuer on a loopback socket.

use std::ops::Deref;
use std::{fmt, io};

use axum::Json;
use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::resource_server::{Audienced, Issuer};
use crate::testing::introspection::ActiveTokens;
use crate::testing::issuer::EmbeddedIssuer;

/// An embedded issuer that publishes its metadata and keys, and is asked about its tokens; it stops
/// when dropped.
///
/// It is its [`EmbeddedIssuer`] for everything else.
pub struct ServedIssuer {
    issuer: EmbeddedIssuer,
    pub(super) active: ActiveTokens,
    _stop: oneshot::Sender<()>,
}

impl EmbeddedIssuer {
    /// Serves metadata and keys on a free port of 127.0.0.1, under an `http` URL.
    ///
    /// Both well-known documents are there: `openid-configuration` (OpenID Connect
    /// Discovery §4) and `oauth-authorization-server` (RFC 8414 §3). The keys are those
    /// that issuers of this process share.
    ///
    /// # Errors
    ///
    /// Where no loopback port can be had.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub async fn serve() -> io::Result<ServedIssuer> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let issuer = Self::new(format!("http://{}", listener.local_addr()?));
        let (stop, stopped) = oneshot::channel();
        let active = ActiveTokens::default();
        let router = documents(&issuer).merge(active.clone().router());
        let serving = axum::serve(listener, router).with_graceful_shutdown(async {
            // The sender is never used: that it is gone is the signal.
            let _ = stopped.await;
        });
        tokio::spawn(serving.into_future());
        Ok(ServedIssuer {
            issuer,
            active,
            _stop: stop,
        })
    }
}

impl ServedIssuer {
    /// This issuer as a [`ResourceServer`](crate::ResourceServer) trusts it that fetches its keys.
    pub fn discovered(&self, audience: impl Into<String>) -> Issuer<Audienced> {
        Issuer::new(self.url())
            .audience(audience)
            .allow_loopback_http()
    }
}

impl Deref for ServedIssuer {
    type Target = EmbeddedIssuer;

    fn deref(&self) -> &EmbeddedIssuer {
        &self.issuer
    }
}

/// The issuer: its tokens are not for logs.
impl fmt::Debug for ServedIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServedIssuer")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

fn documents(issuer: &EmbeddedIssuer) -> Router {
    let metadata = issuer.metadata();
    let metadata = get(move || async move { Json(metadata) });
    let jwks = issuer.jwks();
    Router::new()
        .route("/.well-known/openid-configuration", metadata.clone())
        .route("/.well-known/oauth-authorization-server", metadata)
        .route(
            "/jwks",
            get(move || async move { ([("content-type", "application/jwk-set+json")], jwks) }),
        )
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    async fn fetch(issuer: &ServedIssuer, path: &str) -> (String, Value) {
        let mut stream = TcpStream::connect(authority(issuer)).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: issuer\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), serde_json::from_str(body).unwrap())
    }

    fn authority(issuer: &ServedIssuer) -> String {
        issuer.url().strip_prefix("http://").unwrap().to_owned()
    }

    #[tokio::test]
    async fn both_well_known_documents_name_the_issuer_and_its_keys() {
        let issuer = EmbeddedIssuer::serve().await.unwrap();
        for path in [
            "/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server",
        ] {
            let (head, document) = fetch(&issuer, path).await;
            assert!(head.contains("content-type: application/json"), "{head}");
            assert_eq!(document["issuer"], issuer.url());
            let keys_at = document["jwks_uri"].as_str().unwrap();
            let keys_at = keys_at.strip_prefix(issuer.url()).unwrap();
            let (_, keys) = fetch(&issuer, keys_at).await;
            assert_eq!(keys.to_string(), issuer.jwks());
        }
    }

    #[tokio::test]
    async fn a_dropped_issuer_no_longer_answers() {
        let issuer = EmbeddedIssuer::serve().await.unwrap();
        let address = authority(&issuer);
        let mut kept_alive = TcpStream::connect(&address).await.unwrap();
        kept_alive
            .write_all(b"GET /jwks HTTP/1.1\r\nhost: issuer\r\n\r\n")
            .await
            .unwrap();
        kept_alive.read_exact(&mut [0; 12]).await.unwrap();
        drop(issuer);
        kept_alive.read_to_end(&mut Vec::new()).await.unwrap();
        // The socket closes on the runtime's own time.
        while TcpStream::connect(&address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    }

    /// The keys come over the socket, as from any issuer.
    #[cfg(feature = "discovery")]
    #[tokio::test]
    async fn a_server_that_discovers_it_accepts_its_tokens() {
        use crate::ResourceServer;

        let issuer = EmbeddedIssuer::serve().await.unwrap();
        let server = ResourceServer::builder()
            .trust(issuer.discovered("https://api.test"))
            .build()
            .await
            .unwrap();
        let token = issuer.token("alice").sign();
        let verified = server.authenticate(token.as_bytes()).await.unwrap();
        assert_eq!(verified.subject(), "alice");
    }
}
