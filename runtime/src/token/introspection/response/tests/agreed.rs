//! The claims on which a JWT and a response agree, for each profile.

use super::*;
use crate::token::profile::Profile;

/// Confirms a JWT of a profile, and returns its claims; they must agree with its methods.
fn agreed(
    profile: &Profile,
    roles: &str,
    jwt: &Value,
    response: &Value,
) -> Result<Value, TokenError> {
    let now = NumericDate::from_secs(NOW);
    let rules = TokenRules::for_testing();
    let jwt_rules = TokenRules {
        format: profile.format(),
        roles: profile.format().roles_claim(roles).unwrap(),
        ..rules.clone()
    };
    let rules = TokenRules {
        roles: rules.format.roles_claim(roles).unwrap(),
        ..rules
    };
    let mut claims = json!({
        "iss": "https://a.example", "sub": "alice", "aud": "https://api.example",
        "iat": NOW - 60, "exp": NOW + 600, "ver": "2.0", "typ": "Bearer", "token_use": "access",
        "jti": "j", "uti": "j", "client_id": "app", "azp": "app", "cid": "app",
    });
    merge(&mut claims, jwt);
    let json = claims.to_string().into_bytes();
    let jwt = jwt_rules
        .verify(&jwt_rules.read(&json).unwrap(), now)
        .unwrap();
    let mut members = json!({"active": true});
    merge(&mut members, response);
    let token = read(&members).confirm(&jwt, &rules, &jwt_rules, now)?;
    let json = jwt_rules.read(token.claims_json()).unwrap();
    assert_eq!(
        json.scope.as_deref().unwrap_or_default(),
        token.scopes().as_str()
    );
    assert_eq!(json.roles.clone().unwrap_or_default(), *token.roles());
    assert_eq!(json.sub.as_deref(), Some(token.subject()));
    assert_eq!(json.client_id.as_deref(), token.client_id());
    assert_eq!(json.token_id.as_deref(), token.jti());
    assert_eq!(json.exp, Some(token.expires_at()));
    assert_eq!(json.iat, Some(token.issued_at()));
    Ok(serde_json::from_slice(token.claims_json()).unwrap())
}

/// Issuers report scopes in `scope`, or under the name that their tokens use.
#[test]
fn scopes_are_narrowed_in_every_claim_that_contains_them() {
    let narrowed = [
        json!({"scope": "read"}),
        json!({"scope": "read", "scp": "read other"}),
        json!({"scope": "read other"}),
    ];
    for (profile, scope, expected) in [
        (
            Profile::Rfc9068,
            json!({"scope": "read write"}),
            json!("read"),
        ),
        (Profile::Entra, json!({"scp": "read write"}), json!("read")),
        (
            Profile::Okta,
            json!({"scp": ["read", "write"]}),
            json!(["read"]),
        ),
        (
            Profile::Keycloak,
            json!({"scope": "write read"}),
            json!("read"),
        ),
        (
            Profile::Cognito,
            json!({"scope": "read write"}),
            json!("read"),
        ),
        (
            Profile::Okta,
            json!({"scp": ["read", "write"], "scope": "read write"}),
            json!(["read"]),
        ),
    ] {
        for response in &narrowed {
            let claims = agreed(&profile, "/roles", &scope, response).unwrap();
            let name = profile.format().claim_names.scope.name();
            assert_eq!(claims[name], expected, "{profile:?} {response}");
            let text = claims.to_string();
            assert!(!text.contains("write"), "{text}");
        }
    }
    for response in [json!({"scp": ["read"]}), json!({"scp": "read"})] {
        let jwt = json!({"scp": ["read", "write"]});
        let claims = agreed(&Profile::Okta, "/roles", &jwt, &response).unwrap();
        assert_eq!(claims["scp"], json!(["read"]));
    }
    for response in [
        json!({"scope": ""}),
        json!({"scp": []}),
        json!({"scope": "read", "scp": "write"}),
    ] {
        let jwt = json!({"scp": ["read", "write"]});
        let claims = agreed(&Profile::Okta, "/roles", &jwt, &response).unwrap();
        assert_eq!(claims["scp"], json!([]));
    }
}

