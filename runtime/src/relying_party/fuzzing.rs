//! The properties of this room's parsers, for fuzz targets.
#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a fuzz target panics if a property does not hold"
)]

use serde_json::Value;

use crate::input::types::ReturnTo;
use crate::json;
use crate::relying_party::id_token::IdTokenClaims;
use crate::relying_party::login::fuzzing as login;
use crate::relying_party::members::Members;

/// Checks that claims which are read have the values of a general JSON parser.
pub fn id_token(json: &[u8]) {
    let Ok(Value::Object(members)) = json::parse(json) else {
        return;
    };
    let Ok(claims) = IdTokenClaims::read(Members::new(members.clone())) else {
        return;
    };
    assert_eq!(members["iss"], claims.issuer());
    assert_eq!(members["sub"], claims.subject());
    assert!((1..=255).contains(&claims.subject().len()));
    let audience: Vec<&str> = match &members["aud"] {
        Value::Array(names) => names.iter().map(|name| name.as_str().unwrap()).collect(),
        name => vec![name.as_str().unwrap()],
    };
    assert!(claims.audience().iter().eq(audience));
    assert!(members["exp"].is_number() && members["iat"].is_number());
    for (name, found) in [
        ("azp", claims.authorized_party()),
        ("acr", claims.acr()),
        ("sid", claims.session_id()),
    ] {
        assert_eq!(members.get(name).and_then(Value::as_str), found, "{name}");
    }
}

/// Checks that an accepted query has each parameter once, with the values of a general parser.
pub fn callback(query: &[u8]) {
    if let Ok(query) = str::from_utf8(query) {
        login::response(query);
    }
}

/// Checks that no cookie is opened that was not sealed, and that an accepted page is a path of the application.
pub fn pending_cookie(value: &[u8]) {
    let Ok(value) = str::from_utf8(value) else {
        return;
    };
    login::cookie(value);
    if let Ok(page) = value.parse::<ReturnTo>() {
        let page = page.as_str();
        assert!(page.starts_with('/') && !page.starts_with("//") && page.is_ascii());
        assert!(
            !page.contains(['\\', '#', ' ']) && !page.bytes().any(|byte| byte.is_ascii_control())
        );
        let path = page.split('?').next().unwrap();
        let decoded = percent_encoding::percent_decode_str(path)
            .decode_utf8()
            .unwrap();
        assert_eq!(path.matches('/').count(), decoded.matches('/').count());
        assert!(!decoded.contains(['\\', '%']) && !decoded.contains("//"));
        assert!(
            decoded
                .split('/')
                .all(|segment| !matches!(segment, "." | ".."))
        );
    }
}
