//! Every combination of relaxations of a custom profile, against each kind of token of its issuer.
//!
//! CWE-1270 (generation of incorrect security tokens), RFC 8725 §3.12 (tokens of another kind).

use axum::body::Body;
use axum::http::Request;
use palisade::prelude::*;
use palisade::testing::EmbeddedIssuer;
use palisade::{Algorithm, CustomProfile, Issuer, Profile};
use serde_json::{Value, json};
use tower::ServiceExt as _;

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "https://orders.example";

#[secured(authenticated)]
async fn whoami() {}

/// The header's `typ`, and how access tokens are distinguished from ID tokens.
const TYPES: [fn(CustomProfile) -> CustomProfile; 5] = [
    |profile| profile,
    |profile| profile.typ("JWT"),
    |profile| profile.typ("at+jwt").typ("JWT"),
    |profile| profile.typ_optional(),
    |profile| {
        profile
            .typ("application/vnd.acme.at+jwt")
            .typ("JWT")
            .typ_optional()
    },
];
const DISTINCTIONS: [fn(CustomProfile) -> CustomProfile; 8] = [
    |profile| profile,
    |profile| profile.access_tokens_have("scope"),
    |profile| profile.access_tokens_have("x-access"),
    |profile| {
        profile
            .access_tokens_have("jti")
            .id_tokens_have("auth_time")
    },
    |profile| profile.access_tokens_have_value("typ", "Bearer"),
    |profile| profile.access_tokens_have_value("x-kind", "access"),
    |profile| profile.id_tokens_have("sid"),
    |profile| profile.access_tokens_have("email"),
];
const RELAXATIONS: [fn(CustomProfile) -> CustomProfile; 4] = [
    |profile| profile.client_id_optional(),
    |profile| profile.jti_optional(),
    |profile| profile.scope_as_list(),
    |profile| profile.nonce_allowed("the issuer repeats it"),
];

/// Returns every combination.
fn profiles() -> Vec<CustomProfile> {
    let mut profiles = Vec::new();
    for typed in TYPES {
        for distinguished in DISTINCTIONS {
            for chosen in 0..1 << RELAXATIONS.len() {
                let profile = distinguished(typed(Profile::custom("Acme")));
                let relaxations = RELAXATIONS.iter().enumerate();
                let relaxations = relaxations.filter(|(at, _)| chosen & (1 << at) != 0);
                profiles.push(relaxations.fold(profile, |profile, (_, relax)| relax(profile)));
            }
        }
    }
    profiles
}

/// An access token with every claim that a profile above may require.
fn access_token() -> Value {
    json!({
        "client_id": "c", "jti": "j", "scope": "openid orders:read", "x-access": true,
        "typ": "Bearer", "x-kind": "access", "email": "a@b.example",
    })
}

/// Returns an access token with other claims in addition.
fn with(claims: &Value) -> Value {
    let mut token = access_token();
    for (name, value) in claims.as_object().unwrap() {
        token[name] = value.clone();
    }
    token
}

/// The claims of ID tokens.
fn id_tokens() -> Vec<(&'static str, Value)> {
    vec![
        (
            "ID token",
            json!({
                "nonce": "n", "auth_time": 1, "at_hash": "h", "sid": "s", "azp": "c", "jti": "j",
                "email": "a@b.example", "client_id": "c", "acr": "1", "amr": ["pwd"],
            }),
        ),
        (
            "ID token without a nonce",
            json!({
                "auth_time": 1, "sid": "s", "azp": "c", "jti": "j", "email": "a@b.example", "client_id": "c",
            }),
        ),
        (
            "ID token with an empty scope",
            json!({
                "auth_time": 1, "sid": "s", "jti": "j", "client_id": "c", "scope": "", "x-access": null,
            }),
        ),
        ("ID token that names its kind", with(&json!({"typ": "ID"}))),
        ("ID token of Curity", with(&json!({"purpose": "id"}))),
        ("ID token of Cognito", with(&json!({"token_use": "id"}))),
        (
            "ID token with all claims and a hash",
            with(&json!({"at_hash": "h"})),
        ),
    ]
}

