//! Issuers that may grant some scopes and roles only.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::claims::{Grants, Role, Scope};
use crate::token::{Profile, VerifiedToken};

const READ: Scope = Scope::new("read");
const WRITE: Scope = Scope::new("write");
const CLERK: Role = Role::new("clerk");
const ADMIN: Role = Role::new("admin");

/// Returns the token, validated by a server whose issuer has these grants.
async fn verify(
    configure: impl FnOnce(Issuer<WithAudience>) -> Issuer<WithAudience>,
    token: impl FnOnce(TokenBuilder) -> TokenBuilder,
) -> Result<Arc<VerifiedToken>, TokenRejection> {
    let issuer = EmbeddedIssuer::new(ISSUER);
    let server = ResourceServer::builder()
        .trust(configure(issuer.issuer(AUDIENCE)))
        .build()
        .await
        .unwrap();
    let token = token(issuer.token("alice").audience(AUDIENCE)).sign();
    let verified = server.authenticate(token.as_bytes()).await;
    let cached = server.authenticate(token.as_bytes()).await;
    if let (Ok(verified), Ok(cached)) = (&verified, cached) {
        assert!(
            Arc::ptr_eq(verified, &cached),
            "the cache has the same token"
        );
    }
    verified.map_err(|rejected| rejected.rejection)
}

fn scopes(token: &VerifiedToken) -> Vec<&str> {
    token.scopes().iter().collect()
}

fn roles(token: &VerifiedToken) -> Vec<&str> {
    token.roles().iter().collect()
}

fn claims(token: &VerifiedToken) -> Value {
    serde_json::from_slice(token.claims_json()).unwrap()
}

#[tokio::test]
async fn scopes_and_roles_beyond_the_grants_are_ignored() {
    for (grants, expected_scopes, expected_roles, ungranted) in [
        (Grants::none(), json!(""), json!([]), 4),
        (Grants::none().scopes([READ]), json!("read"), json!([]), 3),
        (
            Grants::none().roles([CLERK]),
            json!(""),
            json!(["clerk"]),
            3,
        ),
        (
            Grants::none().scopes([WRITE, READ]).roles([ADMIN]),
            json!("read write"),
            json!(["admin"]),
            1,
        ),
        (
            // a scope is not a role
            Grants::none()
                .scopes([Scope::new("clerk")])
                .roles([Role::new("read")]),
            json!(""),
            json!([]),
            4,
        ),
        (
            Grants::everything(),
            json!("read write"),
            json!(["clerk", "admin"]),
            0,
        ),
    ] {
        let token = verify(
            |issuer| issuer.grants(grants.clone()),
            |token| token.scopes("read write").roles(["clerk", "admin"]),
        )
        .await
        .unwrap();
        let claims = claims(&token);
        assert_eq!(claims["scope"], expected_scopes, "{grants}");
        assert_eq!(claims["roles"], expected_roles, "{grants}");
        assert_eq!(json!(token.scopes().as_str()), expected_scopes, "{grants}");
        assert_eq!(json!(roles(&token)), expected_roles, "{grants}");
        assert_eq!(token.ungranted(), ungranted, "{grants}");
        assert_eq!(token.subject(), "alice");
    }
}

#[tokio::test]
async fn grants_apply_to_the_claims_of_the_profile() {
    let grants = || Grants::none().scopes([READ]).roles([CLERK]);
    for (profile, pointer, claims_of_token, narrowed) in [
        (
            Profile::Entra,
            None,
            json!({"scp": "read write", "roles": ["clerk", "admin"], "azp": "a", "uti": "u", "ver": "2.0"}),
            json!({"scp": "read", "roles": ["clerk"]}),
        ),
        (
            Profile::Okta,
            None,
            json!({"scp": ["read", "write"], "groups": ["admin", "clerk"], "cid": "a", "scope": "write"}),
            json!({"scp": ["read"], "groups": ["clerk"], "scope": ""}),
        ),
        (
            Profile::Keycloak,
            None,
            json!({"scope": "write read", "realm_access": {"roles": ["admin", "clerk"], "x": 1}, "azp": "a", "typ": "Bearer"}),
            json!({"scope": "read", "realm_access": {"roles": ["clerk"], "x": 1}}),
        ),
        (
            Profile::Rfc9068,
            Some("/a~1b/c"),
            json!({"scope": "write", "a/b": {"c": ["admin", "clerk"]}, "scp": ["write", "read"]}),
            json!({"scope": "", "a/b": {"c": ["clerk"]}, "scp": ["read"]}),
        ),
    ] {
        let token = verify(
            |issuer| {
                let issuer = issuer.profile(profile.clone()).grants(grants());
                match pointer {
                    Some(pointer) => issuer.roles_claim(pointer),
                    None => issuer,
                }
            },
            |token| {
                let token = match profile {
                    Profile::Okta => token.without_header("typ"),
                    Profile::Rfc9068 => token,
                    _ => token.typ("JWT"),
                };
                let claims = claims_of_token.as_object().unwrap().iter();
                claims.fold(token, |token, (name, value)| token.claim(name, value))
            },
        )
        .await
        .unwrap();
        assert_eq!(roles(&token), ["clerk"], "{profile:?}");
        assert!(scopes(&token).iter().all(|scope| *scope == "read"));
        let claims = claims(&token);
        for (name, value) in narrowed.as_object().unwrap() {
            assert_eq!(claims[name], *value, "{profile:?} {name}");
        }
    }
}