#[test]
fn scopes_of_another_type_are_rejected() {
    for scopes in [
        json!(null),
        json!(1),
        json!([1]),
        json!(["a", null]),
        json!({"a": 1}),
        json!("a  b"),
    ] {
        let jwt = json!({"scp": ["read"]});
        let error = agreed(&Profile::Okta, "/roles", &jwt, &json!({"scp": scopes})).err();
        assert_eq!(error, Some(TokenError::Scope), "{scopes}");
    }
}

#[test]
fn roles_are_narrowed_at_the_pointer() {
    for (pointer, jwt, response, expected) in [
        (
            "/roles",
            json!({"roles": ["admin", "clerk"]}),
            json!({"roles": []}),
            json!({"roles": []}),
        ),
        (
            "/realm_access/roles",
            json!({"realm_access": {"roles": ["admin", "clerk"]}}),
            json!({"realm_access": {"roles": ["clerk", "boss"]}}),
            json!({"realm_access": {"roles": ["clerk"]}}),
        ),
        (
            "/realm_access/roles",
            json!({"realm_access": {"roles": ["admin"]}}),
            json!({"realm_access": {}}),
            json!({"realm_access": {}}),
        ),
        (
            "/https:~1~1a.example~1roles",
            json!({"https://a.example/roles": ["admin", "clerk"]}),
            json!({"https://a.example/roles": ["clerk"]}),
            json!({"https://a.example/roles": ["clerk"]}),
        ),
        (
            "/scp",
            json!({"scp": ["admin", "clerk"]}),
            json!({"scp": ["clerk"], "scope": "read"}),
            json!({"scp": ["clerk"]}),
        ),
    ] {
        let mut jwt = jwt;
        merge(&mut jwt, &json!({"scope": "read"}));
        let claims = agreed(&Profile::Rfc9068, pointer, &jwt, &response).unwrap();
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(claims[name], *value, "{pointer}");
        }
    }
}

/// A claim that the decision does not use may decide in a handler.
#[test]
fn other_claims_are_narrowed_or_rejected() {
    for (jwt, response, expected) in [
        (json!(["a", "b"]), json!(["b"]), Some(json!(["b"]))),
        (
            json!(["a", "b"]),
            json!(["b", "a"]),
            Some(json!(["a", "b"])),
        ),
        (json!(["a", "b"]), json!(["b", "c"]), None),
        (json!([]), json!(["read-only"]), None),
        (json!(["a", "b"]), json!([]), Some(json!([]))),
        (
            json!([1, {"x": 1}]),
            json!([{"x": 1.0}]),
            Some(json!([{"x": 1}])),
        ),
        (
            json!({"orders": {"roles": ["admin"]}, "stock": {"roles": ["clerk"]}}),
            json!({"stock": {"roles": []}}),
            Some(json!({"stock": {"roles": []}})),
        ),
        (
            json!({"stock": {"roles": ["clerk"]}}),
            json!({"stock": {"roles": ["clerk", "boss"]}}),
            None,
        ),
        (json!({"a": 1}), json!({"a": 1, "read-only": true}), None),
        (json!("a"), json!("a"), Some(json!("a"))),
        (json!(1), json!(1.0), Some(json!(1))),
        (json!(null), json!(null), Some(json!(null))),
        (json!("a"), json!("b"), None),
        (json!("a"), json!(null), None),
        (json!(null), json!("a"), None),
        (json!(3), json!(1), None),
        (json!(u64::MAX), json!(u64::MAX - 1), None),
        (json!(true), json!(false), None),
        (json!("a"), json!(["a"]), None),
        (json!(["a"]), json!("a"), None),
        (json!({"level": 3}), json!({"level": 1}), None),
        (json!({"level": 3}), json!(["level"]), None),
    ] {
        let result = agreed(
            &Profile::Rfc9068,
            "/roles",
            &json!({ "x": jwt }),
            &json!({ "x": response }),
        );
        let expected = expected.ok_or(TokenError::ConflictingClaims);
        assert_eq!(
            result.map(|claims| claims["x"].clone()),
            expected,
            "{jwt} {response}"
        );
    }
}

