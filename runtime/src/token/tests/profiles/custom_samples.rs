//! Custom profiles, and sample access tokens of the default shape that each provider documents.

use std::time::Duration;

use serde_json::{Value, json};

use super::samples::{Sample, SampleToken};
use super::workload_samples::{github, kubernetes};
use crate::token::{CustomProfile, Profile};

/// A provider without a named profile: its tokens, and those that must be rejected.
pub(super) struct CustomSample {
    pub(super) sample: Sample,
    /// An ID token of the same provider, with `aud` set to the API. In reality it is the client.
    pub(super) id_token: Value,
    /// The claims without which a token is no access token.
    pub(super) markers: &'static [&'static str],
}

pub(super) const CUSTOM_PROVIDERS: [fn() -> CustomSample; 8] = [
    spring, hydra, zitadel, authentik, supabase, kubernetes, github, duende,
];

pub(super) const HOUR: Duration = Duration::from_hours(1);

pub(super) fn sample(
    profile: CustomProfile,
    issuer: &'static str,
    audience: &'static str,
    typ: Option<&'static str>,
    [user, client]: [SampleToken; 2],
) -> Sample {
    Sample {
        profile: profile.into(),
        issuer,
        audience,
        typ,
        user,
        client,
    }
}

pub(super) fn token(
    claims: Value,
    client_id: Option<&'static str>,
    jti: Option<&'static str>,
    scopes: &'static str,
    roles: &'static [&'static str],
) -> SampleToken {
    let subject = claims["sub"].as_str().unwrap().to_owned().leak();
    SampleToken {
        claims,
        subject,
        client_id,
        jti,
        scopes,
        roles,
    }
}

/// Spring Authorization Server, reference manual, "Customize JWT access tokens" and `JwtGenerator`.
///
/// `aud` is the client's ID, `scope` a list; the header has `kid` and `alg` only.
pub(super) fn spring() -> CustomSample {
    let profile = Profile::custom("Spring Authorization Server")
        .typ_optional()
        .client_id_optional()
        .scope_as_list()
        .access_tokens_have("scope");
    let issuer = "https://auth.acme.test";
    let user = json!({
        "sub": "alice",
        "aud": "orders-web",
        "nbf": 1_700_000_000,
        "scope": ["openid", "orders:read"],
        "iss": issuer,
        "jti": "a2a4-alice",
    });
    let client = json!({
        "sub": "orders-web",
        "aud": "orders-web",
        "nbf": 1_700_000_000,
        "scope": ["orders:write"],
        "iss": issuer,
        "jti": "a2a4-robot",
    });
    let id_token = json!({
        "sub": "alice",
        "aud": "orders-web",
        "azp": "orders-web",
        "auth_time": 1_700_000_000,
        "iss": issuer,
        "jti": "id-alice",
        "sid": "s-1",
    });
    let tokens = [
        token(user, None, Some("a2a4-alice"), "openid orders:read", &[]),
        token(client, None, Some("a2a4-robot"), "orders:write", &[]),
    ];
    CustomSample {
        sample: sample(profile, issuer, "orders-web", None, tokens),
        id_token,
        markers: &["scope"],
    }
}

/// Ory Hydra, "JSON Web Tokens as access tokens": scopes are a list in `scp`, `ext` has session data.
pub(super) fn hydra() -> CustomSample {
    let profile = Profile::custom("Ory Hydra")
        .typ("JWT")
        .scope_claim("scp")
        .scope_as_list()
        .access_tokens_have("scp");
    let issuer = "https://hydra.acme.test";
    let api = "https://orders.acme.test";
    let user = json!({
        "aud": [api],
        "client_id": "c-1",
        "ext": {},
        "iss": issuer,
        "jti": "h-1",
        "nbf": 1_700_000_000,
        "scp": ["openid", "orders:read"],
        "sub": "alice",
    });
    let client = json!({
        "aud": [api],
        "client_id": "c-2",
        "ext": {},
        "iss": issuer,
        "jti": "h-2",
        "nbf": 1_700_000_000,
        "scp": [],
        "sub": "c-2",
    });
    let id_token = json!({
        "at_hash": "x",
        "aud": [api],
        "auth_time": 1_700_000_000,
        "iss": issuer,
        "jti": "h-3",
        "rat": 1_700_000_000,
        "sid": "s-1",
        "sub": "alice",
        "client_id": "c-1",
    });
    let tokens = [
        token(user, Some("c-1"), Some("h-1"), "openid orders:read", &[]),
        token(client, Some("c-2"), Some("h-2"), "", &[]),
    ];
    CustomSample {
        sample: sample(profile, issuer, api, Some("JWT"), tokens),
        id_token,
        markers: &["scp"],
    }
}

/// ZITADEL, "Claims": a table of the claims in each kind of token.
///
/// ID tokens have `client_id` too, but never `jti`. A role is a member of an object.
pub(super) fn zitadel() -> CustomSample {
    let profile = Profile::custom("ZITADEL")
        .typ("JWT")
        .access_tokens_have("jti")
        .id_tokens_have("auth_time")
        .id_tokens_have("sid");
    let issuer = "https://acme.zitadel.test";
    let project = "344374183645413380";
    let user = json!({
        "iss": issuer,
        "sub": "345377791925026818",
        "aud": ["344373908297744388", project],
        "nbf": 1_700_000_000,
        "client_id": "344373908297744388",
        "jti": "V2_1-at_1",
    });
    let client = json!({
        "iss": issuer,
        "sub": "service",
        "aud": [project],
        "nbf": 1_700_000_000,
        "client_id": "service_orders",
        "jti": "V2_2-at_2",
        "urn:zitadel:iam:org:project:344374183645413380:roles": {"importer": {"1": "acme.test"}},
    });
    let id_token = json!({
        "iss": issuer,
        "sub": "345377791925026818",
        "aud": ["344373908297744388", project],
        "amr": ["pwd"],
        "azp": "344373908297744388",
        "client_id": "344373908297744388",
    });
    let tokens = [
        token(user, Some("344373908297744388"), Some("V2_1-at_1"), "", &[]),
        token(client, Some("service_orders"), Some("V2_2-at_2"), "", &[]),
    ];
    CustomSample {
        sample: sample(profile, issuer, project, Some("JWT"), tokens),
        id_token,
        markers: &["jti"],
    }
}

