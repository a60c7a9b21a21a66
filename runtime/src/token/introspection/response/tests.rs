//! Responses with one wrong member each.

mod agreed;
mod confirmed;

use serde_json::{Value, json};

use super::*;

const NOW: u64 = 1_700_000_000;

/// A response of RFC 7662 §2.2 with the claims that every token requires.
fn valid() -> Value {
    json!({
        "active": true, "iss": "https://a.example", "sub": "alice",
        "aud": "https://api.example", "client_id": "app", "scope": "a b",
        "token_type": "Bearer", "iat": NOW - 60, "exp": NOW + 600, "jti": "j",
        "username": "alice@a.example", "roles": ["clerk", "auditor"],
    })
}

/// The valid response with one member replaced.
fn with(member: &str, value: Value) -> Value {
    let mut response = valid();
    response[member] = value;
    response
}

fn without(member: &str) -> Value {
    let mut response = valid();
    response.as_object_mut().unwrap().remove(member);
    response
}

/// Adds the members of `other` to `claims`.
fn merge(claims: &mut Value, other: &Value) {
    let others = other.as_object().unwrap().clone();
    claims.as_object_mut().unwrap().extend(others);
}

fn read(response: &Value) -> IntrospectionResponse {
    IntrospectionResponse::read(response.to_string().into_bytes()).unwrap()
}

fn validate(response: &Value) -> Result<VerifiedToken, TokenError> {
    read(response).validate(
        &TokenRules::for_testing(),
        false,
        NumericDate::from_secs(NOW),
    )
}

fn rejection(response: &Value) -> Option<TokenError> {
    validate(response).err()
}

/// A verified JWT with the claims of the valid response.
fn jwt() -> VerifiedToken {
    validate(&valid()).unwrap()
}

fn confirm(response: &Value) -> Result<VerifiedToken, TokenError> {
    read(response).confirm(
        &jwt(),
        &TokenRules::for_testing(),
        &TokenRules::for_testing(),
        NumericDate::from_secs(NOW),
    )
}

#[test]
fn active_token_has_the_values_of_the_response() {
    let token = validate(&valid()).unwrap();
    assert_eq!(token.issuer(), "https://a.example");
    assert_eq!(token.subject(), "alice");
    assert_eq!(token.client_id(), Some("app"));
    assert_eq!(token.jti(), Some("j"));
    assert_eq!(token.scopes().as_str(), "a b");
    assert_eq!(
        token.roles().iter().collect::<Vec<_>>(),
        ["clerk", "auditor"]
    );
    assert_eq!(token.expires_at(), NumericDate::from_secs(NOW + 600));
    assert_eq!(token.issued_at(), NumericDate::from_secs(NOW - 60));
    let claims: Value = serde_json::from_slice(token.claims_json()).unwrap();
    assert_eq!(claims, valid());
}

/// RFC 7662 §2.2.
#[test]
fn response_without_optional_member_is_accepted() {
    for member in [
        "iss",
        "client_id",
        "scope",
        "token_type",
        "jti",
        "username",
        "roles",
    ] {
        assert_eq!(rejection(&without(member)), None, "{member}");
    }
    assert_eq!(validate(&without("scope")).unwrap().scopes().as_str(), "");
}

#[test]
fn response_without_required_member_is_rejected() {
    for member in ["sub", "aud", "exp", "iat"] {
        assert_eq!(
            rejection(&without(member)),
            Some(TokenError::MissingClaim(member))
        );
    }
}

/// RFC 7662 §2.2: `active` is a boolean.
#[test]
fn active_other_than_true_is_inactive() {
    for active in [
        json!(false),
        json!("true"),
        json!(1),
        json!(null),
        json!([true]),
        json!({"active": true}),
    ] {
        let response = with("active", active);
        assert!(!read(&response).is_active(), "{response}");
        assert_eq!(
            rejection(&response),
            Some(TokenError::Inactive),
            "{response}"
        );
        assert_eq!(
            confirm(&response).err(),
            Some(TokenError::Inactive),
            "{response}"
        );
    }
    for response in [
        without("active"),
        json!({}),
        json!({"Active": true}),
        json!({"active": false}),
    ] {
        assert_eq!(
            rejection(&response),
            Some(TokenError::Inactive),
            "{response}"
        );
    }
    let nested = json!({"active": false, "sub": {"active": true}});
    assert_eq!(rejection(&nested), Some(TokenError::Inactive));
}

