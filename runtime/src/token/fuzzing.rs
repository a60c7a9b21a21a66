//! The properties of this room's parsers, for fuzz targets.
#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a fuzz target panics if a property does not hold"
)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::json::ExactValue;
use crate::token::claims::Claims;
use crate::token::compact::UntrustedCompact;
use crate::token::header::UntrustedHeader;
use crate::token::profile::Profile;
use crate::token::roles_claim::role_names;

const PROFILES: [Profile; 6] = [
    Profile::Rfc9068,
    Profile::Entra,
    Profile::Auth0,
    Profile::Okta,
    Profile::Cognito,
    Profile::Keycloak,
];

/// Checks that every accepted token has exactly one encoding.
pub fn compact(token: &[u8]) {
    let Ok(compact) = UntrustedCompact::read(token) else {
        return;
    };
    assert!(token.len() <= 64 * 1024);
    let parts = [compact.header(), compact.payload(), compact.signature()];
    if let [Ok(header), Ok(payload), Ok(signature)] = parts {
        let encoded = [header, payload, signature].map(|part| URL_SAFE_NO_PAD.encode(part));
        assert_eq!(encoded.join(".").as_bytes(), token);
        let signed = encoded.split_last().map(|(_, signed)| signed.join("."));
        assert_eq!(
            signed.as_deref().map(str::as_bytes),
            Some(compact.signing_input())
        );
    }
}

/// Checks that a general JSON parser finds the same members in an accepted header.
pub fn header(json: &[u8]) {
    let Ok(header) = UntrustedHeader::read(json) else {
        return;
    };
    let value: Value = serde_json::from_slice(json).expect("an accepted text is JSON");
    assert_eq!(
        header.kid.as_deref(),
        value.get("kid").and_then(Value::as_str)
    );
    assert_eq!(
        header.typ.as_deref(),
        value.get("typ").and_then(Value::as_str)
    );
    assert!(
        value["alg"]
            .as_str()
            .is_some_and(|alg| !alg.eq_ignore_ascii_case("none"))
    );
    for critical in ["crit", "b64", "zip"] {
        assert!(value.get(critical).is_none());
    }
}

/// Checks that a general JSON parser finds the same values in accepted claims.
pub fn claims(json: &[u8]) {
    for profile in PROFILES {
        let format = profile.format();
        let roles = format
            .roles_claim(format.roles_pointer)
            .expect("the pointer of a profile is valid");
        let Ok(claims) = Claims::read(json, &format.claim_names, &roles) else {
            continue;
        };
        let value: Value = serde_json::from_slice(json).expect("an accepted text is JSON");
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        assert_eq!(claims.iss.as_deref(), text("iss"));
        assert_eq!(claims.sub.as_deref(), text("sub"));
        assert_eq!(
            claims.client_id.as_deref(),
            text(format.claim_names.client_id)
        );
        assert_eq!(
            claims.token_id.as_deref(),
            text(format.claim_names.token_id)
        );
        for (date, name) in [
            (claims.exp, "exp"),
            (claims.nbf, "nbf"),
            (claims.iat, "iat"),
        ] {
            assert_eq!(date.is_some(), value.get(name).is_some(), "{name}");
        }
        assert_eq!(claims.aud.is_some(), value.get("aud").is_some());
        assert_eq!(claims.is_bound, value.get("cnf").is_some());
        let names = claims
            .roles
            .map(|roles| roles.iter().map(str::to_owned).collect::<Vec<_>>());
        let expected: Option<Option<Vec<_>>> = value.pointer(format.roles_pointer).map(|roles| {
            let roles = ExactValue::parse(roles.to_string().as_bytes()).expect("roles are JSON");
            role_names(&roles).map(|names| names.into_iter().map(str::to_owned).collect())
        });
        assert!(expected != Some(None) || claims.has_malformed_roles);
        assert_eq!(
            names.unwrap_or_default(),
            expected.flatten().unwrap_or_default()
        );
    }
}
