//! The embedded issuer on a loopback socket.

use std::ops::Deref;
use std::{fmt, io};

use axum::Json;
use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

#[cfg(feature = "introspection")]
use crate::resource_server::Introspection;
use crate::resource_server::{Issuer, WithAudience};
#[cfg(feature = "introspection")]
use crate::secret::Secret;
use crate::testing::TokenBuilder;
use crate::testing::active_tokens::ActiveTokens;
#[cfg(feature = "introspection")]
use crate::testing::active_tokens::{CLIENT, SECRET};
use crate::testing::issuer::EmbeddedIssuer;

/// An embedded issuer with HTTP endpoints for metadata, keys and introspection.
///
/// It dereferences to its [`EmbeddedIssuer`]. The server stops when this value is dropped.
pub struct ServedIssuer {
    issuer: EmbeddedIssuer,
    active: ActiveTokens,
    _stop: oneshot::Sender<()>,
}

impl EmbeddedIssuer {
    /// Serves metadata, keys and introspection on a free port of 127.0.0.1, under an `http` URL.
    ///
    /// It serves both metadata documents: `openid-configuration` (OpenID Connect Discovery §4) and
    /// `oauth-authorization-server` (RFC 8414 §3). It has the shared keys of [`new`](Self::new).
    ///
    /// # Errors
    ///
    /// Returns an error if no loopback port is available.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime.
    pub async fn serve() -> io::Result<ServedIssuer> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let issuer = Self::new(format!("http://{}", listener.local_addr()?));
        let (stop, stopped) = oneshot::channel();
        let active = ActiveTokens::default();
        let router = documents(&issuer).merge(active.clone().router());
        let server = axum::serve(listener, router).with_graceful_shutdown(async {
            // nothing is ever sent: dropping the sender is the signal
            let _ = stopped.await;
        });
        tokio::spawn(server.into_future());
        Ok(ServedIssuer {
            issuer,
            active,
            _stop: stop,
        })
    }
}

impl ServedIssuer {
    /// Returns the configuration with which a [`ResourceServer`](crate::ResourceServer) trusts this
    /// issuer and fetches its keys.
    pub fn discovered(&self, audience: impl Into<String>) -> Issuer<WithAudience> {
        Issuer::new(self.url())
            .audience(audience)
            .allow_loopback_http()
    }

    /// Returns the introspection settings for this issuer, with valid client credentials.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::prelude::*;
    /// use palisade::testing::{EmbeddedIssuer, TestApi};
    ///
    /// #[secured(scopes = "orders:read")]
    /// async fn show() -> &'static str {
    ///     "three orders"
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let issuer = EmbeddedIssuer::serve().await?;
    /// let trusted = issuer
    ///     .discovered("https://orders.example")
    ///     .introspect(issuer.introspection());
    /// let routes = SecureRouter::new().route("/orders", get(show));
    /// let api = TestApi::with_server(routes, |server| server.trust(trusted)).await;
    ///
    /// let token = issuer.token("alice").audience("https://orders.example").scopes("orders:read");
    /// let token = issuer.opaque(&token);
    /// let response = api.anonymous().bearer(&token).get("/orders").send().await;
    /// assert_eq!(response.status(), 200);
    ///
    /// issuer.revoke(&token);
    /// api.clock().advance(std::time::Duration::from_secs(60)); // the cached response expires
    /// let response = api.anonymous().bearer(&token).get("/orders").send().await;
    /// assert_eq!(response.status(), 401);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "introspection")]
    pub fn introspection(&self) -> Introspection {
        Introspection::new(CLIENT, Secret::new(SECRET))
    }

    /// Issues an opaque token, for which introspection returns the claims of `token`.
    ///
    /// The endpoint does not check the expiration time, because the API must.
    pub fn opaque(&self, token: &TokenBuilder) -> String {
        self.active.issue_opaque(token)
    }

    /// Signs a token that introspection reports as active.
    ///
    /// # Panics
    ///
    /// Panics if [`TokenBuilder::sign`] does.
    #[track_caller]
    pub fn signed(&self, token: &TokenBuilder) -> String {
        let jwt = token.clone().sign();
        self.active.insert(jwt.clone(), token);
        jwt
    }

    /// Revokes a token: introspection reports it as inactive from now on.
    pub fn revoke(&self, token: &str) {
        self.active.remove(token);
    }
}

impl Deref for ServedIssuer {
    type Target = EmbeddedIssuer;

    fn deref(&self) -> &EmbeddedIssuer {
        &self.issuer
    }
}

/// Prints the issuer without its tokens, which do not belong in logs.
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
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), serde_json::from_str(body).unwrap())
    }

    fn authority(issuer: &ServedIssuer) -> String {
        issuer.url().strip_prefix("http://").unwrap().to_owned()
    }

    #[tokio::test]
    async fn both_metadata_documents_name_the_issuer_and_its_keys() {
        let issuer = EmbeddedIssuer::serve().await.unwrap();
        for path in [
            "/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server",
        ] {
            let (head, document) = fetch(&issuer, path).await;
            assert!(head.contains("content-type: application/json"), "{head}");
            assert_eq!(document["issuer"], issuer.url());
            let jwks_uri = document["jwks_uri"].as_str().unwrap();
            let jwks_path = jwks_uri.strip_prefix(issuer.url()).unwrap();
            let (_, keys) = fetch(&issuer, jwks_path).await;
            assert_eq!(keys.to_string(), issuer.jwks());
        }
    }

    #[tokio::test]
    async fn dropped_issuer_closes_its_connections() {
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
        // the runtime closes the socket some time after the drop
        while TcpStream::connect(&address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    }

    #[cfg(feature = "discovery")]
    #[tokio::test]
    async fn server_with_discovery_accepts_its_tokens() {
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
