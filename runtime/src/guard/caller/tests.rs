//! Tests of `Caller` and its typed claims.

use std::panic::{RefUnwindSafe, UnwindSafe};

use axum::http::Method;
use axum::http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::*;
use crate::guard::{Allowed, Authorized, Guard};
use crate::policy::Declaration;
use crate::resource_server::ResourceServer;
use crate::testing::EmbeddedIssuer;

const ISSUER: &str = "https://issuer.test";
const AUDIENCE: &str = "https://api.test";

#[derive(Clone, Debug, PartialEq, serde::Deserialize, Validate)]
struct Tenancy {
    #[garde(length(min = 1))]
    tenant: String,
}

/// Authorizes a request with a token of the tenant.
async fn authorized(tenant: impl Into<Value>) -> Authorized {
    let issuer = EmbeddedIssuer::new(ISSUER);
    let builder = ResourceServer::builder().trust(issuer.issuer(AUDIENCE));
    let token = issuer.token("alice").audience(AUDIENCE).scopes("a b");
    let token = token.claim("jti", "j").claim("client_id", "c");
    let token = token.roles(["clerk"]).claim("tenant", tenant.into()).sign();
    let guard = Guard::new(builder.build().await.unwrap());
    let declaration = Declaration::authenticated("handler", "module");
    let credential = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
    let headers = HeaderMap::from_iter([(AUTHORIZATION, credential)]);
    match guard.authorize(&declaration, &Method::GET, &headers).await {
        Ok(Allowed::Authorized(authorized)) => authorized,
        _ => panic!("the token is valid"),
    }
}

async fn token(tenant: impl Into<Value>) -> Arc<VerifiedToken> {
    Arc::clone(authorized(tenant).await.token())
}

#[tokio::test]
async fn caller_returns_claims_of_the_token() {
    let token = token("acme").await;
    let caller = Caller::for_testing(Arc::clone(&token));
    assert_eq!(caller.issuer(), ISSUER);
    assert_eq!(caller.subject(), "alice");
    assert_eq!(caller.client_id(), Some("c"));
    assert_eq!(caller.jti(), Some("j"));
    assert_eq!(caller.scopes().as_str(), "a b");
    assert_eq!(caller.roles().iter().collect::<Vec<_>>(), ["clerk"]);
    assert_eq!(caller.expires_at(), token.expires_at());
    for (name, is_held) in [("a", true), ("b", true), ("c", false), ("clerk", false)] {
        assert_eq!(caller.has_scope(Scope::new(name)), is_held, "{name}");
    }
    for (name, is_held) in [("clerk", true), ("Clerk", false), ("a", false)] {
        assert_eq!(caller.has_role(Role::new(name)), is_held, "{name}");
    }
}

#[tokio::test]
async fn typed_claims_are_decoded_and_validated_without_a_fallback() {
    let decoded = Tenancy::decode(&*token("acme").await).unwrap();
    let tenant = "acme".to_owned();
    assert_eq!(decoded, Some(Tenancy { tenant }));
    assert_eq!(
        Tenancy::decode(&*token("").await),
        Err(TokenError::TypedClaims)
    );
    assert_eq!(Tenancy::without_decoding(), None);
    assert_eq!(NoClaims::without_decoding(), Some(NoClaims));
    assert_eq!(NoClaims::decode(&*token("").await), Ok(None));
}

/// serde buffers flattened claims; `serde_json` presents their numbers by its features.
#[tokio::test]
async fn typed_claims_have_numbers_wherever_serde_buffers_them() {
    #[derive(Clone, Debug, PartialEq, serde::Deserialize, Validate)]
    struct Flattened {
        #[serde(flatten)]
        #[garde(dive)]
        limit: Limit,
    }

    #[derive(Clone, Debug, PartialEq, serde::Deserialize, Validate)]
    struct Limit {
        #[garde(range(max = 2.0))]
        tenant: f64,
    }

    let decode = |number: Value| async move {
        let decoded = Flattened::decode(&*token(number).await);
        decoded.map(|claims| claims.map(|claims| claims.limit.tenant))
    };
    for number in [1.5, 0.1, -0.0, 1e-9, -1e300] {
        assert_eq!(decode(number.into()).await, Ok(Some(number)));
    }
    assert_eq!(decode(1.into()).await, Ok(Some(1.0)));
    for other in [json!(2.5), json!("1.5"), json!([1.5]), json!({})] {
        assert_eq!(decode(other).await, Err(TokenError::TypedClaims));
    }
}

#[tokio::test]
async fn typed_caller_exists_only_if_its_claims_are_valid() {
    let mut invalid = authorized("").await;
    assert_eq!(
        invalid.decode_claims::<Tenancy>(),
        Err(TokenError::TypedClaims)
    );
    assert!(invalid.caller::<Tenancy>().is_none());
    let mut valid = authorized("acme").await;
    assert!(valid.caller::<Tenancy>().is_none());
    assert_eq!(valid.decode_claims::<Tenancy>(), Ok(()));
    let caller = valid.caller::<Tenancy>().unwrap();
    assert_eq!(caller.claims().tenant, "acme");
    assert_eq!(valid.caller::<NoClaims>().unwrap().subject(), "alice");
}

/// A handler's test may run inside `catch_unwind`, with the caller outside.
#[test]
fn caller_may_cross_a_caught_panic() {
    fn is_unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}
    is_unwind_safe::<Caller>();
    is_unwind_safe::<Caller<String>>();
}
