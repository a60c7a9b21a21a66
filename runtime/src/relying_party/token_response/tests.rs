//! Responses of a token endpoint, each broken in one part.

use super::*;

const NOW: NumericDate = NumericDate::from_secs(1_700_000_000);

fn read(json: &str) -> Result<TokenResponse, EndpointError> {
    let requested = ScopeSet::parse("a b").unwrap();
    TokenResponse::read(json.as_bytes(), &requested, NOW)
}

/// Reads a response with these members beside the required ones.
fn with(members: &str) -> Result<TokenResponse, EndpointError> {
    read(&format!(
        r#"{{"access_token":"t","token_type":"Bearer"{members}}}"#
    ))
}

#[test]
fn response_of_rfc_6749_is_read() {
    let response = read(
        r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA==","token_type":"bearer","expires_in":3600,
            "refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","scope":"a","example_parameter":"x"}"#,
    )
    .unwrap();
    assert_eq!(
        response.access_token().expose(),
        b"2YotnFZFEjr1zCsicMWpAA=="
    );
    assert_eq!(response.expires_at().since(NOW), Duration::from_hours(1));
    let refresh_token = response.refresh_token().map(Secret::expose);
    assert_eq!(refresh_token, Some(&b"tGzv3JOkF0XG5Qx2TlKWIA"[..]));
    assert_eq!(response.scopes().as_str(), "a");
    assert!(response.unverified_id_token().is_none());
    assert!(!format!("{response:?}").contains("2Yotn"));
}

#[test]
fn absent_or_null_members_have_defaults() {
    for members in [
        "",
        r#","expires_in":null,"scope":null,"refresh_token":null,"id_token":null"#,
    ] {
        let response = with(members).unwrap();
        assert_eq!(response.expires_at().since(NOW), Duration::from_mins(5));
        assert_eq!(response.scopes().as_str(), "a b");
        assert!(response.refresh_token().is_none());
    }
}

