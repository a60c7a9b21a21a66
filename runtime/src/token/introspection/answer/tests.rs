//! Answers, each good but for one member.

mod confirmed;

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::token::lifetime::Limits;
use crate::token::profile::INTROSPECTED;

const NOW: u64 = 1_700_000_000;

fn rules() -> Rules {
    Rules {
        issuer: "https://a.example".into(),
        audience: "https://api.example".into(),
        form: INTROSPECTED,
        roles: INTROSPECTED.roles_claim(INTROSPECTED.roles).unwrap(),
        limits: Limits {
            clock_skew: Duration::from_secs(30),
            max_lifetime: Duration::from_mins(30),
        },
    }
}

/// RFC 7662 §2.2, with what is demanded of every token.
fn good() -> Value {
    json!({
        "active": true, "iss": "https://a.example", "sub": "alice",
        "aud": "https://api.example", "client_id": "app", "scope": "a b",
        "token_type": "Bearer", "iat": NOW - 60, "exp": NOW + 600, "jti": "j",
        "username": "alice@a.example", "roles": ["clerk", "auditor"],
    })
}

/// The good answer with one member replaced, or taken out.
fn with(member: &str, value: Value) -> Value {
    let mut answer = good();
    answer[member] = value;
    answer
}

fn without(member: &str) -> Value {
    let mut answer = good();
    answer.as_object_mut().unwrap().remove(member);
    answer
}

fn read(answer: &Value) -> Answer {
    Answer::read(answer.to_string().into_bytes()).unwrap()
}

fn accept(answer: &Value) -> Result<VerifiedToken, TokenError> {
    read(answer).accept(&rules(), false, NumericDate::from_secs(NOW))
}

fn refusal(answer: &Value) -> Option<TokenError> {
    accept(answer).err()
}

/// A JWT that was verified, with the facts of the good answer.
fn jwt() -> VerifiedToken {
    accept(&good()).unwrap()
}

fn confirm(answer: &Value) -> Result<VerifiedToken, TokenError> {
    read(answer).confirm(&jwt(), &rules(), NumericDate::from_secs(NOW))
}

#[test]
fn an_active_token_is_told_as_it_is() {
    let token = accept(&good()).unwrap();
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
    assert_eq!(claims, good());
}

/// RFC 7662 §2.2: what may be absent.
#[test]
fn what_the_specification_leaves_open_may_be_absent() {
    for member in [
        "iss",
        "client_id",
        "scope",
        "token_type",
        "jti",
        "username",
        "roles",
    ] {
        assert_eq!(refusal(&without(member)), None, "{member}");
    }
    assert_eq!(accept(&without("scope")).unwrap().scopes().as_str(), "");
}

#[test]
fn what_is_demanded_of_every_token_is_demanded() {
    for member in ["sub", "aud", "exp", "iat"] {
        assert_eq!(
            refusal(&without(member)),
            Some(TokenError::MissingClaim(member))
        );
    }
}

/// RFC 7662 §2.2: `active` is a boolean; nothing but `true` is active.
#[test]
fn only_a_literal_true_is_active() {
    for active in [
        json!(false),
        json!("true"),
        json!(1),
        json!(null),
        json!([true]),
        json!({"active": true}),
    ] {
        let answer = with("active", active);
        assert!(!read(&answer).is_active(), "{answer}");
        assert_eq!(refusal(&answer), Some(TokenError::Inactive), "{answer}");
        assert_eq!(
            confirm(&answer).err(),
            Some(TokenError::Inactive),
            "{answer}"
        );
    }
    for answer in [
        without("active"),
        json!({}),
        json!({"Active": true}),
        json!({"active": false}),
    ] {
        assert_eq!(refusal(&answer), Some(TokenError::Inactive), "{answer}");
    }
    let nested = json!({"active": false, "sub": {"active": true}});
    assert_eq!(refusal(&nested), Some(TokenError::Inactive));
}

