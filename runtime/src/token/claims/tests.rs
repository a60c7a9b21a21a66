//! Claims of every wrong type, name and shape.

use super::*;
use crate::token::profile::Profile;

fn read(json: &[u8]) -> Result<Claims<'_>, TokenError> {
    read_as(Profile::Rfc9068, json)
}

fn read_as(profile: Profile, json: &[u8]) -> Result<Claims<'_>, TokenError> {
    let form = profile.form();
    Claims::read(json, &form.names, &form.roles_claim(form.roles).unwrap())
}

fn error(json: &str) -> Option<TokenError> {
    read(json.as_bytes()).err()
}

#[test]
fn judged_claims_are_read_and_others_are_left() {
    let json = br#"{"iss":"i","sub":"s","aud":["a"],"exp":9,"nbf":7,"iat":8.5,"jti":"j","client_id":"c","scope":"x y","roles":["r"],"x":[{"a":1}]}"#;
    let claims = read(json).unwrap();
    assert_eq!(claims.iss.as_deref(), Some("i"));
    assert_eq!(claims.sub.as_deref(), Some("s"));
    assert!(claims.aud.unwrap().contains("a"));
    assert_eq!(claims.exp, Some(NumericDate::from_secs(9)));
    assert_eq!(claims.nbf, Some(NumericDate::from_secs(7)));
    assert_eq!(claims.iat, Some(NumericDate::from_millis(8_500)));
    assert_eq!(claims.token_id.as_deref(), Some("j"));
    assert_eq!(claims.client_id.as_deref(), Some("c"));
    assert_eq!(claims.scope.as_deref(), Some("x y"));
    assert_eq!(claims.roles.unwrap().iter().collect::<Vec<_>>(), ["r"]);
    assert!(!claims.is_bound && !claims.is_id_token);
}

