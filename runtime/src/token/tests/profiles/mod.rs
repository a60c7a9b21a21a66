//! Tokens of the providers that differ from RFC 9068, in the form that each documents.
//!
//! What every profile refuses is said once here, under a name for each provider; what is
//! one provider's own is in its file.

mod auth0;
mod cognito;
mod entra;
mod keycloak;
mod okta;

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::token::{Profile, VerifiedToken};

/// What one provider's tokens look like.
struct Shape {
    profile: Profile,
    url: &'static str,
    audience: &'static str,
    /// The header's `typ`, where it has one.
    typ: Option<&'static str>,
    /// A user's token; the instants are added.
    user: Value,
    /// A token that a client got for itself.
    machine: Value,
}

/// An API that trusts one provider.
struct Provider {
    test: TestServer,
    shape: Shape,
}

impl Provider {
    async fn new(shape: Shape) -> Self {
        Self::with(shape, |issuer| issuer).await
    }

    /// With the provider's issuer configured further.
    async fn with(
        mut shape: Shape,
        configure: impl FnOnce(Issuer<WithAudience>) -> Issuer<WithAudience>,
    ) -> Self {
        let clock = TestClock::new();
        let issuer = EmbeddedIssuer::new(shape.url).clock(clock.clone());
        let trusted = configure(issuer.issuer(shape.audience).profile(shape.profile));
        let builder = ResourceServer::builder().trust(trusted);
        let server = builder.clock(clock.clone()).build().await.unwrap();
        for claims in [&mut shape.user, &mut shape.machine] {
            let now = clock.time().as_secs();
            *claims = with(claims, "iat", now);
            *claims = with(claims, "exp", now + 300);
        }
        let test = TestServer {
            issuer,
            server,
            clock,
        };
        Self { test, shape }
    }

    fn sign(&self, typ: Option<&str>, claims: &Value) -> String {
        let token = self.test.token().payload_bytes(claims.to_string());
        let token = token.algorithm(Algorithm::RS256);
        match typ {
            Some(typ) => token.typ(typ).sign(),
            None => token.without_header("typ").sign(),
        }
    }

    async fn accept(&self, claims: &Value) -> Arc<VerifiedToken> {
        let token = self.sign(self.shape.typ, claims);
        let verified = self.test.server.authenticate(token.as_bytes()).await;
        verified.unwrap()
    }

    async fn validate(&self, claims: &Value) -> Result<(), TokenError> {
        self.validate_typed(self.shape.typ, claims).await
    }

    async fn validate_typed(&self, typ: Option<&str>, claims: &Value) -> Result<(), TokenError> {
        validate(&self.test.server, &self.sign(typ, claims)).await
    }

    /// The user's token with one claim of another value.
    fn user_with(&self, claim: &str, value: impl Into<Value>) -> Value {
        with(&self.shape.user, claim, value)
    }

    /// The user's token without these claims.
    fn user_without(&self, names: &[&str]) -> Value {
        without(&self.shape.user, names)
    }

    async fn demands(&self, claims: &[&'static str]) {
        for claim in claims {
            assert_eq!(
                self.validate(&self.user_without(&[claim])).await,
                Err(TokenError::MissingClaim(claim)),
                "{claim}"
            );
        }
    }

    /// CVE-2025-30144, CVE-2026-25537: of another JSON type, a claim is wrong and never absent.
    async fn demands_texts(&self, claims: &[&'static str]) {
        for claim in claims {
            for value in [json!(null), json!(1), json!(["x"]), json!({}), json!("")] {
                assert_eq!(
                    self.validate(&self.user_with(claim, value.clone())).await,
                    Err(TokenError::WrongClaim(claim)),
                    "{claim}: {value}"
                );
            }
        }
    }

    /// RFC 8725 §3.11 and §3.12.
    async fn refuses_types(&self, types: &[Option<&str>]) {
        assert_eq!(self.validate(&self.shape.user).await, Ok(()));
        for typ in types {
            assert_eq!(
                self.validate_typed(*typ, &self.shape.user).await,
                Err(TokenError::Type),
                "{typ:?}"
            );
        }
    }

    /// The longest lifetime in seconds, and one more.
    async fn lives_up_to(&self, seconds: u64) {
        let start = self.test.clock.time().as_secs();
        for (lifetime, expected) in [
            (seconds - 1, Ok(())),
            (seconds, Ok(())),
            (seconds + 1, Err(TokenError::Lifetime)),
            (86_400, Err(TokenError::Lifetime)),
        ] {
            let token = self.user_with("exp", start + lifetime);
            assert_eq!(self.validate(&token).await, expected, "{lifetime}");
        }
    }

    /// RFC 7519 §4.1.3, CVE-2024-5798.
    async fn refuses_audiences(&self, audiences: &[Value]) {
        for aud in audiences {
            assert_eq!(
                self.validate(&self.user_with("aud", aud.clone())).await,
                Err(TokenError::Audience),
                "{aud}"
            );
        }
    }

    /// RFC 8725 §3.8: the provider's tenants share keys, so `iss` alone tells them apart.
    async fn refuses_issuers(&self, issuers: &[&str]) {
        for iss in issuers {
            assert_eq!(
                self.validate(&self.user_with("iss", *iss)).await,
                Err(TokenError::Issuer),
                "{iss}"
            );
        }
    }

    /// What ID tokens have, and what bound tokens have (RFC 9449 §7.1, RFC 8705 §3).
    async fn refuses_id_tokens_and_bound_ones(&self) {
        for claim in ["nonce", "at_hash", "c_hash"] {
            let token = self.user_with(claim, "x");
            assert_eq!(
                self.validate(&token).await,
                Err(TokenError::IdToken),
                "{claim}"
            );
        }
        let bound = self.user_with("cnf", json!({"jkt": "x"}));
        assert_eq!(self.validate(&bound).await, Err(TokenError::Binding));
    }

    /// How an issuer with the same keys and the default profile judges its tokens.
    async fn under_rfc_9068(&self, typ: Option<&str>, claims: &Value) -> Result<(), TokenError> {
        let issuer = self.test.issuer.issuer(self.shape.audience);
        let builder = ResourceServer::builder().trust(issuer);
        let server = builder.clock(self.test.clock.clone()).build().await;
        validate(&server.unwrap(), &self.sign(typ, claims)).await
    }

    fn relaxations(&self) -> Vec<&str> {
        let issuers = self.test.server.issuers();
        assert_eq!(issuers[0].issuer(), self.shape.url);
        issuers[0].relaxations().collect()
    }
}

fn with(claims: &Value, claim: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims.as_object().unwrap().clone();
    claims.insert(claim.to_owned(), value.into());
    claims.into()
}

fn without(claims: &Value, names: &[&str]) -> Value {
    let mut claims = claims.clone();
    for name in names {
        claims.as_object_mut().unwrap().remove(*name).unwrap();
    }
    claims
}

fn roles(token: &Arc<VerifiedToken>) -> Vec<&str> {
    token.roles().iter().collect()
}

#[tokio::test]
async fn the_default_profile_lowers_nothing() {
    assert_eq!(TestServer::new().await.server.relaxations().count(), 0);
}
