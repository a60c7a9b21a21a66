//! The active tokens of an embedded issuer, and its introspection endpoint ([RFC 7662]).
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

use crate::testing::token_builder::random_id;
use crate::testing::{TokenBuilder, or_panic};

/// The credentials that the endpoint requires.
pub(super) const CLIENT: &str = "test-api";
pub(super) const SECRET: &str = "test-api-secret";

/// The active tokens, each with its introspection response.
#[derive(Clone, Default)]
pub(super) struct ActiveTokens(Arc<Mutex<HashMap<String, Map<String, Value>>>>);

/// An introspection request. Other parameters are ignored.
#[derive(Deserialize)]
struct IntrospectionRequest {
    token: String,
}

impl ActiveTokens {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Map<String, Value>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Issues an opaque token with these claims.
    pub(super) fn issue_opaque(&self, claims: &TokenBuilder) -> String {
        let opaque = format!("opaque_{}", random_id());
        self.insert(opaque.clone(), claims);
        opaque
    }

    pub(super) fn insert(&self, token: String, claims: &TokenBuilder) {
        let response = serde_json::from_str(&claims.claims_json());
        let mut response: Map<String, Value> = or_panic(response, "the claims are not JSON");
        response.insert("active".to_owned(), true.into());
        self.lock().insert(token, response);
    }

    pub(super) fn remove(&self, token: &str) {
        self.lock().remove(token);
    }

    /// Returns the introspection response for a token ([RFC 7662 §2.2]).
    ///
    /// [RFC 7662 §2.2]: https://www.rfc-editor.org/rfc/rfc7662#section-2.2
    fn introspect(&self, token: &str) -> Value {
        match self.lock().get(token) {
            Some(response) => response.clone().into(),
            None => json!({ "active": false }),
        }
    }

    /// Returns a router with the introspection endpoint.
    pub(super) fn router(self) -> Router {
        let introspect =
            async move |headers: HeaderMap, form: Form<IntrospectionRequest>| -> Response {
                if is_authenticated(&headers) {
                    Json(self.introspect(&form.token)).into_response()
                } else {
                    StatusCode::UNAUTHORIZED.into_response()
                }
            };
        Router::new().route("/introspect", post(introspect))
    }
}

/// Returns whether the request has the expected client credentials.
fn is_authenticated(headers: &HeaderMap) -> bool {
    let expected = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
    headers
        .get(AUTHORIZATION)
        .is_some_and(|actual| *actual == *expected)
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

    fn introspecting(issuer: &ServedIssuer, introspection: Introspection) -> Builder<WithIssuers> {
        let introspection = introspection.cache_for(Duration::ZERO);
        let trusted = issuer.discovered("https://api.test");
        ResourceServer::builder().trust(trusted.introspect(introspection))
    }

    #[tokio::test]
    async fn token_is_active_until_revoked() {
        let issuer = EmbeddedIssuer::serve().await.unwrap();
        let all = issuer.introspection().tokens(IntrospectedTokens::All);
        let server = introspecting(&issuer, all).build().await.unwrap();
        let alice = issuer.token("alice").scopes("a");
        for token in [issuer.opaque(&alice), issuer.signed(&alice)] {
            let verified = server.authenticate(token.as_bytes()).await.unwrap();
            assert_eq!(verified.subject(), "alice");
            assert_eq!(verified.scopes().as_str(), "a");
            issuer.revoke(&token);
            let rejected = server.authenticate(token.as_bytes()).await.err().unwrap();
            assert_eq!(
                rejected.rejection,
                TokenRejection::Invalid(TokenError::Inactive)
            );
        }
        let unknown = alice.sign();
        assert!(server.authenticate(unknown.as_bytes()).await.is_err());
    }

    #[tokio::test]
    async fn introspection_with_wrong_credentials_fails_the_build() {
        let issuer = EmbeddedIssuer::serve().await.unwrap();
        for (client, secret) in [(CLIENT, "another"), ("another", SECRET)] {
            let other = Introspection::new(client, Secret::new(secret));
            assert!(introspecting(&issuer, other).build().await.is_err());
        }
    }
}