/// The claims of other tokens of the issuer.
fn other_tokens() -> Vec<(&'static str, Value)> {
    vec![
        (
            "refresh token of Keycloak",
            with(&json!({"typ": "Refresh"})),
        ),
        (
            "offline token of Keycloak",
            with(&json!({"typ": "Offline"})),
        ),
        (
            "refresh token of Casdoor",
            with(&json!({"tokenType": "refresh-token"})),
        ),
        ("refresh token by type", with(&json!({"type": "refresh"}))),
        (
            "refresh token by token type",
            with(&json!({"token_type": "refresh"})),
        ),
        (
            "logout token",
            with(&json!({
                "events": {"http://schemas.openid.net/event/backchannel-logout": {}}, "sid": "s",
            })),
        ),
        ("security event", with(&json!({"events": {}}))),
        (
            "DPoP proof",
            with(&json!({"htm": "GET", "htu": "https://orders.example/"})),
        ),
        ("bound token", with(&json!({"cnf": {"jkt": "x"}}))),
        ("client assertion", with(&json!({"sub": ISSUER}))),
        (
            "userinfo response",
            json!({"email": "a@b.example", "name": "Ann", "updated_at": 1}),
        ),
        (
            "introspection response",
            json!({
                "token_introspection": {"active": true, "scope": "orders:read", "sub": "alice"},
            }),
        ),
        ("authorization response", json!({"code": "c", "state": "s"})),
    ]
}

#[tokio::test]
async fn no_combination_of_relaxations_accepts_another_kind_of_token() {
    let issuer = EmbeddedIssuer::new(ISSUER);
    let sign = |typ: Option<&str>, claims: &Value| {
        let mut token = issuer
            .token("alice")
            .audience(AUDIENCE)
            .algorithm(Algorithm::EdDSA);
        for claim in ["client_id", "jti", "scope"] {
            token = token.without(claim);
        }
        for (name, value) in claims.as_object().unwrap() {
            token = token.claim(name, value);
        }
        match typ {
            Some(typ) => token.typ(typ).sign(),
            None => token.without_header("typ").sign(),
        }
    };
    let headers = [Some("JWT"), Some("at+jwt"), Some("vnd.acme.at+jwt"), None];
    // a token of another kind never has the `typ` of access tokens
    let headers_of_others = [Some("JWT"), None, Some("dpop+jwt")];
    let accessible: Vec<_> = headers.map(|typ| sign(typ, &access_token())).into();
    let mut others = Vec::new();
    for (kind, claims) in id_tokens().into_iter().chain(other_tokens()) {
        for typ in headers_of_others {
            others.push((kind, typ, sign(typ, &claims)));
        }
    }
    let (mut accepted, mut rejected) = (0, 0);
    for profile in profiles() {
        let trusted = Issuer::new(ISSUER)
            .audience(AUDIENCE)
            .profile(profile.clone())
            .jwks(issuer.jwks());
        let Ok(server) = ResourceServer::builder().trust(trusted).build().await else {
            rejected += 1;
            continue;
        };
        accepted += 1;
        let api = SecureRouter::new().route("/", get(whoami)).protect(server);
        let router = api.into_router();
        let is_accepted = async |token: &str| {
            let request = Request::get("/").header("authorization", format!("Bearer {token}"));
            let request = request.body(Body::empty()).unwrap();
            router.clone().oneshot(request).await.unwrap().status() == 200
        };
        let mut usable = 0;
        for token in &accessible {
            usable += usize::from(is_accepted(token).await);
        }
        assert!(usable > 0, "no access token has this profile: {profile:?}");
        for (kind, typ, token) in &others {
            let is_accepted = is_accepted(token).await;
            assert!(!is_accepted, "{kind} with {typ:?}: {profile:?}");
        }
    }
    assert!(accepted > 100 && rejected > 100, "{accepted} {rejected}");
}
