//! Sealed requests, and what the server checks when a user approves one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::{HeaderMap, HeaderValue, Method};

use super::{Fixture, ISSUER, ORDERS, REDIRECT, claims, encoded, parameter, request, request_with};
use crate::authorization_server::{
    Approval, ApprovalError, AuthorizationRequest, AuthorizationServer, Client, ClientCredential,
    ClientStore, ClientStoreError, FormOrigin, RegisteredClients,
};
use crate::claims::NumericDate;
use crate::clock::Clock as _;
use crate::keys::Algorithm;

fn same_origin() -> HeaderMap {
    let site = HeaderValue::from_static("same-origin");
    HeaderMap::from_iter([(http::HeaderName::from_static("sec-fetch-site"), site)])
}

async fn valid(fixture: &Fixture) -> AuthorizationRequest {
    fixture
        .server
        .authorization_request(&request("spa"))
        .await
        .unwrap()
}

async fn open(
    fixture: &Fixture,
    sealed: &str,
    method: &Method,
    headers: &HeaderMap,
) -> Result<(), ApprovalError> {
    let origin = FormOrigin::new(method.clone(), headers);
    let opened = fixture.server.open_request(sealed, &origin).await?;
    assert_eq!(opened.redirect_uri(), REDIRECT);
    Ok(())
}

#[tokio::test]
async fn sealed_request_is_opened_for_30_minutes() {
    let fixture = Fixture::new().await;
    let sealed = fixture.server.seal_request(&valid(&fixture).await).unwrap();
    fixture.advance(30 * 60 - 1);
    assert_eq!(
        open(&fixture, &sealed, &Method::POST, &same_origin()).await,
        Ok(())
    );
    fixture.advance(1);
    let expired = open(&fixture, &sealed, &Method::POST, &same_origin()).await;
    assert_eq!(expired, Err(ApprovalError::Request));
}

/// Clients whose registration changes, and loses a redirect URI, while the user sees a request.
struct ChangingClients {
    before: RegisteredClients,
    /// `None` if they are unavailable.
    after: Option<RegisteredClients>,
    has_changed: Arc<AtomicBool>,
}

impl ClientStore for ChangingClients {
    async fn client(&self, id: &str) -> Result<Option<Client>, ClientStoreError> {
        let has_changed = self.has_changed.load(Ordering::Relaxed);
        match &self.after {
            _ if !has_changed => self.before.client(id).await,
            Some(after) => after.client(id).await,
            None => Err(ClientStoreError::because("the database is down")),
        }
    }
}

#[tokio::test]
async fn sealed_request_to_an_unregistered_address_is_refused() {
    let with = |uris: &[&str]| {
        let client = Client::builder("spa", ClientCredential::Public).scopes("openid orders:read");
        let client = uris
            .iter()
            .fold(client, |client, uri| client.redirect_uri(*uri));
        RegisteredClients::new([client.build().unwrap()]).unwrap()
    };
    let unregistered = || Err(ApprovalError::Request);
    for (after, expected) in [
        (Some(with(&[])), unregistered()),
        (Some(with(&["https://app.example/other"])), unregistered()),
        (Some(with(&["https://app.example/cb/"])), unregistered()),
        (Some(RegisteredClients::default()), unregistered()),
        (None, Err(ApprovalError::Unavailable)),
        (Some(with(&["https://app.example/other", REDIRECT])), Ok(())),
    ] {
        let mut fixture = Fixture::new().await;
        let has_changed = Arc::new(AtomicBool::new(false));
        let clients = ChangingClients {
            before: with(&[REDIRECT]),
            after,
            has_changed: Arc::clone(&has_changed),
        };
        let server = AuthorizationServer::builder(ISSUER, fixture.vault.clone())
            .clients(clients)
            .resource(ORDERS, "orders:read")
            .id_token_algorithm(Algorithm::EdDSA)
            .clock(fixture.clock.clone());
        fixture.server = server.build().await.unwrap();
        let sealed = fixture.server.seal_request(&valid(&fixture).await).unwrap();
        has_changed.store(true, Ordering::Relaxed);
        let opened = open(&fixture, &sealed, &Method::POST, &same_origin()).await;
        assert_eq!(opened, expected);
    }
}

#[tokio::test]
async fn form_of_another_site_is_refused() {
    let fixture = Fixture::new().await;
    let sealed = fixture.server.seal_request(&valid(&fixture).await).unwrap();
    let field = |name: &'static str, value: &'static str| {
        let name = http::HeaderName::from_static(name);
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    };
    for (method, headers) in [
        (Method::POST, HeaderMap::new()),
        (Method::POST, field("sec-fetch-site", "cross-site")),
        (Method::POST, field("sec-fetch-site", "same-site")),
        (Method::POST, field("sec-fetch-site", "none")),
        (Method::POST, field("origin", "https://evil.example")),
        (Method::POST, field("origin", "null")),
        (Method::GET, same_origin()),
    ] {
        let opened = open(&fixture, &sealed, &method, &headers).await;
        assert_eq!(
            opened,
            Err(ApprovalError::CrossOrigin),
            "{method} {headers:?}"
        );
    }
    for headers in [same_origin(), field("origin", ISSUER)] {
        assert_eq!(
            open(&fixture, &sealed, &Method::POST, &headers).await,
            Ok(())
        );
    }
}

