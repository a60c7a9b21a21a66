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
