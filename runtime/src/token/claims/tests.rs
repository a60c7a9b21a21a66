//! Claims with wrong types, names and values.

use proptest::prelude::*;

use super::*;
use crate::json::number_tests::{TEXTS, double, texts};
use crate::token::profile::Profile;

fn read(json: &[u8]) -> Result<Claims<'_>, TokenError> {
    read_as(&Profile::Rfc9068, json)
}

fn read_as<'a>(profile: &Profile, json: &'a [u8]) -> Result<Claims<'a>, TokenError> {
    let format = profile.format();
    Claims::read(
        json,
        &format.claim_names,
        &format.roles_claim(format.roles_pointer).unwrap(),
    )
}

fn error(json: &str) -> Option<TokenError> {
    read(json.as_bytes()).err()
}

#[test]
fn validated_claims_are_read_and_others_ignored() {
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
/// CVE-2020-26160 (`aud`): every wrong type of every validated claim.
#[test]
fn claim_of_wrong_type_is_rejected() {
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
fn duplicate_member_at_any_depth_and_spelling_is_rejected() {
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
fn malformed_claims_are_rejected() {
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
fn bound_token_and_id_token_are_recognized_by_any_value() {
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
fn claims_are_read_by_the_names_of_the_profile_only() {
    let json = br#"{"azp":"c","uti":"t","scp":"a b","jti":7,"client_id":7,"scope":7,"ver":"2.0"}"#;
    let claims = read_as(&Profile::Entra, json).unwrap();
    assert_eq!(claims.client_id.as_deref(), Some("c"));
    assert_eq!(claims.token_id.as_deref(), Some("t"));
    assert_eq!(claims.scope.as_deref(), Some("a b"));
    assert_eq!(claims.marker.as_deref(), Some("2.0"));
    let json = br#"{"azp":"c","uti":"t","scp":"a b"}"#;
    let claims = read(json).unwrap();
    assert!(claims.client_id.is_none() && claims.token_id.is_none() && claims.scope.is_none());
}

#[test]
fn scope_array_has_one_scope_per_string() {
    let scope = |value: &str| {
        let json = format!(r#"{{"scp":{value}}}"#);
        let claims = read_as(&Profile::Okta, json.as_bytes());
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
fn malformed_roles_are_none() {
    for (value, is_malformed) in [
        ("null", false),
        ("{}", true),
        ("[1]", true),
        ("7", true),
        ("7.5", true),
        ("1e300", true),
        ("false", true),
        (r#"["admin",null]"#, true),
        (r#"[{"display":"admin"}]"#, true),
    ] {
        let json = format!(r#"{{"roles":{value}}}"#);
        let claims = read(json.as_bytes()).unwrap();
        assert_eq!(claims.roles, None, "{value}");
        assert_eq!(claims.has_malformed_roles, is_malformed, "{value}");
    }
}

/// Only the form of roles is open: a JSON text has the same rules everywhere.
#[test]
fn duplicate_member_or_deep_nesting_in_roles_is_malformed() {
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    for value in [
        r#"{"a":1,"a":2}"#,
        r#"[{"value":"a","value":"b"}]"#,
        r#"[{"value":"a","x":{"y":1,"y":2}}]"#,
        r#"["\ud800"]"#,
        &deep,
    ] {
        let json = format!(r#"{{"roles":{value}}}"#);
        assert_eq!(error(&json), Some(TokenError::MalformedClaims), "{value}");
    }
}

/// RFC 8725 §3.10: identifiers are used in logs and databases.
#[test]
fn identifier_with_control_character_or_noncharacter_is_rejected() {
    for claim in ["sub", "client_id", "jti"] {
        for character in [
            "\\u0000",
            "\\n",
            "\\r",
            "\\t",
            "\\u001b",
            "\\u007f",
            "\u{7f}",
            "\u{85}",
            "\\u2028",
            "\u{2029}",
            "\u{202e}",
            "\\u2066",
            "\u{200f}",
            "\\uffff",
            "\u{fdef}",
            "\u{1fffe}",
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

#[test]
fn wrong_identifier_under_the_name_of_a_profile_is_rejected() {
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
            let error = read_as(&profile, json.as_bytes()).err();
            assert_eq!(
                error,
                Some(TokenError::WrongClaim(claim)),
                "{profile:?}: {json}"
            );
        }
    }
}

/// Checks a number as each date, and in claims that are not dates.
#[expect(clippy::cast_precision_loss, reason = "MAX is below 2^53")]
fn check_number(text: &str) {
    let number = double(text);
    let is_date = number.is_some_and(|number| {
        let seconds: Option<u64> = text.parse().ok();
        let whole = seconds.map(|seconds| seconds <= NumericDate::MAX.as_secs());
        let is_negative_integer = text.parse::<i64>().is_ok_and(|seconds| seconds < 0);
        let in_range = (0.0..=NumericDate::MAX.as_millis() as f64).contains(&(number * 1_000.0));
        whole.unwrap_or(in_range && !is_negative_integer)
    });
    for name in ["exp", "iat", "nbf"] {
        let expected = match number {
            None => Some(TokenError::MalformedClaims),
            Some(_) if is_date => None,
            Some(_) => Some(TokenError::WrongClaim(name)),
        };
        for json in [
            format!(r#"{{"{name}":{text}}}"#),
            format!(r#"{{"x":[{text}],"{name}":{text}}}"#),
        ] {
            assert_eq!(error(&json), expected, "{json}");
        }
    }
    for (name, wrong) in [("aud", true), ("sub", true), ("scope", true), ("x", false)] {
        let expected = match number {
            None => Some(TokenError::MalformedClaims),
            Some(_) => wrong.then_some(TokenError::WrongClaim(name)),
        };
        assert_eq!(
            error(&format!(r#"{{"{name}":{text}}}"#)),
            expected,
            "{name}: {text}"
        );
    }
}

#[test]
fn number_is_a_date_a_wrong_claim_or_malformed() {
    for text in TEXTS {
        check_number(text);
    }
    for text in [
        "1700000000.25",
        "1.7e9",
        "170000000025e-2",
        "253402300799",
        "253402300799.999",
        "253402300800",
        "253402300800.0",
        "2534023008e2",
        "-0.5",
        "-1e-9",
    ] {
        check_number(text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..<_>::default() })]

    #[test]
    fn random_number_is_a_date_a_wrong_claim_or_malformed(text in texts()) {
        check_number(&text);
    }
}

/// `serde_json` gives such a member another meaning, by features.
#[test]
fn reserved_member_name_is_malformed() {
    for name in [
        "$serde_json::private::Number",
        "$serde_json::private::RawValue",
    ] {
        for json in [
            format!(r#"{{"{name}":"1"}}"#),
            format!(r#"{{"exp":{{"{name}":"1"}}}}"#),
            format!(r#"{{"x":[{{"{name}":"1e999"}}]}}"#),
            format!(r#"{{"realm_access":{{"{name}":"1","roles":["admin"]}}}}"#),
        ] {
            assert_eq!(error(&json), Some(TokenError::MalformedClaims), "{json}");
            let keycloak = read_as(&Profile::Keycloak, json.as_bytes()).err();
            assert_eq!(keycloak, Some(TokenError::MalformedClaims), "{json}");
        }
    }
}

/// The order of the claims does not decide between wrong and malformed.
#[test]
fn wrong_claim_of_malformed_claims_is_malformed() {
    for json in [
        r#"{"exp":"1","x":1,"x":2}"#,
        r#"{"x":1,"x":2,"exp":"1"}"#,
        r#"{"exp":"1","nbf":01}"#,
        r#"{"nbf":01,"exp":"1"}"#,
        r#"{"exp":"1"}x"#,
    ] {
        assert_eq!(error(json), Some(TokenError::MalformedClaims), "{json}");
    }
}