#[tokio::test]
async fn changed_or_foreign_sealed_request_is_refused() {
    let fixture = Fixture::new().await;
    let other = Fixture::new().await;
    let sealed = fixture.server.seal_request(&valid(&fixture).await).unwrap();
    let foreign = other.server.seal_request(&valid(&other).await).unwrap();
    let changed = format!("{}AAAA", &sealed[..sealed.len() - 4]);
    for text in ["", "AAAA", &changed, &foreign, &sealed[1..]] {
        let opened = open(&fixture, text, &Method::POST, &same_origin()).await;
        assert_eq!(opened, Err(ApprovalError::Request), "{text}");
    }
}

#[tokio::test]
async fn approval_beyond_the_request_is_refused() {
    let fixture = Fixture::new().await;
    let request = valid(&fixture).await;
    let now = fixture.clock.now();
    let long = "a".repeat(256);
    for (approval, error) in [
        (Approval::new("", now), ApprovalError::Subject),
        // RFC 9700 §4.15: the tokens of a client have its ID as their subject
        (Approval::new("web", now), ApprovalError::Subject),
        (Approval::new("spa", now), ApprovalError::Subject),
        (Approval::new("a\nb", now), ApprovalError::Subject),
        (Approval::new(long, now), ApprovalError::Subject),
        (
            Approval::new("alice", now).scopes("orders:write"),
            ApprovalError::Scopes,
        ),
        (
            Approval::new("alice", now).claim("sub", "bob"),
            ApprovalError::ReservedClaim("sub".to_owned()),
        ),
        (
            Approval::new(
                "alice",
                now.saturating_add(std::time::Duration::from_secs(1)),
            ),
            ApprovalError::AuthTime,
        ),
    ] {
        let approved = fixture.server.approve(&request, approval).await;
        assert_eq!(approved.unwrap_err(), error);
    }
}

#[tokio::test]
async fn subject_that_is_malformed_or_a_client_is_refused() {
    let fixture = Fixture::new().await;
    let (longest, longer) = ("a".repeat(255), "a".repeat(256));
    let (bytes_254, bytes_256) = ("\u{e9}".repeat(127), "\u{e9}".repeat(128));
    for (subject, is_valid) in [
        ("alice", true),
        ("a b", true),
        ("Web", true),
        (&*longest, true),
        (&*bytes_254, true),
        ("", false),
        ("web", false),
        ("spa", false),
        ("a\0", false),
        ("\u{202e}a", false),
        ("a\u{2028}b", false),
        (&*longer, false),
        (&*bytes_256, false),
    ] {
        let checked = fixture.server.check_subject(subject).await;
        let request = valid(&fixture).await;
        let approval = Approval::new(subject, fixture.clock.now());
        let approved = fixture.server.approve(&request, approval).await;
        let error = (!is_valid).then_some(ApprovalError::Subject);
        assert_eq!(
            (checked.err(), approved.err()),
            (error.clone(), error),
            "{subject:?}"
        );
    }
}

#[tokio::test]
async fn login_that_is_too_old_for_the_request_is_refused() {
    let fixture = Fixture::new().await;
    let login = |age: u64| {
        let at = fixture.clock.now().as_secs() - age;
        Approval::new("alice", NumericDate::from_secs(at))
    };
    let of = async |name, value| {
        let query = request_with(name, Some(value));
        fixture.server.authorization_request(&query).await.unwrap()
    };
    let max_age = of("max_age", "60").await;
    assert!(fixture.server.approve(&max_age, login(60)).await.is_ok());
    let old = fixture.server.approve(&max_age, login(61)).await;
    assert_eq!(old.unwrap_err(), ApprovalError::AuthTime);
    let again = of("prompt", "login").await;
    assert!(fixture.server.approve(&again, login(0)).await.is_ok());
    let old = fixture.server.approve(&again, login(1)).await;
    assert_eq!(old.unwrap_err(), ApprovalError::AuthTime);
}

/// The user reads the consent page for longer than `max_age`.
#[tokio::test]
async fn login_after_the_request_is_recent_enough_until_the_request_ends() {
    let fixture = Fixture::new().await;
    for (name, value) in [
        ("max_age", "0"),
        ("max_age", "1"),
        ("max_age", "60"),
        ("prompt", "login"),
    ] {
        let query = request_with(name, Some(value));
        let request = fixture.server.authorization_request(&query).await.unwrap();
        let before = fixture.clock.now().as_secs() - 1;
        fixture.advance(5);
        let login = fixture.clock.now();
        fixture.advance(600);
        let approve = async |at| {
            let approved = fixture.server.approve(&request, Approval::new("alice", at));
            approved.await.map(drop)
        };
        assert_eq!(approve(login).await, Ok(()), "{name}={value}");
        let before = approve(NumericDate::from_secs(before)).await;
        assert_eq!(before, Err(ApprovalError::AuthTime), "{name}={value}");
    }
}