/// A profile that recognizes access tokens by their scopes does so before any is ignored.
#[tokio::test]
async fn token_without_a_granted_scope_is_still_an_access_token() {
    let token = verify(
        |issuer| issuer.profile(Profile::Okta).grants(Grants::none()),
        |token| {
            let token = token.without_header("typ").claim("cid", "a");
            token.claim("scp", ["read"])
        },
    )
    .await
    .unwrap();
    assert!(scopes(&token).is_empty());
    let none = verify(
        |issuer| issuer.profile(Profile::Okta).grants(Grants::none()),
        |token| token.without_header("typ").claim("cid", "a"),
    )
    .await;
    assert!(none.is_err(), "a token without `scp`");
}

/// A malformed part of a claim is not removed like an ungranted one.
#[tokio::test]
async fn malformed_scopes_are_rejected_with_any_grants() {
    for grants in [
        Grants::none(),
        Grants::none().scopes([READ]),
        Grants::everything(),
    ] {
        for (name, value) in [
            ("scope", json!("read  write")),
            ("scope", json!(" read")),
            ("scope", json!("read\twrite")),
            ("scope", json!(["read"])),
            ("scope", json!(null)),
        ] {
            let verified = verify(
                |issuer| issuer.grants(grants.clone()),
                |token| token.claim(name, value.clone()),
            )
            .await;
            assert!(verified.is_err(), "{grants} {value}");
        }
    }
}

/// A malformed claim has no roles, and the removal of ungranted ones must not repair it.
#[tokio::test]
async fn malformed_roles_are_none_with_any_grants() {
    for grants in [
        Grants::none(),
        Grants::none().roles([CLERK]),
        Grants::everything(),
    ] {
        for value in [
            json!(["clerk", 1]),
            json!([1, "clerk", "admin"]),
            json!(["clerk", {"display": "admin"}]),
            json!({"clerk": true}),
            json!(7),
        ] {
            let token = verify(
                |issuer| issuer.grants(grants.clone()),
                |token| token.scopes("read").claim("roles", value.clone()),
            )
            .await
            .unwrap();
            assert!(roles(&token).is_empty(), "{grants} {value}");
            assert!(token.has_malformed_roles(), "{grants} {value}");
            // typed claims see no role that the issuer may not grant
            let claims: Value = serde_json::from_slice(token.claims_json()).unwrap();
            let expected = if grants.is_everything() {
                value
            } else {
                json!([])
            };
            assert_eq!(claims["roles"], expected, "{grants}");
        }
    }
}

#[tokio::test]
async fn role_of_any_form_is_granted_or_removed() {
    for (value, expected) in [
        (json!("clerk"), json!("clerk")),
        (json!("admin"), json!([])),
        (
            json!([{"value": "admin"}, {"value": "clerk"}]),
            json!([{"value": "clerk"}]),
        ),
        (json!(null), json!(null)),
    ] {
        let token = verify(
            |issuer| issuer.grants(Grants::none().roles([CLERK])),
            |token| token.claim("roles", value.clone()),
        )
        .await
        .unwrap();
        assert!(roles(&token).iter().all(|role| *role == "clerk"), "{value}");
        assert!(!token.has_malformed_roles(), "{value}");
        let claims: Value = serde_json::from_slice(token.claims_json()).unwrap();
        assert_eq!(claims["roles"], expected, "{value}");
    }
}