/// Then nothing is known of the token: it is neither good nor bad.
#[test]
fn what_is_no_strict_object_is_no_answer() {
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
    ] {
        let read = Answer::read(json.as_bytes().to_vec());
        assert!(
            matches!(read, Err(IntrospectionError::NotAnAnswer)),
            "{json}"
        );
    }
    assert!(Answer::read(b"{\"active\":true,\"x\":\"\xff\"}".to_vec()).is_err());
}

#[test]
fn a_wrong_type_is_refused_and_never_taken_for_absent() {
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
        ("roles", vec![json!("clerk"), json!([1])]),
    ] {
        for value in values {
            let answer = with(member, value);
            assert_eq!(
                refusal(&answer),
                Some(TokenError::WrongClaim(member)),
                "{answer}"
            );
            let confirmed = confirm(&answer).err();
            assert_eq!(confirmed, Some(TokenError::WrongClaim(member)), "{answer}");
        }
    }
}

#[test]
fn another_issuer_and_another_audience_are_refused() {
    for issuer in [
        "https://a.example/",
        "https://b.example",
        "a.example",
        "https://A.example",
    ] {
        let answer = with("iss", json!(issuer));
        assert_eq!(refusal(&answer), Some(TokenError::Issuer), "{issuer}");
        assert_eq!(confirm(&answer).err(), Some(TokenError::Issuer), "{issuer}");
    }
    for audience in [
        json!("https://b.example"),
        json!(["app", "https://api.example/"]),
    ] {
        let answer = with("aud", audience);
        assert_eq!(refusal(&answer), Some(TokenError::Audience), "{answer}");
        assert_eq!(
            confirm(&answer).err(),
            Some(TokenError::Audience),
            "{answer}"
        );
    }
    let among_others = with("aud", json!(["app", "https://api.example"]));
    assert_eq!(refusal(&among_others), None);
}

/// RFC 6749 §7.1: the type is compared without regard to case; RFC 9449 §6.2, RFC 8705 §3.2.
#[test]
fn only_a_bearer_token_that_is_an_access_token_is_accepted() {
    for (member, value) in [
        ("token_type", "bearer"),
        ("token_type", "BEARER"),
        ("token_use", "access_token"),
        ("token_use", "access"),
        ("typ", "Bearer"),
        ("typ", "at+jwt"),
    ] {
        assert_eq!(
            refusal(&with(member, json!(value))),
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
        let answer = with(member, json!(value));
        assert_eq!(
            refusal(&answer),
            Some(TokenError::WrongClaim(member)),
            "{value}"
        );
        assert_eq!(
            confirm(&answer).err(),
            Some(TokenError::WrongClaim(member)),
            "{value}"
        );
    }
}

#[test]
fn bound_tokens_and_id_tokens_are_refused() {
    for (member, error) in [
        ("cnf", TokenError::Binding),
        ("nonce", TokenError::IdToken),
        ("at_hash", TokenError::IdToken),
    ] {
        let answer = with(member, json!({"jkt": "x"}));
        assert_eq!(refusal(&answer), Some(error));
        assert_eq!(confirm(&answer).err(), Some(error));
    }
}

/// Decision 4: lifetime and instant, with the skew.
#[test]
fn time_is_judged_as_a_jwts_is() {
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
            refusal(&with(member, json!(value))),
            error,
            "{member} {value}"
        );
    }
}

#[test]
fn a_scope_outside_the_grammar_is_refused() {
    for scope in [" a", "a ", "a  b", "a\tb", "\"a\"", "ä"] {
        assert_eq!(
            refusal(&with("scope", json!(scope))),
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
fn a_client_is_the_subject_only_where_that_was_said() {
    let now = NumericDate::from_secs(NOW);
    let accept = |answer: &Value| read(answer).accept(&rules(), true, now);
    assert_eq!(accept(&without("sub")).unwrap().subject(), "app");
    assert_eq!(accept(&good()).unwrap().subject(), "alice");
    let wrong = accept(&with("sub", json!(null))).err();
    assert_eq!(wrong, Some(TokenError::WrongClaim("sub")));
    let mut nobody = without("sub");
    nobody.as_object_mut().unwrap().remove("client_id");
    assert_eq!(accept(&nobody).err(), Some(TokenError::MissingClaim("sub")));
}
