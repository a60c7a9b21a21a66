//! The claims of a signed token.

use serde_json::json;

use super::*;

/// RFC 9068 §2.2.
#[tokio::test]
async fn missing_or_empty_required_claim_is_rejected() {
    let test = TestServer::new().await;
    for claim in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        assert_eq!(
            test.validate(test.token().without(claim)).await,
            Err(TokenError::MissingClaim(claim))
        );
        assert_eq!(
            test.validate(test.token().claim(claim, "")).await,
            Err(TokenError::WrongClaim(claim))
        );
    }
}

/// CVE-2025-30144 (`iss` as an array) and similar ones.
#[tokio::test]
async fn string_claim_of_another_type_is_rejected() {
    let test = TestServer::new().await;
    for claim in ["iss", "sub", "client_id", "jti", "scope"] {
        for value in [
            json!(null),
            json!(1),
            json!(true),
            json!([]),
            json!([ISSUER]),
            json!([ISSUER, "https://evil.test"]),
            json!({}),
            json!({ISSUER: ISSUER}),
        ] {
            let token = test.token().claim(claim, value.clone());
            assert_eq!(
                test.validate(token).await,
                Err(TokenError::WrongClaim(claim)),
                "{claim}: {value}"
            );
        }
    }
}

/// GHSA-75c5-xw7c-p5pm: whole strings are compared, code point by code point (RFC 7515 §5.3).
#[tokio::test]
async fn similar_issuer_is_rejected() {
    let test = TestServer::new().await;
    for iss in [
        "https://issuer.test/",
        "https://issuer.tes",
        "https://issuer.test.evil.test",
        "ttps://issuer.test",
        "issuer.test",
        "HTTPS://issuer.test",
        "https://Issuer.test",
        "https://issuer.test:443",
        "http://issuer.test",
        " https://issuer.test",
        "https://issuer.test ",
        "https://issuer.test\0",
        "https://issuer.test,https://evil.test",
        "https://\u{131}ssuer.test",
        "https://xn--ssuer-q4a.test",
        "https://issuer.test.",
        "https://%69ssuer.test",
        "https://x@issuer.test",
        "https://issuer.test/.well-known/..",
        "https://issuer.test?",
        "https://issuer.test#",
        "h",
    ] {
        assert_eq!(
            test.validate(test.token().claim("iss", iss)).await,
            Err(TokenError::Issuer),
            "{iss:?}"
        );
    }
}

/// CVE-2020-26160 (`aud` of another type), CVE-2024-5798 (`aud` not checked).
#[tokio::test]
async fn audience_in_each_form_is_checked() {
    let test = TestServer::new().await;
    let wrong = Err(TokenError::WrongClaim("aud"));
    let foreign = Err(TokenError::Audience);
    for (aud, expected) in [
        (json!(AUDIENCE), Ok(())),
        (json!([AUDIENCE]), Ok(())),
        (json!(["https://other.test", AUDIENCE]), Ok(())),
        (json!("https://other.test"), foreign),
        (json!(["https://other.test"]), foreign),
        (json!("https://api.test/"), foreign),
        (json!("https://api.tes"), foreign),
        (json!("https://api.test.evil.test"), foreign),
        (json!("HTTPS://API.TEST"), foreign),
        (json!("https://api.test:443"), foreign),
        (json!("https://api.test."), foreign),
        (json!("https://%61pi.test"), foreign),
        (json!("https://xn--pi-6ja.test"), foreign),
        (json!(["https://api.test/", "https://api.tes"]), foreign),
        (json!("https://api.test https://other.test"), foreign),
        (json!("*"), foreign),
        (json!(""), wrong),
        (json!([]), wrong),
        (json!([""]), wrong),
        (json!(["", AUDIENCE]), wrong),
        (json!([AUDIENCE, 1]), wrong),
        (json!([AUDIENCE, null]), wrong),
        (json!([[AUDIENCE]]), wrong),
        (json!(null), wrong),
        (json!(1), wrong),
        (json!(true), wrong),
        (json!({}), wrong),
        (json!({ AUDIENCE: AUDIENCE }), wrong),
    ] {
        let token = test.token().claim("aud", aud.clone());
        assert_eq!(test.validate(token).await, expected, "{aud}");
    }
}