/// authentik, "OAuth 2.0 provider": the claims of the ID token, with `azp` and `uid`.
///
/// A `nonce` that the client sends is in both tokens.
pub(super) fn authentik() -> CustomSample {
    let profile = Profile::custom("authentik")
        .typ("JWT")
        .client_id_claim("azp")
        .jti_optional()
        .roles_claim("/groups")
        .access_tokens_have("uid")
        .nonce_allowed("authentik repeats the client's nonce in access tokens");
    let issuer = "https://sso.acme.test/application/o/orders/";
    let user = json!({
        "iss": issuer,
        "sub": "5c1d-alice",
        "aud": "orders-client",
        "auth_time": 1_700_000_000,
        "acr": "goauthentik.io/providers/oauth2/default",
        "amr": ["pwd"],
        "nonce": "n-1",
        "sid": "s-1",
        "email": "alice@acme.test",
        "preferred_username": "alice",
        "groups": ["clerks"],
        "azp": "orders-client",
        "uid": "kJ3x",
        "scope": "openid orders:read",
    });
    let client = json!({
        "iss": issuer,
        "sub": "ak-robot",
        "aud": "orders-client",
        "auth_time": 1_700_000_000,
        "acr": "goauthentik.io/providers/oauth2/default",
        "azp": "orders-client",
        "uid": "kJ4y",
    });
    let id_token = json!({
        "iss": issuer,
        "sub": "5c1d-alice",
        "aud": "orders-client",
        "auth_time": 1_700_000_000,
        "acr": "goauthentik.io/providers/oauth2/default",
        "amr": ["pwd"],
        "nonce": "n-1",
        "sid": "s-1",
        "groups": ["clerks"],
        "azp": "orders-client",
    });
    let tokens = [
        token(
            user,
            Some("orders-client"),
            None,
            "openid orders:read",
            &["clerks"],
        ),
        token(client, Some("orders-client"), None, "", &[]),
    ];
    CustomSample {
        sample: sample(profile, issuer, "orders-client", Some("JWT"), tokens),
        id_token,
        markers: &["uid"],
    }
}

/// Supabase, "JWT claims reference": `role` is one string, and `aal` is in every access token.
pub(super) fn supabase() -> CustomSample {
    let profile = Profile::custom("Supabase")
        .typ("JWT")
        .client_id_optional()
        .jti_optional()
        .roles_claim("/role")
        .access_tokens_have("aal")
        .max_token_lifetime(HOUR, "Supabase issues tokens for an hour by default");
    let issuer = "https://abcdefgh.supabase.test/auth/v1";
    let user = json!({
        "iss": issuer,
        "aud": "authenticated",
        "sub": "123e4567-alice",
        "role": "authenticated",
        "aal": "aal1",
        "amr": [{"method": "password", "timestamp": 1_700_000_000}],
        "session_id": "f1e2",
        "email": "alice@acme.test",
        "phone": "",
        "is_anonymous": false,
        "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": {},
    });
    let mut anonymous = user.clone();
    anonymous["sub"] = "123e4567-anon".into();
    anonymous["is_anonymous"] = true.into();
    let id_token = json!({
        "iss": issuer,
        "aud": "authenticated",
        "sub": "123e4567-alice",
        "auth_time": 1_700_000_000,
        "email": "alice@acme.test",
    });
    let tokens = [
        token(user, None, None, "", &["authenticated"]),
        token(anonymous, None, None, "", &["authenticated"]),
    ];
    CustomSample {
        sample: sample(profile, issuer, "authenticated", Some("JWT"), tokens),
        id_token,
        markers: &["aal"],
    }
}

/// Duende `IdentityServer`, "Scope claim format": RFC 9068, but `scope` is a list.
pub(super) fn duende() -> CustomSample {
    let profile = Profile::custom("Duende IdentityServer")
        .scope_as_list()
        .max_token_lifetime(HOUR, "a client's default is an hour");
    let issuer = "https://identity.acme.test";
    let api = "orders";
    let user = json!({
        "iss": issuer,
        "nbf": 1_700_000_000,
        "aud": api,
        "scope": ["openid", "orders:read"],
        "amr": ["pwd"],
        "client_id": "web",
        "sub": "alice",
        "auth_time": 1_700_000_000,
        "idp": "local",
        "sid": "s-1",
        "jti": "d-1",
    });
    let client = json!({
        "iss": issuer,
        "nbf": 1_700_000_000,
        "aud": api,
        "scope": ["orders:write"],
        "client_id": "robot",
        "sub": "robot",
        "jti": "d-2",
    });
    let id_token = json!({
        "iss": issuer,
        "nbf": 1_700_000_000,
        "aud": api,
        "amr": ["pwd"],
        "nonce": "n-1",
        "at_hash": "x",
        "sid": "s-1",
        "sub": "alice",
        "auth_time": 1_700_000_000,
        "idp": "local",
    });
    let tokens = [
        token(user, Some("web"), Some("d-1"), "openid orders:read", &[]),
        token(client, Some("robot"), Some("d-2"), "orders:write", &[]),
    ];
    CustomSample {
        sample: sample(profile, issuer, api, Some("at+jwt"), tokens),
        id_token,
        markers: &[],
    }
}
