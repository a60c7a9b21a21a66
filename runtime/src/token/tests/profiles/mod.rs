//! Tokens in the documented format of each provider that differs from RFC 9068.
//!
//! `samples` has one user token and one client token per provider; `rules` and `claims` change them,
//! one row per provider, change and result; `specific` has the cases of a single provider.

mod claims;
mod custom;
mod custom_config;
mod custom_samples;
mod rules;
mod samples;
mod specific;
mod workload_samples;

use std::sync::Arc;

use serde_json::{Value, json};

use self::samples::{Sample, auth0, cognito, entra, keycloak, okta};
use super::*;
use crate::token::VerifiedToken;

type Provider = fn() -> Sample;

/// A server that trusts one provider with its profile.
struct ProviderServer {
    test: TestServer,
    sample: Sample,
}

impl ProviderServer {
    async fn new(sample: Sample) -> Self {
        Self::with(sample, |issuer| issuer).await
    }

    /// Trusts the provider with the settings that `configure` adds.
    async fn with(
        mut sample: Sample,
        configure: impl FnOnce(Issuer<WithAudience>) -> Issuer<WithAudience>,
    ) -> Self {
        let clock = TestClock::new();
        let issuer = EmbeddedIssuer::new(sample.issuer).clock(clock.clone());
        let trusted = configure(
            issuer
                .issuer(sample.audience)
                .profile(sample.profile.clone()),
        );
        let builder = ResourceServer::builder().trust(trusted);
        let server = builder.clock(clock.clone()).build().await.unwrap();
        let now = clock.time().as_secs();
        for token in [&mut sample.user, &mut sample.client] {
            token.claims["iat"] = now.into();
            token.claims["exp"] = (now + 300).into();
        }
        let test = TestServer {
            issuer,
            server,
            clock,
        };
        Self { test, sample }
    }

    fn sign(&self, typ: Option<&str>, claims: &Value) -> String {
        let token = self.test.token().payload_bytes(claims.to_string());
        let token = token.algorithm(Algorithm::RS256);
        match typ {
            Some(typ) => token.typ(typ).sign(),
            None => token.without_header("typ").sign(),
        }
    }

    /// Validates claims in a token with the provider's `typ`.
    async fn validate(&self, claims: &Value) -> Result<(), TokenError> {
        self.validate_typed(self.sample.typ, claims).await
    }

    async fn validate_typed(&self, typ: Option<&str>, claims: &Value) -> Result<(), TokenError> {
        validate(&self.test.server, &self.sign(typ, claims)).await
    }

    /// Validates claims at a server that trusts the same issuer with the default profile.
    async fn validate_as_rfc_9068(
        &self,
        typ: Option<&str>,
        claims: &Value,
    ) -> Result<(), TokenError> {
        let issuer = self.test.issuer.issuer(self.sample.audience);
        let builder = ResourceServer::builder().trust(issuer);
        let server = builder.clock(self.test.clock.clone()).build().await;
        validate(&server.unwrap(), &self.sign(typ, claims)).await
    }

    /// Returns the verified token, and panics if it is rejected.
    async fn accept(&self, claims: &Value) -> Arc<VerifiedToken> {
        let token = self.sign(self.sample.typ, claims);
        let verified = self.test.server.authenticate(token.as_bytes()).await;
        verified.unwrap()
    }

    /// The claims of the user token, with one claim set.
    fn user_with(&self, claim: &str, value: impl Into<Value>) -> Value {
        let mut claims = self.sample.user.claims.clone();
        claims[claim] = value.into();
        claims
    }

    /// The claims of the user token, with some claims removed.
    fn user_without(&self, removed: &[&str]) -> Value {
        without(&self.sample.user.claims, removed)
    }
}

fn without(claims: &Value, removed: &[&str]) -> Value {
    let mut claims = claims.clone();
    for name in removed {
        claims.as_object_mut().unwrap().remove(*name).unwrap();
    }
    claims
}

fn roles(token: &Arc<VerifiedToken>) -> Vec<&str> {
    token.roles().iter().collect()
}

#[tokio::test]
async fn default_profile_has_no_relaxations() {
    assert_eq!(TestServer::new().await.server.relaxations().count(), 0);
}

#[tokio::test]
async fn relaxations_of_each_profile_are_listed() {
    let rows: [(Provider, &[&str]); 5] = [
        (
            keycloak::sample,
            &[
                "the header's `typ` may be `JWT`, as in ID tokens; access tokens are recognized by `Bearer` in the claim `typ`",
            ],
        ),
        (
            entra::sample,
            &[
                "`typ` is `JWT`, as in ID tokens; access tokens are recognized by `azp` with `scp` or `roles`",
                "tokens live up to 5700 s: Entra issues them for 60 to 90 minutes and backdates `iat` by 5 minutes",
                "tokens have up to 16384 bytes",
            ],
        ),
        (
            auth0::sample,
            &[
                "`typ` is `JWT`, as in ID tokens; access tokens are recognized by `azp` with `scope` or `permissions`",
                "`jti` is not required: Auth0's tokens have no identifier",
            ],
        ),
        (
            cognito::sample,
            &[
                "the header has no `typ`; access tokens are recognized by the `token_use` `access`",
                "`aud` may be absent; then `client_id` must be the audience",
            ],
        ),
        (
            okta::sample,
            &["the header has no `typ`; access tokens are recognized by `cid` with `scp`"],
        ),
    ];
    for (provider, expected) in rows {
        let server = ProviderServer::new(provider()).await;
        let issuers = server.test.server.issuers();
        assert_eq!(issuers[0].issuer(), server.sample.issuer);
        assert_eq!(issuers[0].relaxations().collect::<Vec<_>>(), expected);
    }
}