/// RFC 9449 §7.1, RFC 8705 §3: a bound token is not valid without a proof of possession.
#[tokio::test]
async fn token_bound_to_a_key_is_rejected() {
    let test = TestServer::new().await;
    for cnf in [
        json!({"jkt": "x"}),
        json!({"x5t#S256": "x"}),
        json!({"unknown": "x"}),
        json!({}),
        json!(null),
        json!("x"),
    ] {
        let token = test.token().claim("cnf", cnf.clone());
        assert_eq!(
            test.validate(token).await,
            Err(TokenError::Binding),
            "{cnf}"
        );
    }
    let claims = test.token().claims_json();
    let escaped = format!(r#"{},"c\u006ef":{{}}}}"#, claims.strip_suffix('}').unwrap());
    let token = test.token().payload_bytes(escaped);
    assert_eq!(test.validate(token).await, Err(TokenError::Binding));
}

/// RFC 8725 §3.12: a JWT of one kind is not valid as another kind.
#[tokio::test]
async fn id_token_is_rejected() {
    let test = TestServer::new().await;
    for claim in ["nonce", "at_hash", "c_hash"] {
        for value in [json!("x"), json!(""), json!(null), json!(1)] {
            let token = test.token().claim(claim, value.clone());
            assert_eq!(
                test.validate(token).await,
                Err(TokenError::IdToken),
                "{claim}: {value}"
            );
        }
    }
}

/// RFC 7519 §4 (unique names), RFC 7515 §10.12 (trailing bytes), and serde's derive, which accepts
/// an array for a struct.
#[tokio::test]
async fn claims_outside_strict_json_are_rejected() {
    let test = TestServer::new().await;
    let good = test.token().claims_json();
    let open = good.strip_suffix('}').unwrap();
    for payload in [
        format!(r#"{open},"sub":"admin"}}"#),
        format!(r#"{open},"sub":"alice"}}"#),
        format!(r#"{open},"s\u0075b":"admin"}}"#),
        format!(r#"{open},"\u0061ud":"https://api.test"}}"#),
        format!(r#"{open},"e\u0078p":99999999999}}"#),
        format!(r#"{open},"x":1,"\u0078":1}}"#),
        format!(r#"{open},"x":{{"y":1,"\u0079":1}}}}"#),
        format!("{good}x"),
        format!("{good}{good}"),
        format!("{good}\0"),
        format!("\u{feff}{good}"),
        format!("{open},}}"),
        format!("{good}//"),
        open.to_owned(),
        format!("[{good}]"),
        format!(r#"["{ISSUER}","alice","{AUDIENCE}",99999999999]"#),
        "null".to_owned(),
        "\"alice\"".to_owned(),
        "1".to_owned(),
        " ".to_owned(),
    ] {
        let token = test.token().payload_bytes(payload.clone());
        assert_eq!(
            test.validate(token).await,
            Err(TokenError::MalformedClaims),
            "{payload}"
        );
    }
    let not_utf8 = [open.as_bytes(), b",\"x\":\"\xff\"}"].concat();
    let token = test.token().payload_bytes(not_utf8);
    assert_eq!(test.validate(token).await, Err(TokenError::MalformedClaims));
}

/// CVE-2026-29000, RFC 7519 §5.2: inner tokens are not supported, signed or not.
#[tokio::test]
async fn nested_token_is_rejected() {
    let test = TestServer::new().await;
    let inner = test.token().sign();
    for payload in [inner.clone(), format!("\"{inner}\"")] {
        let nested = test.token().payload_bytes(payload);
        assert_eq!(
            test.validate(nested.clone()).await,
            Err(TokenError::MalformedClaims)
        );
        let announced = nested.header("cty", "JWT");
        assert_eq!(test.validate(announced).await, Err(TokenError::Type));
    }
    let announced = test.token().header("cty", "JWT");
    assert_eq!(test.validate(announced).await, Err(TokenError::Type));
}

/// RFC 7519 §5.3: if two values differ, neither is used.
#[tokio::test]
async fn header_copy_of_a_claim_must_be_equal() {
    let test = TestServer::new().await;
    for (claim, own) in [("iss", ISSUER), ("sub", "alice"), ("aud", AUDIENCE)] {
        let token = test.token().header(claim, own);
        assert_eq!(test.validate(token).await, Ok(()), "{claim}");
        let token = test.token().header(claim, "admin");
        assert_eq!(
            test.validate(token).await,
            Err(TokenError::WrongClaim(claim)),
            "{claim}"
        );
        let token = test.token().header(claim, json!([null]));
        assert_eq!(
            test.validate(token).await,
            Err(TokenError::MalformedHeader),
            "{claim}"
        );
    }
}

/// RFC 8725 §3.10: names reach logs and databases, which may interpret control characters and change
/// noncharacters.
#[tokio::test]
async fn control_character_or_noncharacter_in_a_name_is_rejected() {
    let test = TestServer::new().await;
    for claim in ["sub", "client_id", "jti"] {
        for name in [
            "a\0",
            "a\r\nSet-Cookie: x",
            "\u{1b}[2J",
            "a\u{202e}b",
            "\u{2028}",
            "a\u{fffe}",
            "\u{fdd0}b",
            "\u{10ffff}",
        ] {
            let token = test.token().claim(claim, name);
            assert_eq!(
                test.validate(token).await,
                Err(TokenError::WrongClaim(claim)),
                "{claim}: {name:?}"
            );
        }
    }
}

/// RFC 6749 §3.3.
#[tokio::test]
async fn scope_outside_the_grammar_is_rejected() {
    let test = TestServer::new().await;
    for scope in ["a\"b", "a\\b", "a\tb", "a\nb", "é", "a\0"] {
        assert_eq!(
            test.validate(test.token().scopes(scope)).await,
            Err(TokenError::Scope),
            "{scope:?}"
        );
    }
}