/// CVE-2026-25537, CVE-2026-44459 (dates), CVE-2025-30144 (`iss` as an array),
/// CVE-2020-26160 (`aud`): every wrong type of every judged claim.
#[test]
fn a_claim_of_the_wrong_type_is_never_absent() {
    const VALUES: [&str; 11] = [
        "null",
        "\"\"",
        "\"99999999999\"",
        "1",
        "1.5",
        "-1",
        "1e308",
        "[1]",
        "[\"a\"]",
        "{}",
        "true",
    ];
    let is_right = |claim: &str, value: &str| match claim {
        "sub" | "jti" | "client_id" => value == "\"99999999999\"",
        "exp" | "nbf" | "iat" => matches!(value, "1" | "1.5"),
        "aud" => matches!(value, "\"99999999999\"" | "[\"a\"]"),
        _ => value.starts_with('"'),
    };
    for claim in [
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "client_id",
        "scope",
    ] {
        for value in VALUES {
            let expected = (!is_right(claim, value)).then_some(TokenError::WrongClaim(claim));
            assert_eq!(
                error(&format!(r#"{{"{claim}":{value}}}"#)),
                expected,
                "{claim}: {value}"
            );
        }
    }
}

#[test]
fn a_duplicate_is_refused_at_every_depth_and_in_every_spelling() {
    for json in [
        r#"{"sub":"a","sub":"a"}"#,
        r#"{"sub":"a","\u0073ub":"b"}"#,
        r#"{"x":1,"x":2}"#,
        r#"{"x":[{"y":1,"y":2}]}"#,
    ] {
        assert_eq!(error(json), Some(TokenError::MalformedClaims), "{json}");
    }
}

#[test]
fn only_a_strict_object_holds_claims() {
    for json in [
        "",
        "null",
        "[]",
        r#"["i","s"]"#,
        "\"x\"",
        "{",
        "{}x",
        "{}{}",
        "\u{feff}{}",
        r#"{"exp":1"#,
        r#"{"exp":NaN}"#,
        r#"{"a":"\ud800"}"#,
        r#"{"exp":01}"#,
        r"{'a':1}",
    ] {
        assert_eq!(error(json), Some(TokenError::MalformedClaims), "{json}");
    }
    assert!(read(b"{\"sub\":\"\xff\"}").is_err());
}

#[test]
fn bound_tokens_and_id_tokens_are_noticed_whatever_the_value() {
    for value in ["null", "{}", "\"x\"", r#"{"jkt":"x"}"#] {
        let bound = format!(r#"{{"cnf":{value}}}"#);
        assert!(read(bound.as_bytes()).unwrap().is_bound, "{value}");
        for claim in ["nonce", "at_hash", "c_hash"] {
            let id_token = format!(r#"{{"{claim}":{value}}}"#);
            assert!(read(id_token.as_bytes()).unwrap().is_id_token, "{claim}");
        }
    }
}

#[test]
fn a_profile_names_its_claims_and_no_others_are_taken_for_them() {
    let json = br#"{"azp":"c","uti":"t","scp":"a b","jti":7,"client_id":7,"scope":7,"ver":"2.0"}"#;
    let claims = read_as(Profile::Entra, json).unwrap();
    assert_eq!(claims.client_id.as_deref(), Some("c"));
    assert_eq!(claims.token_id.as_deref(), Some("t"));
    assert_eq!(claims.scope.as_deref(), Some("a b"));
    assert_eq!(claims.marker.as_deref(), Some("2.0"));
    let json = br#"{"azp":"c","uti":"t","scp":"a b"}"#;
    let claims = read(json).unwrap();
    assert!(claims.client_id.is_none() && claims.token_id.is_none() && claims.scope.is_none());
}

#[test]
fn a_list_of_scopes_has_one_in_each_text() {
    let scope = |value: &str| {
        let json = format!(r#"{{"scp":{value}}}"#);
        let claims = read_as(Profile::Okta, json.as_bytes());
        claims.map(|claims| claims.scope.unwrap().into_owned())
    };
    assert_eq!(scope(r#"["a","b"]"#), Ok("a b".to_owned()));
    assert_eq!(scope("[]"), Ok(String::new()));
    for value in [
        r#""a b""#,
        r#"["a b"]"#,
        r#"["a",""]"#,
        r#"["a",1]"#,
        "null",
        "{}",
    ] {
        assert_eq!(scope(value), Err(TokenError::WrongClaim("scp")), "{value}");
    }
}

#[test]
fn roles_of_the_wrong_type_are_never_absent() {
    for value in ["null", "\"admin\"", "{}", "[1]", "7"] {
        let json = format!(r#"{{"roles":{value}}}"#);
        assert_eq!(
            error(&json),
            Some(TokenError::WrongClaim("roles")),
            "{value}"
        );
    }
}

/// RFC 8725 §3.10: a name goes to logs and databases, and is input like any other.
#[test]
fn a_name_holds_no_invisible_character() {
    for claim in ["sub", "client_id", "jti"] {
        for character in [
            "\\u0000", "\\n", "\\r", "\\t", "\\u001b", "\\u007f", "\u{7f}", "\u{85}", "\\u2028",
            "\u{2029}", "\u{202e}", "\\u2066", "\u{200f}",
        ] {
            for name in [
                format!("a{character}b"),
                format!("{character}a"),
                format!("a{character}"),
            ] {
                let json = format!(r#"{{"{claim}":"{name}"}}"#);
                assert_eq!(
                    error(&json),
                    Some(TokenError::WrongClaim(claim)),
                    "{json:?}"
                );
            }
        }
        for name in [
            "auth0|123",
            "a b",
            "p\u{e9}re@example.nz",
            "\u{5d0}",
            "awZ@clients",
        ] {
            assert_eq!(error(&format!(r#"{{"{claim}":"{name}"}}"#)), None, "{name}");
        }
    }
}

/// What is refused for every claim of that meaning is refused under the profile's name for it.
#[test]
fn a_profiles_names_are_judged_as_names() {
    for (profile, claim) in [
        (Profile::Entra, "azp"),
        (Profile::Entra, "uti"),
        (Profile::Auth0, "azp"),
        (Profile::Auth0, "jti"),
        (Profile::Okta, "cid"),
        (Profile::Cognito, "client_id"),
        (Profile::Keycloak, "azp"),
    ] {
        for value in ["null", "1", "\"\"", "[\"a\"]", "{}", "\"a\\u0000\""] {
            let json = format!(r#"{{"{claim}":{value}}}"#);
            let error = read_as(profile, json.as_bytes()).err();
            assert_eq!(
                error,
                Some(TokenError::WrongClaim(claim)),
                "{profile:?}: {json}"
            );
        }
    }
}