/// As doubles, these numbers would be equal.
#[test]
fn numbers_are_compared_and_kept_exactly() {
    let jwt = br#"{"iss":"https://a.example","sub":"alice","aud":"https://api.example","iat":1699999940,"exp":1700000600,"x":18446744073709551617,"y":[0.10000000000000000001,1e0]}"#;
    let rules = TokenRules::for_testing();
    let now = NumericDate::from_secs(NOW);
    let jwt = rules.verify(&rules.read(jwt).unwrap(), now).unwrap();
    let confirm = |members: &str| {
        let response = format!(r#"{{"active":true,{members}}}"#);
        let response = IntrospectionResponse::read(response.into_bytes()).unwrap();
        let token = response.confirm(&jwt, &rules, &rules, now)?;
        Ok(String::from_utf8(token.claims_json().to_vec()).unwrap())
    };
    let claims = confirm(r#""x":18446744073709551617.0,"y":[0.10000000000000000001]"#).unwrap();
    assert!(claims.contains(r#""x":18446744073709551617,"#), "{claims}");
    assert!(
        claims.contains(r#""y":[0.10000000000000000001]"#),
        "{claims}"
    );
    for conflicting in [
        r#""x":18446744073709551616"#,
        r#""x":18446744073709551618"#,
        r#""y":[0.1]"#,
        r#""y":[1,1.00000000000000000001]"#,
    ] {
        assert_eq!(
            confirm(conflicting),
            Err(TokenError::ConflictingClaims),
            "{conflicting}"
        );
    }
}

#[test]
fn response_adds_no_claim_to_a_jwt() {
    let response = json!({
        "username": "alice", "roles": ["admin"], "x": 1, "scp": "read", "jti": "j",
        "token_type": "bearer", "iss": "https://a.example",
    });
    let jwt = json!({"scope": "read", "active": "yes"});
    let claims = agreed(&Profile::Rfc9068, "/roles", &jwt, &response).unwrap();
    for name in ["username", "roles", "x", "scp", "token_type"] {
        assert_eq!(claims[name], json!(null), "{name}");
    }
    assert_eq!(claims["active"], "yes");
}

#[test]
fn audience_is_narrowed_to_values_of_both() {
    let jwt = json!({"aud": ["https://b.example", "https://api.example", "https://c.example"]});
    for (response, expected) in [
        (json!("https://api.example"), json!(["https://api.example"])),
        (
            json!([
                "https://c.example",
                "https://api.example",
                "https://d.example"
            ]),
            json!(["https://api.example", "https://c.example"]),
        ),
    ] {
        let claims = agreed(
            &Profile::Rfc9068,
            "/roles",
            &jwt,
            &json!({ "aud": response }),
        );
        assert_eq!(claims.unwrap()["aud"], expected);
    }
    let jwt = json!({"aud": "https://api.example"});
    let both = json!({"aud": ["https://b.example", "https://api.example"]});
    let claims = agreed(&Profile::Rfc9068, "/roles", &jwt, &both).unwrap();
    assert_eq!(claims["aud"], "https://api.example");
}

/// Both may be for this API, under different names: then no statement is about both.
#[test]
fn jwt_and_response_for_different_audiences_of_this_api_conflict() {
    let own = ["https://api.example", "https://new.example"];
    let rules = TokenRules {
        audiences: own.map(Into::into).into(),
        ..TokenRules::for_testing()
    };
    let now = NumericDate::from_secs(NOW);
    for (jwt, response, expected) in [
        (json!(own[0]), json!(own[0]), Some(json!(own[0]))),
        (json!(own[1]), json!(own), Some(json!(own[1]))),
        (json!(own), json!(own[1]), Some(json!([own[1]]))),
        (json!(own[0]), json!(own[1]), None),
        (json!([own[0]]), json!([own[1]]), None),
        (json!([own[0], "x"]), json!([own[1], "x"]), None),
    ] {
        let claims = json!({
            "iss": "https://a.example", "sub": "alice", "aud": jwt, "iat": NOW - 60,
            "exp": NOW + 600, "jti": "j", "client_id": "app",
        });
        let json = claims.to_string().into_bytes();
        let verified = rules.verify(&rules.read(&json).unwrap(), now).unwrap();
        let response = read(&json!({"active": true, "aud": response}));
        let confirmed = response.confirm(&verified, &rules, &rules, now);
        let aud = confirmed.map(|token| {
            serde_json::from_slice::<Value>(token.claims_json()).unwrap()["aud"].clone()
        });
        assert_eq!(aud.ok(), expected, "{jwt}");
    }
}

/// The forms of roles do not matter, only their names.
#[test]
fn roles_in_different_forms_are_narrowed_by_name() {
    for (jwt, response, expected) in [
        (json!("clerk"), json!(["clerk", "admin"]), json!("clerk")),
        (json!(["clerk", "admin"]), json!("clerk"), json!(["clerk"])),
        (json!("admin"), json!("clerk"), json!([])),
        (
            json!([{"value": "clerk"}]),
            json!(["clerk"]),
            json!([{"value": "clerk"}]),
        ),
        (
            json!(["clerk"]),
            json!([{"value": "clerk"}]),
            json!(["clerk"]),
        ),
        (json!(["clerk"]), json!(["clerk", 1]), json!([])),
        (json!(["clerk"]), json!({"clerk": true}), json!([])),
        (json!(["clerk", 1]), json!(["clerk"]), json!([])),
        (json!(["clerk"]), json!(null), json!([])),
        (json!(null), json!(["clerk"]), json!(null)),
    ] {
        let claims = agreed(
            &Profile::Rfc9068,
            "/roles",
            &json!({"roles": jwt}),
            &json!({"roles": response}),
        );
        assert_eq!(claims.unwrap()["roles"], expected, "{jwt} {response}");
    }
}

/// A handler that compares dates itself must not accept the token longer than the guard.
#[test]
fn dates_are_those_in_which_both_are_valid() {
    for (jwt, response, exp, iat, nbf) in [
        (
            json!({}),
            json!({"exp": NOW + 60}),
            json!(NOW + 60),
            json!(NOW - 60),
            json!(null),
        ),
        (
            json!({}),
            json!({"exp": NOW + 900}),
            json!(NOW + 600),
            json!(NOW - 60),
            json!(null),
        ),
        (
            json!({}),
            json!({"exp": 1_700_000_060.5}),
            json!(1_700_000_060.5),
            json!(NOW - 60),
            json!(null),
        ),
        (
            json!({}),
            json!({"iat": NOW - 90}),
            json!(NOW + 600),
            json!(NOW - 90),
            json!(NOW - 60),
        ),
        (
            json!({}),
            json!({"iat": NOW - 30}),
            json!(NOW + 600),
            json!(NOW - 60),
            json!(NOW - 30),
        ),
        (
            json!({}),
            json!({"nbf": NOW - 10}),
            json!(NOW + 600),
            json!(NOW - 60),
            json!(NOW - 10),
        ),
        (
            json!({"nbf": NOW - 5}),
            json!({"nbf": NOW - 10}),
            json!(NOW + 600),
            json!(NOW - 60),
            json!(NOW - 5),
        ),
        (
            json!({"nbf": NOW - 5}),
            json!({}),
            json!(NOW + 600),
            json!(NOW - 60),
            json!(NOW - 5),
        ),
    ] {
        let claims = agreed(&Profile::Rfc9068, "/roles", &jwt, &response).unwrap();
        assert_eq!(
            [&claims["exp"], &claims["iat"], &claims["nbf"]],
            [&exp, &iat, &nbf],
            "{response}"
        );
    }
}
