//! The embedded issuer's introspection endpoint ([RFC 7662]): what it says of tokens that it knows.
//!
//! [RFC 7662]: https://www.rfc-editor.org/rfc/rfc7662

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[cfg(feature = "introspection")]
use crate::resource_server::Introspection;
#[cfg(feature = "introspection")]
use crate::secret::Secret;
use crate::testing::broken::or_panic;
use crate::testing::token_builder::fresh_id;
use crate::testing::{ServedIssuer, TokenBuilder};

/// As whom the endpoint is asked.
const CLIENT: &str = "test-api";
const SECRET: &str = "test-api-secret";

/// The tokens that are active, each with what is said of it.
#[derive(Clone, Default)]
pub(super) struct ActiveTokens(Arc<Mutex<HashMap<String, Map<String, Value>>>>);

/// A question; whatever else it says changes nothing.
#[derive(Deserialize)]
struct Question {
    token: String,
}

impl ServedIssuer {
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
        let opaque = format!("opaque_{}", fresh_id());
        self.active.insert(opaque.clone(), token);
        opaque
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
        self.active.lock().remove(token);
    }
}

impl ActiveTokens {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Map<String, Value>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn insert(&self, token: String, says: &TokenBuilder) {
        let says = serde_json::from_str(&says.claims_json());
        let mut says: Map<String, Value> = or_panic(says, "claims that are JSON");
        says.insert("active".to_owned(), true.into());
        self.lock().insert(token, says);
    }

    /// What is answered to a question about this token ([RFC 7662 §2.2]).
    ///
    /// [RFC 7662 §2.2]: https://www.rfc-editor.org/rfc/rfc7662#section-2.2
    fn answer(&self, token: &str) -> Value {
        match self.lock().get(token) {
            Some(says) => says.clone().into(),
            None => json!({ "active": false }),
        }
    }

    /// The endpoint.
    pub(super) fn router(self) -> Router {
        let answer = async move |head: HeaderMap, Form(asked): Form<Question>| -> Response {
            if is_api(&head) {
                Json(self.answer(&asked.token)).into_response()
            } else {
                StatusCode::UNAUTHORIZED.into_response()
            }
        };
        Router::new().route("/introspect", post(answer))
    }
}

/// Whether somebody asks as the client that the issuer knows.
fn is_api(head: &HeaderMap) -> bool {
    let expected = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
    head.get(AUTHORIZATION)
        .is_some_and(|found| *found == *expected)
}

#[cfg(all(test, feature = "introspection"))]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::resource_server::{Builder, IntrospectedTokens, ResourceServer, Trusting};
    use crate::testing::EmbeddedIssuer;
    use crate::token::{Denial, TokenError};

    fn asking(issuer: &ServedIssuer, introspection: Introspection) -> Builder<Trusting> {
        let introspection = introspection.remember_for(Duration::ZERO);
        let trusted = issuer.discovered("https://api.test");
        ResourceServer::builder().trust(trusted.introspect(introspection))
    }

    #[tokio::test]
    async fn tokens_are_active_until_they_are_revoked() {
        let issuer = EmbeddedIssuer::serve().await.unwrap();
        let all = issuer.introspection().tokens(IntrospectedTokens::All);
        let server = asking(&issuer, all).build().await.unwrap();
        let alice = issuer.token("alice").scopes("a");
        for token in [issuer.opaque(&alice), issuer.signed(&alice)] {
            let verified = server.authenticate(token.as_bytes()).await.unwrap();
            assert_eq!(verified.subject(), "alice");
            assert_eq!(verified.scopes().as_str(), "a");
            issuer.revoke(&token);
            let denied = server.authenticate(token.as_bytes()).await.err().unwrap();
            assert_eq!(denied.denial, Denial::Invalid(TokenError::Inactive));
        }
        let unknown = alice.sign();
        assert!(server.authenticate(unknown.as_bytes()).await.is_err());
    }

    #[tokio::test]
    async fn nobody_is_answered_who_does_not_know_the_secret() {
        let issuer = EmbeddedIssuer::serve().await.unwrap();
        for (client, secret) in [(CLIENT, "another"), ("another", SECRET)] {
            let other = Introspection::new(client, Secret::new(secret));
            assert!(asking(&issuer, other).build().await.is_err());
        }
    }
}
