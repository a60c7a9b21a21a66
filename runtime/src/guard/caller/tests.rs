//! What a caller tells, and how it comes to a handler.

use axum::http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use super::*;
use crate::guard::{Admission, Guard};
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

/// What the guard says of a request of the tenant's.
async fn authorized(tenant: &str) -> Authorized {
    let issuer = EmbeddedIssuer::new(ISSUER);
    let builder = ResourceServer::builder().trust(issuer.issuer(AUDIENCE));
    let token = issuer.token("alice").audience(AUDIENCE).scopes("a b");
    let token = token.claim("jti", "j").claim("client_id", "c");
    let token = token.roles(["clerk"]).claim("tenant", tenant).sign();
    let guard = Guard::new(builder.build().await.unwrap());
    let declaration = Declaration::authenticated("handler", "module");
    let credential = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
    let headers = HeaderMap::from_iter([(AUTHORIZATION, credential)]);
    match guard.admit(&declaration, &headers).await {
        Ok(Admission::Authorized(authorized)) => authorized,
        _ => panic!("the token is good"),
    }
}

async fn token(tenant: &str) -> Arc<VerifiedToken> {
    Arc::clone(authorized(tenant).await.token())
}

#[tokio::test]
async fn a_caller_tells_what_the_token_says() {
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
async fn claims_are_read_and_validated_and_nothing_else_stands_for_them() {
    let read = Tenancy::read(&*token("acme").await).unwrap();
    let tenant = "acme".to_owned();
    assert_eq!(read, Some(Tenancy { tenant }));
    assert_eq!(
        Tenancy::read(&*token("").await),
        Err(TokenError::TypedClaims)
    );
    assert_eq!(Tenancy::absent(), None);
    assert_eq!(NoClaims::absent(), Some(NoClaims));
    assert_eq!(NoClaims::read(&*token("").await), Ok(None));
}

#[tokio::test]
async fn a_caller_with_claims_is_left_for_the_extractor_or_refused() {
    let mut extensions = Extensions::new();
    let wrong = Caller::<Tenancy>::admit(&authorized("").await, &mut extensions);
    assert_eq!(wrong, Err(TokenError::TypedClaims));
    assert!(extensions.is_empty());
    let right = Caller::<Tenancy>::admit(&authorized("acme").await, &mut extensions);
    assert_eq!(right, Ok(()));
    let caller = extensions.get::<Caller<Tenancy>>().unwrap();
    assert_eq!(caller.claims().tenant, "acme");
}