/// Each of two issuers with the same audience and keys has its own grants.
#[tokio::test]
async fn grants_are_those_of_the_issuer_of_the_token() {
    let own = EmbeddedIssuer::new(ISSUER);
    let partner = EmbeddedIssuer::new("https://partner.test");
    let server = ResourceServer::builder()
        .trust(own.issuer(AUDIENCE).grants_everything())
        .trust(
            partner
                .issuer(AUDIENCE)
                .grants(Grants::none().scopes([READ])),
        )
        .build()
        .await
        .unwrap();
    for (issuer, expected) in [
        (&own, "read write"),
        (&partner, "read"),
        (&own, "read write"),
    ] {
        let token = issuer
            .token("alice")
            .audience(AUDIENCE)
            .scopes("read write");
        let verified = server.authenticate(token.sign().as_bytes()).await.unwrap();
        assert_eq!(verified.scopes().as_str(), expected);
    }
}

/// The order of the calls does not matter; the last call applies, as for every setting.
#[tokio::test]
async fn last_grants_apply() {
    let limited = || Grants::none().scopes([READ]);
    for (configured, expected) in [(true, "read"), (false, "read write")] {
        let token = verify(
            |issuer| {
                if configured {
                    issuer.grants_everything().grants(limited())
                } else {
                    issuer.grants(limited()).grants_everything()
                }
            },
            |token| token.scopes("read write"),
        )
        .await
        .unwrap();
        assert_eq!(token.scopes().as_str(), expected);
    }
}

const SCOPES: [Scope; 4] = [READ, WRITE, Scope::new("admin"), Scope::new("read:all")];
const ROLES: [Role; 4] = [CLERK, ADMIN, Role::new("Senior Auditor"), Role::new("read")];

fn subset<T: Copy>(all: [T; 4], mask: u8) -> impl Iterator<Item = T> {
    let bits = (0..4).filter(move |bit| mask & (1 << bit) != 0);
    bits.map(move |bit: usize| all[bit])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// A token has the scopes and roles that it contains and that its issuer may grant, in order.
    #[test]
    fn effective_scopes_and_roles_are_in_the_token_and_granted(
        granted in any::<(u8, u8)>(),
        in_token in (
            proptest::collection::vec("read|write|admin|read:all|reads|Read|x", 0..6),
            proptest::collection::vec("clerk|admin|Senior Auditor|read|clerks| |", 0..6),
        ),
        okta in any::<bool>(),
    ) {
        let (scope_mask, role_mask) = granted;
        let grants = Grants::none()
            .scopes(subset(SCOPES, scope_mask))
            .roles(subset(ROLES, role_mask));
        let granted_scopes: BTreeSet<_> = subset(SCOPES, scope_mask).map(Scope::as_str).collect();
        let granted_roles: BTreeSet<_> = subset(ROLES, role_mask).map(Role::as_str).collect();
        let (mut scopes_in_token, roles_in_token) = in_token;
        if okta {
            scopes_in_token.push("x".to_owned());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (profile, scope_claim, roles_claim) = if okta {
            (Profile::Okta, "scp", "groups")
        } else {
            (Profile::Rfc9068, "scope", "roles")
        };
        let token = runtime.block_on(verify(
            |issuer| issuer.profile(profile).grants(grants),
            |token| {
                let token = token.claim(roles_claim, &roles_in_token);
                if okta {
                    let token = token.without_header("typ").claim("cid", "a");
                    token.claim("scp", &scopes_in_token)
                } else {
                    token.claim("scope", scopes_in_token.join(" "))
                }
            },
        )).unwrap();
        let effective: Vec<_> = scopes_in_token
            .iter()
            .map(String::as_str)
            .filter(|scope| granted_scopes.contains(scope))
            .collect();
        prop_assert_eq!(&scopes(&token), &effective);
        let effective_roles: Vec<_> = roles_in_token
            .iter()
            .map(String::as_str)
            .filter(|role| granted_roles.contains(role))
            .collect();
        prop_assert_eq!(&roles(&token), &effective_roles);
        let claims = claims(&token);
        let expected = if okta { json!(effective) } else { json!(effective.join(" ")) };
        prop_assert_eq!(&claims[scope_claim], &expected);
        prop_assert_eq!(&claims[roles_claim], &json!(effective_roles));
        let ignored = scopes_in_token.len() + roles_in_token.len();
        prop_assert_eq!(token.ungranted(), ignored - effective.len() - effective_roles.len());
    }
}
