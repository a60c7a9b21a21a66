//! Tokens as providers issue them: several audiences, long tokens, the forms of roles, custom profiles.

use std::time::Duration;

use palisade::prelude::*;
use palisade::testing::{EmbeddedIssuer, TestApi, TokenBuilder};
use palisade::{Algorithm, ConfigError, Profile};
use palisade_tests::Log;
use serde_json::{Value, json};

#[secured(scopes = "orders:read")]
async fn list() -> &'static str {
    "[]"
}

#[secured(roles = "admin")]
async fn audit() -> &'static str {
    "audit"
}

#[secured(authenticated)]
async fn whoami(caller: Caller) -> String {
    caller.subject().to_owned()
}

pub(crate) fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/orders", get(list))
        .route("/audit", get(audit))
        .route("/whoami", get(whoami))
}

async fn trusting(issuer: Issuer<palisade::resource_server::WithAudience>) -> TestApi {
    TestApi::with_server(routes(), |server| server.trust(issuer)).await
}

async fn status(api: &TestApi, path: &str, token: String) -> u16 {
    let response = api.anonymous().bearer(&token).get(path).send().await;
    response.status().as_u16()
}

const POOL: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_EXAMPLE";

/// A token of an app client, as Cognito issues it: without `aud`.
fn pool_token(pool: &EmbeddedIssuer, client: &str) -> TokenBuilder {
    pool.token("alice")
        .algorithm(Algorithm::RS256)
        .without_header("typ")
        .without("aud")
        .client_id(client)
        .claim("token_use", "access")
        .scopes("orders:read")
}

/// RFC 7519 §4.1.3: a principal identifies itself with a value of the audience.
#[tokio::test]
async fn pool_with_two_app_clients_accepts_both() {
    let pool = EmbeddedIssuer::new(POOL);
    let trusted = Issuer::new(POOL)
        .audience("web-client-id")
        .audience("phone-client-id")
        .profile(Profile::Cognito)
        .jwks(pool.jwks());
    let api = trusting(trusted).await;
    for client in ["web-client-id", "phone-client-id"] {
        let token = pool_token(&pool, client);
        assert_eq!(status(&api, "/orders", token.clone().sign()).await, 200);
        let id_token = token.claim("token_use", "id").claim("aud", client);
        assert_eq!(status(&api, "/orders", id_token.sign()).await, 401);
    }
    for client in [
        "other",
        "web-client-id phone-client-id",
        "web-client-i",
        "WEB-CLIENT-ID",
    ] {
        let token = pool_token(&pool, client).sign();
        assert_eq!(status(&api, "/orders", token).await, 401, "{client}");
    }
    // `aud` alone decides if it is present
    let foreign = pool_token(&pool, "web-client-id").audience("https://other.test");
    assert_eq!(status(&api, "/orders", foreign.sign()).await, 401);
}

#[tokio::test]
async fn token_for_any_of_several_audiences_is_accepted() {
    let issuer = EmbeddedIssuer::new("https://login.test");
    let trusted = issuer
        .issuer("https://old.test")
        .audience("https://new.test")
        .audience("api://orders");
    let api = trusting(trusted).await;
    for (aud, expected) in [
        (json!("https://old.test"), 200),
        (json!("https://new.test"), 200),
        (json!("api://orders"), 200),
        (json!(["https://x.test", "https://new.test"]), 200),
        (json!(["https://old.test", "https://new.test"]), 200),
        (json!("https://x.test"), 401),
        (json!(["https://x.test"]), 401),
        (json!("https://old.test https://new.test"), 401),
        (json!("https://new.test/"), 401),
        (json!([]), 401),
        (json!(null), 401),
        (json!(["https://new.test", 1]), 401),
    ] {
        let token = issuer.token("alice").claim("aud", &aud).sign();
        assert_eq!(status(&api, "/whoami", token).await, expected, "{aud}");
    }
}

#[tokio::test]
async fn empty_audience_among_several_is_rejected() {
    for issuer in [
        EmbeddedIssuer::new("https://login.test")
            .issuer("")
            .audience("a"),
        EmbeddedIssuer::new("https://login.test")
            .issuer("a")
            .audience(""),
    ] {
        let error = ResourceServer::builder().trust(issuer).build().await.err();
        assert!(matches!(error, Some(ConfigError::Audience { .. })));
    }
}

