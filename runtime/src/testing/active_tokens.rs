//! The tokens of an embedded issuer that are active, and the endpoint that says so ([RFC 7662]).
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

use crate::testing::TokenBuilder;
use crate::testing::broken::or_panic;
use crate::testing::token_builder::fresh_id;

/// As whom the endpoint is asked.
pub(super) const CLIENT: &str = "test-api";
pub(super) const SECRET: &str = "test-api-secret";

/// The tokens that are active, each with what is said of it.
#[derive(Clone, Default)]
pub(super) struct ActiveTokens(Arc<Mutex<HashMap<String, Map<String, Value>>>>);

/// A question; whatever else it says changes nothing.
#[derive(Deserialize)]
struct IntrospectionRequest {
    token: String,
}

impl ActiveTokens {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Map<String, Value>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new opaque token that says so.
    pub(super) fn opaque(&self, says: &TokenBuilder) -> String {
        let opaque = format!("opaque_{}", fresh_id());
        self.insert(opaque.clone(), says);
        opaque
    }

    pub(super) fn insert(&self, token: String, says: &TokenBuilder) {
        let says = serde_json::from_str(&says.claims_json());
        let mut says: Map<String, Value> = or_panic(says, "claims that are JSON");
        says.insert("active".to_owned(), true.into());
        self.lock().insert(token, says);
    }

    pub(super) fn remove(&self, token: &str) {
        self.lock().remove(token);
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
        let answer =
            async move |head: HeaderMap, Form(asked): Form<IntrospectionRequest>| -> Response {
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
    use crate::resource_server::{
        Builder, IntrospectedTokens, Introspection, ResourceServer, WithIssuers,
    };
    use crate::secret::Secret;
    use crate::testing::{EmbeddedIssuer, ServedIssuer};
    use crate::token::{TokenError, TokenRejection};

    fn asking(issuer: &ServedIssuer, introspection: Introspection) -> Builder<WithIssuers> {
        let introspection = introspection.cache_for(Duration::ZERO);
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
            assert_eq!(
                denied.rejection,
                TokenRejection::Invalid(TokenError::Inactive)
            );
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
