//! Access that a person grants: the request, its response, and the tokens.

mod attempts;

use std::time::Duration;

use http::Uri;

use super::*;
use crate::relying_party::random::hash_text;
use crate::relying_party::vault::{MemoryStore, TokenVault};

const REDIRECT_URI: &str = "http://127.0.0.1:8400/callback";
const RESOURCE: &str = "https://mcp.example/mcp";

fn scopes(text: &str) -> ScopeSet {
    ScopeSet::parse(text).unwrap()
}

async fn vault() -> TokenVault {
    let key = SealingKey::generate().unwrap();
    TokenVault::create(MemoryStore::new(), key).await.unwrap()
}

async fn access(server: &LoopbackServer, clock: impl Clock) -> AccessGrant {
    AccessGrant::new(client(server, clock).await, vault().await, RESOURCE).unwrap()
}

/// Returns the decoded parameters of a URL's query.
fn query(url: &str) -> HashMap<String, String> {
    let (_, query) = url.split_once('?').unwrap();
    form(&format!("\r\n\r\n{query}"))
}

/// Returns the response to a pending request, with these parameters after `state`.
fn response(pending: &PendingAccess, parameters: &str) -> Uri {
    let state = &query(pending.location())["state"];
    let uri = format!("/callback?state={state}&{parameters}");
    uri.parse().unwrap()
}

/// Replies with a token of these scopes.
fn granting(scope: Option<&str>) -> Reply {
    let response = json!({
        "access_token": "t1",
        "refresh_token": "r1",
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": scope,
    });
    Reply::json(200, &response.to_string())
}

#[tokio::test]
async fn code_is_exchanged_with_verifier_redirect_uri_and_resource() {
    let server = start(granting(Some("a b")), &json!({})).await;
    let access = access(&server, TestClock::new()).await;
    let none = access.tokens().token().await.unwrap_err();
    assert!(matches!(none, TokenSourceError::Ended));

    let pending = access.begin(REDIRECT_URI, &scopes("a b")).await.unwrap();
    let sent = query(pending.location());
    assert!(
        pending
            .location()
            .starts_with(&format!("{}/authorize?", server.url))
    );
    for (name, value) in [
        ("client_id", "web"),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "a b"),
        ("resource", RESOURCE),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(sent[name], value, "{name}");
    }
    assert!(!sent.contains_key("nonce"));
    assert!(pending.is_pending());
    pending
        .complete(&response(&pending, "code=c1"))
        .await
        .unwrap();
    assert!(!pending.is_pending());

    let exchanged = form(&server.requests()[0]);
    let challenge = hash_text(&exchanged["code_verifier"]);
    assert_eq!(challenge, sent["code_challenge"]);
    assert_eq!(exchanged["code"], "c1");
    assert_eq!(exchanged["redirect_uri"], REDIRECT_URI);
    assert_eq!(exchanged["resource"], RESOURCE);
    let token = access.tokens().token().await.unwrap();
    assert_eq!(token.secret().expose(), b"t1");
    assert_eq!(token.scopes().as_str(), "a b");
    assert!(!format!("{pending:?} {access:?}").contains(&sent["state"]));
}

#[tokio::test]
async fn every_request_has_other_random_values() {
    let server = start(granting(None), &json!({})).await;
    let access = access(&server, TestClock::new()).await;
    let mut seen = std::collections::HashSet::new();
    for _ in 0..10 {
        let pending = access.begin(REDIRECT_URI, &scopes("")).await.unwrap();
        let sent = query(pending.location());
        for name in ["state", "code_challenge"] {
            assert_eq!(sent[name].len(), 43);
            assert!(seen.insert(sent[name].clone()), "{name} is repeated");
        }
    }
}