const TENANT: &str = "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0";
const ENTRA_API: &str = "22222222-2222-4222-8222-222222222222";

/// A token of a user in some groups, as Entra documents it.
fn entra_token(entra: &EmbeddedIssuer, groups: usize) -> TokenBuilder {
    let ids: Vec<String> = (0..groups)
        .map(|n| format!("{n:08x}-1111-4222-8333-{n:012x}"))
        .collect();
    entra
        .token("s")
        .algorithm(Algorithm::RS256)
        .typ("JWT")
        .audience(ENTRA_API)
        .without("client_id")
        .without("jti")
        .claim("azp", "33333333-3333-4333-8333-333333333333")
        .claim("uti", "u")
        .claim("ver", "2.0")
        .claim("scp", "orders:read")
        .claim("groups", ids)
}

/// Entra lists up to 200 groups; with more, the token has a link instead.
#[tokio::test]
async fn entra_user_in_200_groups_is_accepted() {
    let entra = EmbeddedIssuer::new(TENANT);
    let api = trusting(entra.issuer(ENTRA_API).profile(Profile::Entra)).await;
    for groups in [10, 157, 200] {
        let token = entra_token(&entra, groups).sign();
        assert_eq!(token.len() > 8 * 1024, groups > 130, "{}", token.len());
        for _ in 0..2 {
            assert_eq!(
                status(&api, "/orders", token.clone()).await,
                200,
                "{groups}"
            );
        }
    }
    let (log, _capturing) = Log::capture();
    let token = entra_token(&entra, 400).sign();
    assert!(token.len() > 16 * 1024);
    assert_eq!(status(&api, "/orders", token).await, 401);
    let event = log.take("palisade::audit").pop().unwrap();
    assert_eq!(event["fields"]["reason"], "token_too_long");
}

/// Returns the longest token of at most `limit` bytes, and the next longer one.
fn around(issuer: &EmbeddedIssuer, limit: usize) -> [String; 2] {
    let token = |padding: usize| {
        let token = issuer.token("alice").audience("https://api.test");
        token
            .claim("jti", "j")
            .claim("x", "x".repeat(padding))
            .sign()
    };
    // three bytes of padding are four bytes of the token
    let mut padding = (limit - token(0).len()) * 3 / 4 - 3;
    while token(padding + 1).len() <= limit {
        padding += 1;
    }
    [token(padding), token(padding + 1)]
}

#[tokio::test]
async fn token_limit_is_that_of_the_server() {
    let issuer = EmbeddedIssuer::new("https://login.test");
    for limit in [None, Some(4_096), Some(65_536)] {
        let trusted = issuer.issuer("https://api.test");
        let api = TestApi::with_server(routes(), |server| {
            let server = server.trust(trusted);
            match limit {
                Some(limit) => server.token_limit(limit),
                None => server,
            }
        })
        .await;
        let tokens = around(&issuer, limit.unwrap_or(8_192));
        for (token, expected) in tokens.into_iter().zip([200, 401]) {
            let length = token.len();
            assert_eq!(status(&api, "/whoami", token).await, expected, "{length}");
        }
        let inventory = api.api().inventory().to_string();
        assert_eq!(
            inventory.contains("relaxation: tokens have up to 65536 bytes"),
            limit == Some(65_536),
            "{inventory}"
        );
    }
    for limit in [0, 65_537, usize::MAX] {
        let server = ResourceServer::builder().trust(issuer.issuer("https://api.test"));
        let error = server.token_limit(limit).build().await.err();
        assert!(matches!(error, Some(ConfigError::TokenLimit)), "{limit}");
    }
}

/// A configured limit replaces that of a profile.
#[tokio::test]
async fn configured_limit_below_that_of_a_profile_applies() {
    let entra = EmbeddedIssuer::new(TENANT);
    let trusted = entra.issuer(ENTRA_API).profile(Profile::Entra);
    let api =
        TestApi::with_server(routes(), |server| server.trust(trusted).token_limit(8_192)).await;
    assert_eq!(
        status(&api, "/orders", entra_token(&entra, 100).sign()).await,
        200
    );
    assert_eq!(
        status(&api, "/orders", entra_token(&entra, 157).sign()).await,
        401
    );
}