/// RFC 6749 §7.1: a client does not use a token whose type it does not understand.
#[test]
fn token_type_other_than_bearer_is_rejected() {
    for token_type in [
        r#""DPoP""#,
        r#""mac""#,
        r#""N_A""#,
        r#""""#,
        r#""Bearer ""#,
        r#"["Bearer"]"#,
        "null",
        "1",
    ] {
        let json = format!(r#"{{"access_token":"t","token_type":{token_type}}}"#);
        let error = read(&json).unwrap_err().to_string();
        assert!(error.contains("token_type"), "{token_type}: {error}");
    }
    assert!(read(r#"{"access_token":"t"}"#).is_err());
    for token_type in ["Bearer", "bearer", "BEARER"] {
        let json = format!(r#"{{"access_token":"t","token_type":"{token_type}"}}"#);
        assert!(read(&json).is_ok(), "{token_type}");
    }
}

/// CVE-2026-25537, as a member of a response: a value of another type is never absent.
#[test]
fn lifetime_that_is_not_a_positive_number_is_rejected() {
    for lifetime in [
        "-1",
        "0",
        "0.5",
        "-3600",
        r#""3600""#,
        r#""""#,
        "true",
        "[]",
        "[3600]",
        "{}",
        "1e999",
        "NaN",
        "-0.0",
    ] {
        assert!(
            with(&format!(r#","expires_in":{lifetime}"#)).is_err(),
            "{lifetime}"
        );
    }
}

#[test]
fn lifetime_is_at_most_24_hours() {
    for (lifetime, expected) in [
        ("1", 1),
        ("1.5", 1),
        ("86399", 86_399),
        ("86400", 86_400),
        ("86401", 86_400),
        ("18446744073709551615", 86_400),
        ("99999999999999999999999", 86_400),
        ("1e300", 86_400),
    ] {
        let response = with(&format!(r#","expires_in":{lifetime}"#)).unwrap();
        let found = response.expires_at().since(NOW).as_secs();
        assert_eq!(found, expected, "{lifetime}");
    }
}

/// A line break would end the header field that carries the token.
#[test]
fn access_token_that_is_not_a_b64token_is_rejected() {
    for token in [
        "",
        "a b",
        " a",
        "a ",
        r"a\nb",
        r"a\r\nx: y",
        r"a\u0000",
        "a,b",
        "a;b",
        "=",
        "==",
        "a=b",
        r#"a\"b"#,
        "\u{e9}",
        r"\u00e9",
    ] {
        let json = format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#);
        let error = read(&json).err().unwrap_or_else(|| panic!("{token}"));
        assert!(
            error.to_string().contains("access_token"),
            "{token}: {error}"
        );
    }
    for token in ["a", "a=", "aA0-._~+/==", "e.y.z"] {
        let json = format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#);
        assert!(read(&json).is_ok(), "{token}");
    }
}

#[test]
fn token_is_at_most_16_kib() {
    for (length, is_valid) in [(MAX_TOKEN_LEN, true), (MAX_TOKEN_LEN + 1, false)] {
        let token = "t".repeat(length);
        let access = format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#);
        assert_eq!(read(&access).is_ok(), is_valid);
        for member in ["refresh_token", "id_token"] {
            assert_eq!(with(&format!(r#","{member}":"{token}""#)).is_ok(), is_valid);
        }
    }
}

#[test]
fn token_of_another_type_or_alphabet_is_rejected() {
    for member in ["refresh_token", "id_token"] {
        for value in [
            "1",
            "true",
            "[]",
            "{}",
            r#""""#,
            r#""a\nb""#,
            r#""\u00e9""#,
            r#""\u007f""#,
        ] {
            let error = with(&format!(r#","{member}":{value}"#)).err();
            let error = error
                .unwrap_or_else(|| panic!("{member} {value}"))
                .to_string();
            assert!(error.contains(member), "{error}");
        }
        assert!(with(&format!(r#","{member}":"a b""#)).is_ok());
    }
}

#[test]
fn scope_outside_the_grammar_is_rejected() {
    for scope in [
        r#""a  b""#,
        r#"" a""#,
        r#""a\tb""#,
        r#""\u00e9""#,
        "1",
        r#"["a"]"#,
        "{}",
    ] {
        assert!(with(&format!(r#","scope":{scope}"#)).is_err(), "{scope}");
    }
    assert_eq!(with(r#","scope":"""#).unwrap().scopes().as_str(), "");
}

#[test]
fn response_with_a_duplicate_member_or_of_another_type_is_rejected() {
    for json in [
        r#"{"access_token":"t","token_type":"Bearer","access_token":"u"}"#,
        r#"{"access_token":"t","token_type":"Bearer","token_\u0074ype":"Bearer"}"#,
        r#"{"access_token":"t","token_type":"Bearer","x":{"y":1,"y":2}}"#,
        r#"{"access_token":"t","token_type":"Bearer"}x"#,
        r#"{"access_token":"t","token_type":"Bearer""#,
        r#"[{"access_token":"t","token_type":"Bearer"}]"#,
        r#"["t","Bearer"]"#,
        r#"{"token_type":"Bearer"}"#,
        r#"{"access_token":null,"token_type":"Bearer"}"#,
        "null",
        "",
    ] {
        let error = read(json).err().unwrap_or_else(|| panic!("{json}"));
        assert!(matches!(error, EndpointError::Malformed { .. }), "{json}");
    }
}

#[test]
fn refresh_token_of_a_rejected_response_is_found() {
    for (json, has_id_token) in [
        (r#"{"refresh_token":"r"}"#, false),
        (r#"{"refresh_token":"r","token_type":"mac"}"#, false),
        (r#"{"refresh_token":"r","access_token":7}"#, false),
        (r#"{"refresh_token":"r","x":1,"x":2}"#, false),
        (r#"{"refresh_token":"r","id_token":null}"#, false),
        (r#"{"refresh_token":"r","id_token":"i"}"#, true),
        (r#"{"refresh_token":"r","id_token":7}"#, true),
    ] {
        let rotated = TokenResponse::rotated(json.as_bytes()).unwrap();
        assert_eq!(rotated.refresh_token.expose(), b"r", "{json}");
        assert_eq!(rotated.has_id_token, has_id_token, "{json}");
    }
    for json in [
        "",
        "{",
        "[]",
        "7",
        "{}",
        r#"{"refresh_token":7}"#,
        r#"{"refresh_token":null}"#,
        r#"{"refresh_token":""}"#,
        r#"{"refresh_token":"a\nb"}"#,
    ] {
        assert!(TokenResponse::rotated(json.as_bytes()).is_none(), "{json}");
    }
}

#[test]
fn error_never_contains_a_token() {
    for json in [
        r#"{"access_token":"canary\n","token_type":"Bearer"}"#,
        r#"{"access_token":"canary","token_type":"Bearer","access_token":"canary"}"#,
        r#"{"access_token":["canary"],"token_type":"Bearer"}"#,
        r#"{"access_token":"t","token_type":"Bearer","refresh_token":"canary\n"}"#,
        r#"{"access_token":"t","token_type":"canary"}"#,
        r#"{"access_token":"canary"#,
    ] {
        let error = read(json).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"), "{json}");
    }
}