/// A malformed response says nothing about the token.
#[test]
fn malformed_response_is_an_error() {
    for json in [
        "",
        "true",
        "[]",
        "[true]",
        "null",
        "active",
        r#"{"active":true"#,
        r#"{"active":true}x"#,
        r#"{"active":false,"active":true}"#,
        r#"{"active":false,"\u0061ctive":true}"#,
        r#"{"active":true,"sub":"a","sub":"b"}"#,
        r#"{"active":true,"x":{"y":1,"y":2}}"#,
        "\u{feff}{\"active\":true}",
        "{\"active\":true,\"x\":\"\\ud800\"}",
        r#"{"active":true,"x":1e999}"#,
        r#"{"active":true,"exp":-1E400}"#,
        r#"{"$serde_json::private::RawValue":"{\"active\":true}"}"#,
        r#"{"active":{"$serde_json::private::RawValue":"true"}}"#,
    ] {
        let read = IntrospectionResponse::read(json.as_bytes().to_vec());
        assert!(
            matches!(read, Err(IntrospectionError::MalformedResponse)),
            "{json}"
        );
    }
    assert!(IntrospectionResponse::read(b"{\"active\":true,\"x\":\"\xff\"}".to_vec()).is_err());
}

/// A response with malformed roles grants none, to an opaque token and to a JWT.
#[test]
fn malformed_roles_of_a_response_are_none() {
    for value in [json!([1]), json!({"clerk": true}), json!(["clerk", null])] {
        let response = with("roles", value);
        let rules = TokenRules::for_testing();
        let opaque = read(&response).validate(&rules, false, NumericDate::from_secs(NOW));
        let opaque = opaque.unwrap();
        assert!(opaque.roles().iter().next().is_none(), "{response}");
        assert!(opaque.has_malformed_roles(), "{response}");
        let confirmed = confirm(&response).unwrap();
        assert!(confirmed.roles().iter().next().is_none(), "{response}");
    }
    let one = with("roles", json!("clerk"));
    let rules = TokenRules::for_testing();
    let opaque = read(&one).validate(&rules, false, NumericDate::from_secs(NOW));
    assert!(opaque.unwrap().roles().iter().eq(["clerk"]));
}

#[test]
fn member_of_wrong_type_is_rejected() {
    for (member, values) in [
        (
            "sub",
            vec![json!(1), json!(null), json!(["alice"]), json!("")],
        ),
        ("aud", vec![json!(1), json!(null), json!({}), json!([1])]),
        ("exp", vec![json!("1"), json!(null), json!(-1), json!(true)]),
        ("iat", vec![json!("1"), json!(null), json!([])]),
        ("nbf", vec![json!("1"), json!(null), json!(false)]),
        (
            "iss",
            vec![json!(1), json!(null), json!(["https://a.example"])],
        ),
        ("scope", vec![json!(["a"]), json!(null), json!(1)]),
        ("client_id", vec![json!(1), json!(null), json!("")]),
        ("jti", vec![json!(1), json!(null), json!("")]),
        ("token_type", vec![json!(1), json!(null), json!(["Bearer"])]),
    ] {
        for value in values {
            let response = with(member, value);
            assert_eq!(
                rejection(&response),
                Some(TokenError::WrongClaim(member)),
                "{response}"
            );
            let confirmed = confirm(&response).err();
            assert_eq!(
                confirmed,
                Some(TokenError::WrongClaim(member)),
                "{response}"
            );
        }
    }
}

