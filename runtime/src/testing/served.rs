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

/// An embedded issuer that publishes its metadata and keys, and is asked about its tokens; it stops
/// when dropped.
///
/// It is its [`EmbeddedIssuer`] for everything else.
pub struct ServedIssuer {
    issuer: EmbeddedIssuer,
    active: ActiveTokens,
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
    pub fn discovered(&self, audience: impl Into<String>) -> Issuer<WithAudience> {
        Issuer::new(self.url())
            .audience(audience)
            .allow_loopback_http()
    }

    /// How an API asks this issuer about its tokens, with the credentials that it takes.
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
    /// let answer = api.anonymous().bearer(&token).get("/orders").send().await;
    /// assert_eq!(answer.status(), 200);
    ///
    /// issuer.revoke(&token);
    /// api.clock().advance(std::time::Duration::from_secs(60)); // until then the answer is used
    /// let answer = api.anonymous().bearer(&token).get("/orders").send().await;
    /// assert_eq!(answer.status(), 401);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "introspection")]
    pub fn introspection(&self) -> Introspection {
        Introspection::new(CLIENT, Secret::new(SECRET))
    }

    /// Issues an opaque token, of which the issuer says what a signed one would say itself.
    ///
    /// That it has expired is not looked at: the API has to.
    pub fn opaque(&self, token: &TokenBuilder) -> String {
        self.active.opaque(token)
    }

    /// Signs a token that the issuer calls active when it is asked.
    ///
    /// # Panics
    ///
    /// Where [`TokenBuilder::sign`] does.
    #[track_caller]
    pub fn signed(&self, token: &TokenBuilder) -> String {
        let jwt = token.clone().sign();
        self.active.insert(jwt.clone(), token);
        jwt
    }

    /// Revokes a token: from now on the issuer calls it inactive.
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
