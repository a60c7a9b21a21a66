//! The introspection request, and the validation of its response.

use std::sync::Mutex;

use super::*;
use crate::token::{Revocations, RevocationsUnavailable, VerifiedToken};

/// RFC 7662 §2.1, RFC 6749 §2.3.1.
#[tokio::test]
async fn token_is_posted_with_client_credentials() {
    let test = IntrospectedServer::new().await;
    assert_eq!(test.rejection().await, None);
    let requests = test.loopback.requests();
    let request = requests.last().unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /introspect HTTP/1.1\r\n"), "{head}");
    for line in [
        "authorization: Basic b3JkZXJzLWFwaTpzM2NyZXQ=",
        "content-type: application/x-www-form-urlencoded",
        "accept: application/json",
    ] {
        assert!(head.lines().any(|found| found == line), "{line}: {head}");
    }
    assert_eq!(
        body,
        "token=opq.f3_a-9%7E%2B%2F%3D&token_type_hint=access_token"
    );
}

#[tokio::test]
async fn configured_endpoint_is_used() {
    let loopback = LoopbackServer::start(Reply::inactive()).await;
    let server = ResourceServer::builder()
        .trust(
            Issuer::new("https://a.example")
                .audience(AUDIENCE)
                .introspect(credentials().endpoint(format!("{}/x/y", loopback.url)))
                .allow_loopback_http(),
        )
        .build()
        .await
        .unwrap();
    assert_eq!(rejection(&server, TOKEN).await, INACTIVE);
    let requests = loopback.requests();
    assert!(
        requests.iter().all(|text| text.starts_with("POST /x/y ")),
        "{requests:?}"
    );
}

#[tokio::test]
async fn verified_token_has_the_values_of_the_response() {
    let test = IntrospectedServer::new().await;
    let token = test.server.authenticate(TOKEN.as_bytes()).await.unwrap();
    assert_eq!(token.issuer(), test.loopback.url);
    assert_eq!(token.subject(), "alice");
    assert_eq!(token.client_id(), Some("app"));
    assert_eq!(token.scopes().as_str(), "a b");
}

#[tokio::test]
async fn roles_come_from_the_configured_claim() {
    for (pointer, expected) in [(None, "clerk"), (Some("/realm/roles"), "auditor")] {
        let loopback = LoopbackServer::start(Reply::inactive()).await;
        let clock = TestClock::new();
        let issuer = Issuer::new(&loopback.url).audience(AUDIENCE);
        let issuer = issuer.introspect(credentials()).allow_loopback_http();
        let issuer = match pointer {
            Some(pointer) => issuer.roles_claim(pointer),
            None => issuer,
        };
        let server = ResourceServer::builder()
            .trust(issuer)
            .clock(clock.clone())
            .build()
            .await
            .unwrap();
        let mut response = active_response(&loopback, &clock);
        response["roles"] = json!(["clerk"]);
        response["realm"] = json!({ "roles": ["auditor"] });
        loopback.set(Reply::json(200, &response.to_string()));
        let token = server.authenticate(TOKEN.as_bytes()).await.unwrap();
        assert_eq!(token.roles().iter().collect::<Vec<_>>(), [expected]);
    }
}

#[tokio::test]
async fn inactive_token_is_rejected() {
    let test = IntrospectedServer::new().await;
    assert_eq!(rejection(&test.server, "opq.other").await, INACTIVE);
    for active in [json!("true"), json!(1), json!(null)] {
        let mut response = test.active_response();
        response["active"] = active;
        test.respond_with(&response);
        test.advance(5);
        assert_eq!(test.rejection().await, INACTIVE);
    }
}

