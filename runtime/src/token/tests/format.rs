//! The compact form and the header, which are checked before a key is selected.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;

/// CVE-2015-2951.
#[tokio::test]
async fn none_or_missing_algorithm_is_rejected() {
    let test = TestServer::new().await;
    for alg in [
        "none", "None", "NONE", "nOnE", "none ", " none", "", "es256", "ES256 ", "ES512", "RSA1_5",
    ] {
        let token = test.token().header("alg", alg);
        assert_eq!(
            test.validate(token.clone()).await,
            Err(TokenError::Algorithm),
            "{alg}"
        );
        let unsigned = token.signature([]);
        assert_eq!(test.validate(unsigned).await, Err(TokenError::NotCompact));
    }
    let missing = test.token().without_header("alg");
    assert_eq!(test.validate(missing).await, Err(TokenError::Algorithm));
    for alg in [
        json!(null),
        json!([]),
        json!(["ES256"]),
        json!(0),
        json!({}),
    ] {
        let token = test.token().header("alg", alg.clone());
        assert_eq!(
            test.validate(token).await,
            Err(TokenError::MalformedHeader),
            "{alg}"
        );
    }
}

/// CVE-2024-28180 and similar ones (`zip`), CVE-2025-59420, GHSA-752w-5fwx-jx9f (`crit`),
/// RFC 7797 §7 (`b64`).
#[tokio::test]
async fn critical_header_is_rejected_in_every_form() {
    let test = TestServer::new().await;
    for (name, value) in [
        ("zip", json!("DEF")),
        ("zip", json!(null)),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("crit", json!([])),
        ("crit", json!(["exp"])),
        ("crit", json!(["alg"])),
        ("crit", json!(["x", "x"])),
        ("crit", json!([1])),
        ("crit", json!("exp")),
        ("crit", json!(null)),
        ("crit", json!({})),
    ] {
        let token = test.token().header(name, value.clone());
        assert_eq!(
            test.validate(token).await,
            Err(TokenError::CriticalHeader),
            "{name}: {value}"
        );
    }
}

/// CVE-2022-39227, CVE-2024-5037: only the compact form is parsed, and only once.
#[tokio::test]
async fn json_serialization_is_rejected() {
    let test = TestServer::new().await;
    let token = test.token().sign();
    let parts: Vec<_> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        panic!("three parts");
    };
    let forged = URL_SAFE_NO_PAD.encode(r#"{"sub":"admin"}"#);
    for json in [
        json!({"protected": header, "payload": payload, "signature": signature}).to_string(),
        json!({"payload": payload, "signatures": [{"protected": header, "signature": signature}]})
            .to_string(),
        format!(
            r#"{{"  {header}.{forged}.":"","protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#
        ),
        format!(r#"{{"{token}"#),
        format!("{token}}}"),
    ] {
        assert_eq!(
            validate(&test.server, &json).await,
            Err(TokenError::NotCompact),
            "{json}"
        );
    }
}

/// CVE-2023-51774, CVE-2026-29000: a JWE has five parts.
#[tokio::test]
async fn part_count_other_than_three_is_rejected() {
    let test = TestServer::new().await;
    let token = test.token().sign();
    for broken in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.YQ"),
        format!("{token}.YQ.YQ"),
        token.replacen('.', "..", 1),
        token.rsplit_once('.').unwrap().0.to_owned(),
        format!("{}.", token.rsplit_once('.').unwrap().0),
    ] {
        assert_eq!(
            validate(&test.server, &broken).await,
            Err(TokenError::NotCompact),
            "{broken}"
        );
    }
}

#[tokio::test]
async fn stray_character_or_padding_is_rejected() {
    let test = TestServer::new().await;
    let token = test.token().sign();
    assert_eq!(validate(&test.server, &token).await, Ok(()));
    for stray in ["=", " ", "\n", "\0", "+", "/", "%", "é"] {
        for broken in [
            format!("{token}{stray}"),
            format!("{stray}{token}"),
            token.replacen('.', &format!("{stray}."), 1),
        ] {
            assert_eq!(
                validate(&test.server, &broken).await,
                Err(TokenError::NotCompact),
                "{broken:?}"
            );
        }
    }
}

/// CVE-2025-27144, CVE-2025-30204.
#[tokio::test]
async fn token_of_dots_is_rejected_by_its_length() {
    let test = TestServer::new().await;
    for (dots, error) in [
        (1 << 20, TokenError::TooLong),
        (8_193, TokenError::TooLong),
        (8_192, TokenError::NotCompact),
    ] {
        assert_eq!(
            validate(&test.server, &".".repeat(dots)).await,
            Err(error),
            "{dots}"
        );
    }
    let long = test.token().claim("x", "x".repeat(8_192));
    assert_eq!(test.validate(long).await, Err(TokenError::TooLong));
}

/// RFC 7515 §4: names are unique, also if they are escaped; RFC 7515 §10.12: no trailing data.
#[tokio::test]
async fn header_outside_strict_json_is_rejected() {
    let test = TestServer::new().await;
    let good = test.token().header_json();
    let open = good.strip_suffix('}').unwrap();
    for header in [
        format!(r#"{open},"alg":"none"}}"#),
        format!(r#"{open},"alg":"ES256"}}"#),
        format!(r#"{open},"\u0061lg":"ES256"}}"#),
        format!(r#"{open},"k\u0069d":"x"}}"#),
        format!(r#"{open},"typ":"at+jwt"}}"#),
        format!(r#"{open},"x":1,"\u0078":1}}"#),
        format!("{good}x"),
        format!("{good}{good}"),
        format!("{good}\0"),
        format!("\u{feff}{good}"),
        open.to_owned(),
        r#"["ES256","at+jwt"]"#.to_owned(),
        "null".to_owned(),
        "\"ES256\"".to_owned(),
    ] {
        let token = test.token().header_bytes(header.clone());
        assert_eq!(
            test.validate(token).await,
            Err(TokenError::MalformedHeader),
            "{header}"
        );
    }
    let not_utf8 = [open.as_bytes(), b",\"x\":\"\xff\"}"].concat();
    let token = test.token().header_bytes(not_utf8);
    assert_eq!(test.validate(token).await, Err(TokenError::MalformedHeader));
}

/// RFC 9068 §4, RFC 7515 §4.1.9, RFC 8725 §3.11 and §3.12.
#[tokio::test]
async fn type_other_than_access_token_is_rejected() {
    let test = TestServer::new().await;
    for typ in [
        "at+jwt",
        "AT+JWT",
        "application/at+jwt",
        "Application/At+Jwt",
    ] {
        assert_eq!(test.validate(test.token().typ(typ)).await, Ok(()), "{typ}");
    }
    for typ in [
        "",
        "JWT",
        "jwt",
        "at",
        "at+jwt ",
        "at+jwt;x",
        "dpop+jwt",
        "logout+jwt",
        "text/at+jwt",
        "application/jwt",
    ] {
        assert_eq!(
            test.validate(test.token().typ(typ)).await,
            Err(TokenError::Type),
            "{typ}"
        );
    }
    let missing = test.token().without_header("typ");
    assert_eq!(test.validate(missing).await, Err(TokenError::Type));
    for typ in [Value::Null, json!(["at+jwt"]), json!(1)] {
        let token = test.token().header("typ", typ.clone());
        assert_eq!(
            test.validate(token).await,
            Err(TokenError::MalformedHeader),
            "{typ}"
        );
    }
}