/// OpenID Connect Core §3.1.2.1: the client must not receive a code for another user than the one of the hint.
#[tokio::test]
async fn id_token_hint_permits_only_its_user() {
    let fixture = Fixture::new().await;
    let id_token = fixture
        .redeem(&fixture.code("spa").await)
        .await
        .text("id_token");
    // a hint may have expired
    fixture.advance(24 * 3600);
    let query = request_with("id_token_hint", Some(&id_token));
    let request = fixture.server.authorization_request(&query).await.unwrap();
    assert_eq!(request.required_subject(), Some("alice"));
    let sealed = fixture.server.seal_request(&request).unwrap();
    let origin = FormOrigin::new(Method::POST, &same_origin());
    let opened = fixture.server.open_request(&sealed, &origin);
    let opened = opened.await.unwrap();
    for request in [request, opened] {
        for (user, error) in [
            ("alice", None),
            ("bob", Some(ApprovalError::OtherUser)),
            ("Alice", Some(ApprovalError::OtherUser)),
            ("alice ", Some(ApprovalError::OtherUser)),
        ] {
            let approval = Approval::new(user, fixture.clock.now());
            let approved = fixture.server.approve(&request, approval).await;
            assert_eq!(approved.err(), error, "{user}");
        }
    }
}

#[tokio::test]
async fn id_token_hint_that_is_no_id_token_for_the_client_is_refused() {
    let fixture = Fixture::new().await;
    let reply = fixture.redeem(&fixture.code("spa").await).await;
    let (id_token, access_token) = (reply.text("id_token"), reply.text("access_token"));
    let other = Fixture::new().await;
    let foreign = other
        .redeem(&other.code("spa").await)
        .await
        .text("id_token");
    let unsigned = format!("{}.", id_token.rsplit_once('.').unwrap().0);
    let for_other_client = request("narrow").replace("openid+", "");
    for (query, hint) in [
        (request("spa"), "x"),
        (request("spa"), "a.b.c"),
        (request("spa"), &*access_token),
        (request("spa"), &*foreign),
        (request("spa"), &*unsigned),
        (for_other_client, &*id_token),
    ] {
        let query = format!("{query}&{}", encoded("id_token_hint", hint));
        let location = fixture.authorize(&query).await.unwrap();
        let error = parameter(&location, "error");
        assert_eq!(error.as_deref(), Some("invalid_request"), "{hint}");
        assert_eq!(parameter(&location, "code"), None, "{hint}");
    }
}

/// OpenID Connect Core §2 and RFC 9068 §2.2.1: resource servers make decisions by the authentication context class.
#[tokio::test]
async fn acr_of_the_login_is_in_every_token() {
    let fixture = Fixture::new().await;
    for class in [Some("urn:example:loa2"), None] {
        let request = valid(&fixture).await;
        let mut approval = Approval::new("alice", fixture.clock.now());
        if let Some(class) = class {
            approval = approval.acr(class);
        }
        let redirect = fixture.server.approve(&request, approval).await.unwrap();
        let code = parameter(redirect.location(), "code").unwrap();
        let redeemed = fixture.redeem(&code).await;
        let token = redeemed.text("refresh_token");
        let form = format!("grant_type=refresh_token&client_id=spa&refresh_token={token}");
        let refreshed = fixture.token(&HeaderMap::new(), &form).await;
        for reply in [&redeemed, &refreshed] {
            let access_token = reply.text("access_token");
            let state = fixture.introspect(&access_token).await;
            let (access, id) = (claims(&access_token), claims(&reply.text("id_token")));
            for found in [access, id, state] {
                assert_eq!(
                    found.get("acr").and_then(|acr| acr.as_str()),
                    class,
                    "{found}"
                );
            }
        }
    }
}

#[tokio::test]
async fn reserved_claim_is_refused() {
    let fixture = Fixture::new().await;
    let now = fixture.clock.now();
    for (claim, is_reserved) in [
        ("iss", true),
        ("sub", true),
        ("aud", true),
        ("exp", true),
        ("nbf", true),
        ("iat", true),
        ("jti", true),
        ("auth_time", true),
        ("nonce", true),
        ("acr", true),
        ("azp", true),
        ("at_hash", true),
        ("c_hash", true),
        ("sid", true),
        ("events", true),
        ("name", false),
        ("email", false),
        ("amr", false),
    ] {
        let request = valid(&fixture).await;
        let approval = Approval::new("alice", now)
            .claim("name", "Alice")
            .claim(claim, "x");
        let approved = fixture.server.approve(&request, approval).await;
        let error = is_reserved.then(|| ApprovalError::ReservedClaim(claim.to_owned()));
        assert_eq!(approved.err(), error, "{claim}");
    }
}
