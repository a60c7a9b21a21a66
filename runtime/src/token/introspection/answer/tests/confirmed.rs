//! JWTs that an answer confirms, narrows or refuses.

use super::*;

#[test]
fn a_jwt_is_confirmed_by_a_bare_answer() {
    let token = confirm(&json!({"active": true})).unwrap();
    assert_eq!(token.subject(), "alice");
    assert_eq!(token.scopes().as_str(), "a b");
    assert_eq!(token.expires_at(), NumericDate::from_secs(NOW + 600));
    assert_eq!(token.claims_json(), jwt().claims_json());
}

#[test]
fn an_answer_that_contradicts_the_jwt_refuses_it() {
    for (member, value) in [("sub", "bob"), ("client_id", "other"), ("jti", "k")] {
        let answer = with(member, json!(value));
        assert_eq!(confirm(&answer).err(), Some(TokenError::WrongClaim(member)));
    }
    for (member, value, error) in [
        ("exp", NOW - 30, TokenError::Expired),
        ("nbf", NOW + 31, TokenError::NotYetValid),
    ] {
        assert_eq!(confirm(&with(member, json!(value))).err(), Some(error));
    }
}

#[test]
fn a_jwt_is_never_wider_than_the_answer_nor_than_itself() {
    let mut answer = with("scope", json!("b c"));
    answer["roles"] = json!(["auditor", "admin"]);
    answer["exp"] = json!(NOW + 60);
    let token = confirm(&answer).unwrap();
    assert_eq!(token.scopes().as_str(), "b");
    assert_eq!(token.roles().iter().collect::<Vec<_>>(), ["auditor"]);
    assert_eq!(token.expires_at(), NumericDate::from_secs(NOW + 60));
    let later = confirm(&with("exp", json!(NOW + 900))).unwrap();
    assert_eq!(later.expires_at(), NumericDate::from_secs(NOW + 600));
    let nothing = confirm(&with("scope", json!(""))).unwrap();
    assert_eq!(nothing.scopes().as_str(), "");
}

/// Decision 4: the instants that the answer tells are judged as an opaque token's are.
#[test]
fn an_answers_own_times_are_judged() {
    for (member, value, error) in [
        ("iat", NOW + 30, None),
        ("iat", NOW + 31, Some(TokenError::NotYetValid)),
        ("iat", NOW + 600, Some(TokenError::Lifetime)),
        ("iat", NOW - 1_200, None),
        ("iat", NOW - 1_201, Some(TokenError::Lifetime)),
        ("nbf", NOW + 30, None),
        ("nbf", NOW + 31, Some(TokenError::NotYetValid)),
        ("exp", NOW - 29, None),
        ("exp", NOW - 30, Some(TokenError::Expired)),
        ("exp", NOW - 60, Some(TokenError::Lifetime)),
    ] {
        let confirmed = confirm(&json!({"active": true, member: value}));
        assert_eq!(confirmed.err(), error, "{member} {value}");
    }
}

/// What was revoked until some instant may have been issued when either says.
#[test]
fn a_jwt_is_as_old_as_the_older_of_both_says() {
    for (iat, older) in [(NOW - 90, NOW - 90), (NOW - 30, NOW - 60)] {
        let token = confirm(&with("iat", json!(iat))).unwrap();
        assert_eq!(token.issued_at(), NumericDate::from_secs(older));
        assert!(token.may_predate(NumericDate::from_secs(older - 30)));
        assert!(!token.may_predate(NumericDate::from_secs(older - 31)));
    }
}

#[test]
fn a_jwts_own_beginning_is_not_lost() {
    let later = accept(&with("nbf", json!(NOW + 20))).unwrap();
    let said = read(&json!({"active": true}));
    let token = said.confirm(&later, &rules(), NumericDate::from_secs(NOW));
    let judged = token.unwrap().judge_time(NumericDate::from_secs(NOW - 11));
    assert_eq!(judged, Err(TokenError::NotYetValid));
}