/// Any page that the person visits can send the browser to the redirect URI of a program on loopback.
#[tokio::test]
async fn response_with_another_state_leaves_the_request_pending() {
    let server = start(granting(None), &json!({})).await;
    let access = access(&server, TestClock::new()).await;
    let pending = access.begin(REDIRECT_URI, &scopes("")).await.unwrap();
    let state = query(pending.location())["state"].clone();
    for uri in [
        "/callback",
        "/callback?code=c1",
        "/callback?state=&code=c1",
        "/callback?state=x&code=c1",
        "/callback?state=x&error=access_denied",
        "/callback?state=x&iss=https://evil.example&code=c1",
        "/callback?state=%zz",
        &format!("/callback?state={state}&state=x&code=c1"),
        &format!("/callback?state={}&code=c1", &state[1..]),
        &format!("/callback?State={state}&code=c1"),
        &format!("/callback?code=c1#state={state}"),
    ] {
        let error = pending.complete(&uri.parse().unwrap()).await.unwrap_err();
        let is_other = matches!(
            error,
            AccessGrantError::NotPending | AccessGrantError::Response(_)
        );
        assert!(is_other, "{uri}: {error}");
        assert!(pending.is_pending(), "{uri}");
    }
    assert_eq!(server.request_count(), 0);
    pending
        .complete(&response(&pending, "code=c1"))
        .await
        .unwrap();
}

#[tokio::test]
async fn response_of_the_request_is_used_once() {
    for first in [
        "code=c1",
        "error=access_denied",
        "x=1",
        "code=c1&iss=https://evil.example",
    ] {
        let server = start(granting(None), &json!({})).await;
        let access = access(&server, TestClock::new()).await;
        let pending = access.begin(REDIRECT_URI, &scopes("")).await.unwrap();
        let _ = pending.complete(&response(&pending, first)).await;
        let requests = server.request_count();
        let error = pending
            .complete(&response(&pending, "code=c2"))
            .await
            .unwrap_err();
        assert!(
            matches!(error, AccessGrantError::Replayed),
            "{first}: {error}"
        );
        assert_eq!(server.request_count(), requests);
    }
}

/// Mix-up ([RFC 9207 §2.4]): neither the code nor the error of a response of another issuer is used.
///
/// [RFC 9207 §2.4]: https://www.rfc-editor.org/rfc/rfc9207#section-2.4
#[tokio::test]
async fn response_of_another_issuer_is_rejected() {
    for sends_iss in [true, false] {
        let member = json!({ "authorization_response_iss_parameter_supported": sends_iss });
        let server = start(granting(None), &member).await;
        let access = access(&server, TestClock::new()).await;
        let own = &server.url;
        for iss in [
            "&iss=https://evil.example".to_owned(),
            format!("&iss={own}/"),
            format!("&iss={}", own.replace("http", "HTTP")),
            "&iss=".to_owned(),
            String::new(),
        ] {
            for result in ["code=c1", "error=access_denied"] {
                let pending = access.begin(REDIRECT_URI, &scopes("")).await.unwrap();
                let outcome = pending
                    .complete(&response(&pending, &format!("{result}{iss}")))
                    .await;
                if iss.is_empty() && !sends_iss {
                    assert_eq!(outcome.is_ok(), result == "code=c1");
                } else {
                    let error = outcome.unwrap_err();
                    assert!(matches!(error, AccessGrantError::Issuer), "{iss}: {error}");
                }
            }
        }
        let pending = access.begin(REDIRECT_URI, &scopes("")).await.unwrap();
        let uri = response(&pending, &format!("code=c1&iss={own}"));
        pending.complete(&uri).await.unwrap();
    }
}

#[tokio::test]
async fn request_expires_after_ten_minutes() {
    for (seconds, is_accepted) in [(599, true), (600, false), (601, false)] {
        let server = start(granting(None), &json!({})).await;
        let clock = TestClock::new();
        let access = access(&server, clock.clone()).await;
        let pending = access.begin(REDIRECT_URI, &scopes("")).await.unwrap();
        clock.advance(Duration::from_secs(seconds));
        let outcome = pending.complete(&response(&pending, "code=c1")).await;
        assert_eq!(outcome.is_ok(), is_accepted, "{seconds}");
        if !is_accepted {
            assert!(matches!(outcome.unwrap_err(), AccessGrantError::Expired));
        }
    }
}