#[test]
fn other_issuer_or_audience_is_rejected() {
    for issuer in [
        "https://a.example/",
        "https://b.example",
        "a.example",
        "https://A.example",
    ] {
        let response = with("iss", json!(issuer));
        assert_eq!(rejection(&response), Some(TokenError::Issuer), "{issuer}");
        assert_eq!(
            confirm(&response).err(),
            Some(TokenError::Issuer),
            "{issuer}"
        );
    }
    for audience in [
        json!("https://b.example"),
        json!(["app", "https://api.example/"]),
    ] {
        let response = with("aud", audience);
        assert_eq!(
            rejection(&response),
            Some(TokenError::Audience),
            "{response}"
        );
        assert_eq!(
            confirm(&response).err(),
            Some(TokenError::Audience),
            "{response}"
        );
    }
    let among_others = with("aud", json!(["app", "https://api.example"]));
    assert_eq!(rejection(&among_others), None);
}

/// RFC 6749 §7.1 (case-insensitive), RFC 9449 §6.2, RFC 8705 §3.2.
#[test]
fn token_of_another_kind_is_rejected() {
    for (member, value) in [
        ("token_type", "bearer"),
        ("token_type", "BEARER"),
        ("token_use", "access_token"),
        ("token_use", "access"),
        ("typ", "Bearer"),
        ("typ", "at+jwt"),
    ] {
        assert_eq!(
            rejection(&with(member, json!(value))),
            None,
            "{member} {value}"
        );
    }
    for (member, value) in [
        ("token_type", "DPoP"),
        ("token_type", "refresh_token"),
        ("token_type", "N_A"),
        ("token_type", ""),
        ("token_type", "Bearer "),
        ("token_use", "refresh_token"),
        ("token_use", "id"),
        ("typ", "Refresh"),
        ("typ", "Offline"),
        ("typ", "ID"),
    ] {
        let response = with(member, json!(value));
        assert_eq!(
            rejection(&response),
            Some(TokenError::WrongClaim(member)),
            "{value}"
        );
        assert_eq!(
            confirm(&response).err(),
            Some(TokenError::WrongClaim(member)),
            "{value}"
        );
    }
}

#[test]
fn bound_token_and_id_token_are_rejected() {
    for (member, error) in [
        ("cnf", TokenError::Binding),
        ("nonce", TokenError::IdToken),
        ("at_hash", TokenError::IdToken),
    ] {
        let response = with(member, json!({"jkt": "x"}));
        assert_eq!(rejection(&response), Some(error));
        assert_eq!(confirm(&response).err(), Some(error));
    }
}

/// The time limits are the same as for a JWT.
#[test]
fn token_outside_its_validity_or_lifetime_is_rejected() {
    for (member, value, error) in [
        ("exp", NOW - 29, None),
        ("exp", NOW - 30, Some(TokenError::Expired)),
        ("iat", NOW + 30, None),
        ("iat", NOW + 31, Some(TokenError::NotYetValid)),
        ("nbf", NOW + 30, None),
        ("nbf", NOW + 31, Some(TokenError::NotYetValid)),
        ("exp", NOW - 60, Some(TokenError::Lifetime)),
        ("exp", NOW + 1_740, None),
        ("exp", NOW + 1_741, Some(TokenError::Lifetime)),
    ] {
        assert_eq!(
            rejection(&with(member, json!(value))),
            error,
            "{member} {value}"
        );
    }
}

#[test]
fn scope_outside_the_grammar_is_rejected() {
    for scope in [" a", "a ", "a  b", "a\tb", "\"a\"", "ä"] {
        assert_eq!(
            rejection(&with("scope", json!(scope))),
            Some(TokenError::Scope),
            "{scope}"
        );
        assert_eq!(
            confirm(&with("scope", json!(scope))).err(),
            Some(TokenError::Scope)
        );
    }
}

#[test]
fn client_is_the_subject_only_if_configured() {
    let now = NumericDate::from_secs(NOW);
    let validate =
        |response: &Value| read(response).validate(&TokenRules::for_testing(), true, now);
    assert_eq!(validate(&without("sub")).unwrap().subject(), "app");
    assert_eq!(validate(&valid()).unwrap().subject(), "alice");
    let wrong = validate(&with("sub", json!(null))).err();
    assert_eq!(wrong, Some(TokenError::WrongClaim("sub")));
    let mut without_both = without("sub");
    without_both.as_object_mut().unwrap().remove("client_id");
    assert_eq!(
        validate(&without_both).err(),
        Some(TokenError::MissingClaim("sub"))
    );
}
