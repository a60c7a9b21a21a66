//! JWTs that a response confirms, restricts or rejects.

use super::*;

#[test]
fn minimal_active_response_confirms_a_jwt() {
    let token = confirm(&json!({"active": true})).unwrap();
    assert_eq!(token.subject(), "alice");
    assert_eq!(token.scopes().as_str(), "a b");
    assert_eq!(token.expires_at(), NumericDate::from_secs(NOW + 600));
    // their order depends on the features of serde_json
    let claims = |json: &[u8]| serde_json::from_slice::<Value>(json).unwrap();
    assert_eq!(claims(token.claims_json()), claims(jwt().claims_json()));
}

#[test]
fn response_that_contradicts_the_jwt_is_rejected() {
    for (member, value) in [("sub", "bob"), ("client_id", "other"), ("jti", "k")] {
        let response = with(member, json!(value));
        assert_eq!(
            confirm(&response).err(),
            Some(TokenError::WrongClaim(member))
        );
    }
    for (member, value, error) in [
        ("exp", NOW - 30, TokenError::Expired),
        ("nbf", NOW + 31, TokenError::NotYetValid),
    ] {
        assert_eq!(confirm(&with(member, json!(value))).err(), Some(error));
    }
}

#[test]
fn confirmed_jwt_has_only_the_grants_of_both() {
    let mut response = with("scope", json!("b c"));
    response["roles"] = json!(["auditor", "admin"]);
    response["exp"] = json!(NOW + 60);
    let token = confirm(&response).unwrap();
    assert_eq!(token.scopes().as_str(), "b");
    assert_eq!(token.roles().iter().collect::<Vec<_>>(), ["auditor"]);
    assert_eq!(token.expires_at(), NumericDate::from_secs(NOW + 60));
    let later = confirm(&with("exp", json!(NOW + 900))).unwrap();
    assert_eq!(later.expires_at(), NumericDate::from_secs(NOW + 600));
    let nothing = confirm(&with("scope", json!(""))).unwrap();
    assert_eq!(nothing.scopes().as_str(), "");
}

/// The time limits are the same as for an opaque token.
#[test]
fn response_outside_its_validity_or_lifetime_is_rejected() {
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

/// A revocation by time of issue must cover both times.
#[test]
fn confirmed_jwt_has_the_earlier_time_of_issue() {
    for (iat, earlier) in [(NOW - 90, NOW - 90), (NOW - 30, NOW - 60)] {
        let token = confirm(&with("iat", json!(iat))).unwrap();
        assert_eq!(token.issued_at(), NumericDate::from_secs(earlier));
        assert!(token.may_predate(NumericDate::from_secs(earlier - 30)));
        assert!(!token.may_predate(NumericDate::from_secs(earlier - 31)));
    }
}

#[test]
fn confirmed_jwt_keeps_its_own_nbf() {
    let later = validate(&with("nbf", json!(NOW + 20))).unwrap();
    let response = read(&json!({"active": true}));
    let token = response.confirm(
        &later,
        &TokenRules::for_testing(),
        &TokenRules::for_testing(),
        NumericDate::from_secs(NOW),
    );
    let result = token.unwrap().check_time(NumericDate::from_secs(NOW - 11));
    assert_eq!(result, Err(TokenError::NotYetValid));
}

/// The clock skew of 30 s extends the interval at both ends.
#[test]
fn confirmed_jwt_is_valid_while_both_are() {
    for (jwt, response) in [
        ((NOW - 60, NOW + 80), (NOW - 40, NOW + 100)),
        ((NOW - 40, NOW + 100), (NOW - 60, NOW + 80)),
        ((NOW - 40, NOW + 80), (NOW - 60, NOW + 100)),
    ] {
        for start in ["iat", "nbf"] {
            let claims = |(from, until): (u64, u64)| {
                let mut claims = json!({"active": true, "iat": NOW - 300, "exp": until});
                claims[start] = json!(from);
                claims
            };
            let mut valid = valid();
            merge(&mut valid, &claims(jwt));
            let jwt = validate(&valid).unwrap();
            let rules = TokenRules::for_testing();
            let token = read(&claims(response))
                .confirm(&jwt, &rules, &rules, NumericDate::from_secs(NOW))
                .unwrap();
            let is_valid = |now: &u64| token.check_time(NumericDate::from_secs(*now)).is_ok();
            let allowed: Vec<_> = (NOW - 200..NOW + 200).filter(is_valid).collect();
            assert_eq!(
                allowed,
                (NOW - 70..NOW + 110).collect::<Vec<_>>(),
                "{start}"
            );
        }
    }
}