#[tokio::test]
async fn response_without_exactly_a_code_or_an_error_is_rejected() {
    let server = start(granting(None), &json!({})).await;
    let access = access(&server, TestClock::new()).await;
    for parameters in [
        "x=1",
        "code=",
        "code=c1&error=access_denied",
        "code=c1&access_token=t",
        "access_token=t",
        "code=c1&id_token=t",
    ] {
        let pending = access.begin(REDIRECT_URI, &scopes("")).await.unwrap();
        let error = pending
            .complete(&response(&pending, parameters))
            .await
            .unwrap_err();
        assert!(
            matches!(error, AccessGrantError::Response(_)),
            "{parameters}: {error}"
        );
    }
    let pending = access.begin(REDIRECT_URI, &scopes("")).await.unwrap();
    let uri = response(&pending, "error=access_denied");
    let error = pending.complete(&uri).await.unwrap_err();
    let denied = matches!(
        error,
        AccessGrantError::Provider(AuthorizationError::AccessDenied)
    );
    assert!(denied, "{error}");
    assert_eq!(server.request_count(), 0);
}

/// With scopes in the request, more is an error; without, the person consents to the provider's default.
#[tokio::test]
async fn granted_scopes_are_the_requested_ones_or_the_default() {
    for (requested, granted, expected) in [
        ("a b", Some("a"), Some("a")),
        ("a b", None, Some("a b")),
        ("a", Some("a admin"), None),
        ("", Some("a b"), Some("a b")),
        ("", None, Some("")),
    ] {
        let server = start(granting(granted), &json!({})).await;
        let access = access(&server, TestClock::new()).await;
        let pending = access
            .begin(REDIRECT_URI, &scopes(requested))
            .await
            .unwrap();
        assert_eq!(
            query(pending.location()).contains_key("scope"),
            !requested.is_empty()
        );
        let outcome = pending.complete(&response(&pending, "code=c1")).await;
        match expected {
            Some(expected) => {
                outcome.unwrap();
                let token = access.tokens().token().await.unwrap();
                assert_eq!(token.scopes().as_str(), expected);
            }
            None => assert!(matches!(
                outcome.unwrap_err(),
                AccessGrantError::Endpoint(_)
            )),
        }
    }
}

/// A source that began before a step-up refreshes with the scopes of after it.
#[tokio::test]
async fn former_source_uses_and_refreshes_the_tokens_of_a_step_up() {
    let server = start(granting(Some("a")), &json!({})).await;
    let clock = TestClock::new();
    let access = access(&server, clock.clone()).await;
    let pending = access.begin(REDIRECT_URI, &scopes("a")).await.unwrap();
    pending
        .complete(&response(&pending, "code=c1"))
        .await
        .unwrap();
    let tokens = access.tokens();
    let former = tokens.token().await.unwrap();

    let more = former.scopes().union(&scopes("b a"));
    assert_eq!(more.as_str(), "a b");
    let reply = json!({ "access_token": "t2", "refresh_token": "r2", "token_type": "Bearer", "expires_in": 600, "scope": "a b" });
    server.set(Reply::json(200, &reply.to_string()));
    let pending = access.begin(REDIRECT_URI, &more).await.unwrap();
    pending
        .complete(&response(&pending, "code=c2"))
        .await
        .unwrap();
    let stepped_up = tokens.replace(&former).await.unwrap();
    assert_eq!(stepped_up.secret().expose(), b"t2");

    clock.advance(Duration::from_secs(599));
    let reply =
        json!({ "access_token": "t3", "token_type": "Bearer", "expires_in": 600, "scope": "a b" });
    server.set(Reply::json(200, &reply.to_string()));
    let refreshed = tokens.token().await.unwrap();
    assert_eq!(refreshed.secret().expose(), b"t3");
    let sent = form(server.requests().last().unwrap());
    assert_eq!(sent["refresh_token"], "r2");
    assert_eq!(sent["resource"], RESOURCE);

    clock.advance(Duration::from_secs(599));
    let reply = json!({ "access_token": "t4", "token_type": "Bearer", "expires_in": 600, "scope": "a b admin" });
    server.set(Reply::json(200, &reply.to_string()));
    assert!(tokens.replace(&refreshed).await.is_err());
}