#[tokio::test]
async fn claims_of_an_active_token_are_checked() {
    let test = IntrospectedServer::new().await;
    let now = test.clock.time().as_secs();
    for (member, value, error) in [
        ("iss", json!("https://b.example"), TokenError::Issuer),
        ("aud", json!("https://b.example"), TokenError::Audience),
        ("exp", json!(now - 60), TokenError::Lifetime),
        ("exp", json!(now + 7_200), TokenError::Lifetime),
        ("nbf", json!(now + 300), TokenError::NotYetValid),
        ("cnf", json!({"jkt": "x"}), TokenError::Binding),
        (
            "token_type",
            json!("DPoP"),
            TokenError::WrongClaim("token_type"),
        ),
        ("scope", json!(["a"]), TokenError::WrongClaim("scope")),
        ("sub", json!(7), TokenError::WrongClaim("sub")),
    ] {
        let mut response = test.active_response();
        response[member] = value;
        test.respond_with(&response);
        assert_eq!(
            test.rejection().await,
            Some(TokenRejection::Invalid(error)),
            "{member}"
        );
        test.advance(5);
    }
}

#[tokio::test]
async fn missing_sub_is_rejected_without_client_as_subject() {
    for (introspection, subject) in [
        (credentials(), None),
        (
            credentials().client_as_subject("clients act for themselves"),
            Some("app"),
        ),
    ] {
        let test = IntrospectedServer::with(introspection).await;
        let mut response = test.active_response();
        response.as_object_mut().unwrap().remove("sub");
        test.respond_with(&response);
        let token = test.server.authenticate(TOKEN.as_bytes()).await.ok();
        assert_eq!(token.as_ref().map(|token| token.subject()), subject);
    }
}

/// RFC 6750 §2.1.
#[tokio::test]
async fn malformed_token_is_not_introspected() {
    let test = IntrospectedServer::new().await;
    let before = test.loopback.request_count();
    for token in ["a b", "a,b", "=", "a=b", "ä", "a\"b", "a&token=x"] {
        let rejected = rejection(&test.server, token).await;
        assert_eq!(rejected, Some(TokenRejection::Malformed), "{token}");
    }
    assert_eq!(test.loopback.request_count(), before);
}

/// REQUIREMENTS B8: the API's own revocations apply even if the issuer reports the token as active.
#[tokio::test]
async fn revoked_active_token_is_rejected() {
    let loopback = LoopbackServer::start(Reply::inactive()).await;
    let clock = TestClock::new();
    let list = crate::token::RevocationList::with_clock(clock.clone());
    let issuer = Issuer::new(&loopback.url).audience(AUDIENCE);
    let server = ResourceServer::builder()
        .trust(issuer.introspect(credentials()).allow_loopback_http())
        .clock(clock.clone())
        .revocations(list.clone())
        .build()
        .await
        .unwrap();
    let response = active_response(&loopback, &clock).to_string();
    loopback.set(Reply::json(200, &response));
    assert_eq!(rejection(&server, TOKEN).await, None);
    list.revoke_subject(&loopback.url, "alice", clock.time())
        .unwrap();
    let rejected = rejection(&server, TOKEN).await;
    assert_eq!(rejected, Some(TokenRejection::Invalid(TokenError::Revoked)));
}

/// Records how long the server wants revocations to be retained.
struct RecordedRetention(Arc<Mutex<Duration>>);

impl Revocations for RecordedRetention {
    async fn is_revoked(&self, _: &VerifiedToken) -> Result<bool, RevocationsUnavailable> {
        Ok(false)
    }

    fn retain_for(&self, lifetime: Duration) {
        *self.0.lock().unwrap() = lifetime;
    }
}

/// Otherwise a list would drop a revocation while its token is still valid.
#[tokio::test]
async fn revocations_are_retained_for_the_maximum_lifetime() {
    let loopback = LoopbackServer::start(Reply::inactive()).await;
    let retention = Arc::default();
    let issuer = Issuer::new(&loopback.url)
        .audience(AUDIENCE)
        .max_token_lifetime(Duration::from_hours(1), "the batch runs for an hour")
        .introspect(credentials());
    ResourceServer::builder()
        .trust(issuer.allow_loopback_http())
        .revocations(RecordedRetention(Arc::clone(&retention)))
        .build()
        .await
        .unwrap();
    assert_eq!(retention.lock().unwrap().as_secs(), 3_600 + 2 * 30);
}