/// Issuers built on .NET and AD FS write one role as text, and RFC 9068 §2.2.3.1 recommends objects.
#[tokio::test]
async fn one_role_as_text_and_roles_as_objects_are_roles() {
    let api = TestApi::new(routes()).await;
    for (roles, [audit, orders]) in [
        (json!(["admin", "user"]), [200, 200]),
        (json!(["admin"]), [200, 200]),
        (json!("admin"), [200, 200]),
        (json!([{"value": "admin"}]), [200, 200]),
        (
            json!([{"value": "admin", "display": "Administrator", "primary": true}, {"value": "user"}]),
            [200, 200],
        ),
        (json!(["user", {"value": "admin"}]), [200, 200]),
        (json!("user"), [403, 200]),
        (json!("admin user"), [403, 200]),
        (json!("admin,user"), [403, 200]),
        (json!([{"display": "admin"}]), [403, 200]),
        (json!([{"value": "user", "display": "admin"}]), [403, 200]),
        (json!(null), [403, 200]),
        (json!(""), [403, 200]),
        // a malformed claim grants nothing, not even its well-formed part
        (json!(["admin", 1]), [403, 200]),
        (json!({"admin": true}), [403, 200]),
        (json!({"value": "admin"}), [403, 200]),
        (json!([["admin"]]), [403, 200]),
        (json!([{"value": ["admin"]}]), [403, 200]),
        (json!(true), [403, 200]),
        (json!(7), [403, 200]),
    ] {
        for (path, expected) in [("/audit", audit), ("/orders", orders)] {
            let caller = api.caller("alice").scopes("orders:read");
            let response = caller.claim("roles", &roles).get(path).send().await;
            assert_eq!(response.status(), expected, "{path} with roles {roles}");
        }
    }
}

#[tokio::test]
async fn malformed_roles_are_in_the_audit_event() {
    let api = TestApi::new(routes()).await;
    let (log, _capturing) = Log::capture();
    for (roles, expected) in [
        (json!(["admin"]), Value::Null),
        (json!(null), Value::Null),
        (json!(["admin", 1]), json!(true)),
        (json!({"admin": true}), json!(true)),
    ] {
        let caller = api.caller("alice").claim("roles", &roles);
        caller.get("/audit").send().await;
        let event = log.take("palisade::audit").pop().unwrap();
        assert_eq!(event["fields"]["malformed_roles"], expected, "{roles}");
    }
}

/// Duende `IdentityServer`, Spring Authorization Server and `SimpleIdServer` write scopes as a list.
#[tokio::test]
async fn scope_as_list_needs_a_profile_that_allows_it() {
    let issuer = EmbeddedIssuer::new("https://identity.test");
    let duende = Profile::custom("Duende IdentityServer")
        .scope_as_list()
        .max_token_lifetime(Duration::from_hours(1), "the default of a client");
    for (profile, expected) in [(Profile::Rfc9068, 401), (duende.into(), 200)] {
        let api = trusting(issuer.issuer("orders").profile(profile)).await;
        let token = issuer
            .token("1")
            .audience("orders")
            .claim("scope", ["openid", "orders:read"])
            .claim("amr", ["pwd"])
            .claim("idp", "local")
            .sign();
        assert_eq!(status(&api, "/orders", token).await, expected);
    }
}

#[tokio::test]
async fn inventory_shows_audiences_and_the_relaxations_of_a_custom_profile() {
    let issuer = EmbeddedIssuer::new("https://hydra.test");
    let hydra = Profile::custom("Ory Hydra")
        .typ("JWT")
        .scope_claim("scp")
        .scope_as_list()
        .access_tokens_have("scp");
    let trusted = issuer
        .issuer("https://a.test")
        .audience("https://b.test")
        .profile(hydra);
    let server = ResourceServer::builder()
        .trust(trusted)
        .build()
        .await
        .unwrap();
    let summary = &server.issuers()[0];
    assert!(summary.audiences().eq(["https://a.test", "https://b.test"]));
    assert_eq!(summary.profile().unwrap().name(), "Ory Hydra");
    let api = routes().protect(server);
    let table = api.inventory().to_string();
    let expected = "\
tokens of https://hydra.test for https://a.test or https://b.test, by the profile Ory Hydra
  relaxation: the header's `typ` may be `JWT`; access tokens are recognized by `scp`
  relaxation: scopes are in `scp`
  relaxation: `scp` may be a list
";
    assert!(table.ends_with(expected), "{table}");
}