/// An ID token has no meaning here: it is neither kept nor required.
#[tokio::test]
async fn id_token_of_a_response_is_ignored() {
    let reply = |token: &str, id_token: Option<&str>| {
        let response = json!({
            "access_token": token,
            "refresh_token": "r1",
            "id_token": id_token,
            "token_type": "Bearer",
            "expires_in": 600,
        });
        Reply::json(200, &response.to_string())
    };
    let server = start(reply("t1", Some("forged")), &json!({})).await;
    let clock = TestClock::new();
    let access = access(&server, clock.clone()).await;
    let pending = access
        .begin(REDIRECT_URI, &scopes("openid a"))
        .await
        .unwrap();
    pending
        .complete(&response(&pending, "code=c1"))
        .await
        .unwrap();
    let tokens = access.tokens();
    for (token, id_token) in [("t2", Some("forged")), ("t3", None)] {
        server.set(reply(token, id_token));
        clock.advance(Duration::from_secs(599));
        let found = tokens.token().await.unwrap();
        assert_eq!(found.secret().expose(), token.as_bytes());
    }
}

/// Tokens are bound to issuer, client and resource.
#[tokio::test]
async fn tokens_of_another_issuer_client_or_resource_are_not_found() {
    let server = start(granting(Some("a")), &json!({})).await;
    let other_issuer = start(granting(Some("a")), &json!({})).await;
    let vault = vault().await;
    let clock = TestClock::new();
    let party = client(&server, clock.clone()).await;
    let access = AccessGrant::new(party.clone(), vault.clone(), RESOURCE).unwrap();
    let pending = access.begin(REDIRECT_URI, &scopes("a")).await.unwrap();
    pending
        .complete(&response(&pending, "code=c1"))
        .await
        .unwrap();
    let other_client = ClientRegistration::new("other", secret());
    let other_client = RelyingParty::new(party.provider().clone(), other_client).unwrap();
    let other_issuer = client(&other_issuer, clock).await;
    for (party, resource) in [
        (other_issuer, RESOURCE),
        (other_client, RESOURCE),
        (party.clone(), "https://mcp.example/"),
        (party.clone(), "https://mcp.example/mcp/"),
    ] {
        let access = AccessGrant::new(party, vault.clone(), resource).unwrap();
        let error = access.tokens().token().await.unwrap_err();
        assert!(matches!(error, TokenSourceError::Ended), "{resource}");
    }
    assert!(
        AccessGrant::new(party, vault, RESOURCE)
            .unwrap()
            .tokens()
            .token()
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn impossible_resource_or_redirect_uri_is_an_error() {
    let server = start(granting(None), &json!({})).await;
    let party = client(&server, TestClock::new()).await;
    for resource in [
        "",
        "mcp.example/mcp",
        "https://mcp.example/#x",
        "https://mcp example/",
    ] {
        let access = AccessGrant::new(party.clone(), vault().await, resource);
        assert!(
            matches!(access, Err(AccessGrantError::Resource)),
            "{resource}"
        );
    }
    let access = AccessGrant::new(party, vault().await, RESOURCE).unwrap();
    for uri in [
        "http://localhost:8400/callback",
        "http://app.example/",
        "app:/callback",
    ] {
        let error = access.begin(uri, &scopes("")).await.unwrap_err();
        assert!(matches!(error, AccessGrantError::RedirectUri), "{uri}");
    }
    assert_eq!(server.request_count(), 0);
}
