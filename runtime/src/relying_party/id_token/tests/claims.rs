//! Steps 2 to 5 and 9 to 13, the hashes, and the types of claims.

use serde_json::{Value, json};

use super::*;
use crate::secret::Secret;

#[derive(serde::Deserialize)]
struct Name {
    name: String,
}

#[tokio::test]
async fn valid_token_has_the_claims_of_the_login() {
    let mut test = IdTokenTest::new();
    test.max_age = Some(Duration::from_mins(1));
    test.acr_values = vec!["urn:silver".into(), "urn:gold".into()];
    let auth_time = test.clock.time().as_secs();
    let token = test
        .token()
        .claim("azp", CLIENT)
        .claim("acr", "urn:gold")
        .claim("amr", ["pwd", "otp"])
        .claim("sid", "s-1")
        .claim("auth_time", auth_time)
        .claim("name", "Alice")
        .claim("at_hash", half_hash(&digest::SHA256, ACCESS_TOKEN))
        .claim("c_hash", half_hash(&digest::SHA256, CODE));
    let id_token = test.validate_text(&token.sign()).await.unwrap();
    let claims = id_token.claims();
    assert_eq!((claims.issuer(), claims.subject()), (ISSUER, "alice"));
    assert_eq!(claims.acr(), Some("urn:gold"));
    assert_eq!(claims.amr().collect::<Vec<_>>(), ["pwd", "otp"]);
    assert_eq!(claims.session_id(), Some("s-1"));
    assert_eq!(claims.authorized_party(), Some(CLIENT));
    assert_eq!(
        claims.authenticated_at(),
        Some(NumericDate::from_secs(auth_time))
    );
    assert_eq!(claims.get("name"), Some(&json!("Alice")));
    assert_eq!(claims.deserialize::<Name>().unwrap().name, "Alice");
    assert!(!format!("{id_token:?} {claims:?}").contains("alice"));
}

/// Step 2.
#[tokio::test]
async fn iss_of_another_issuer_is_rejected() {
    let test = IdTokenTest::new();
    for iss in [
        "https://login.example/",
        "https://LOGIN.example",
        "https://login.example:443",
        "https://login.exampl",
        "https://login.example.evil.example",
        "http://login.example",
        " https://login.example",
    ] {
        let error = test.error(test.token().claim("iss", iss)).await;
        assert_eq!(error, token(TokenError::Issuer), "{iss}");
    }
    let missing = test.error(test.token().without("iss")).await;
    assert_eq!(missing, token(TokenError::MissingClaim("iss")));
}

/// Step 3.
#[tokio::test]
async fn aud_without_this_client_is_rejected() {
    let test = IdTokenTest::new();
    for aud in [
        json!("other"),
        json!("WEB"),
        json!("web "),
        json!(["other"]),
        json!("webapp"),
    ] {
        let error = test.error(test.token().claim("aud", &aud)).await;
        assert_eq!(error, token(TokenError::Audience), "{aud}");
    }
    let missing = test.error(test.token().without("aud")).await;
    assert_eq!(missing, token(TokenError::MissingClaim("aud")));
    for aud in [
        json!([]),
        json!(""),
        json!([""]),
        json!(1),
        json!(null),
        json!({"web": 1}),
        json!(["web", 1]),
    ] {
        let error = test.error(test.token().claim("aud", &aud)).await;
        assert_eq!(error, token(TokenError::WrongClaim("aud")), "{aud}");
    }
}

/// Step 3: "the ID Token MUST be rejected if it contains additional audiences not trusted by the Client".
#[tokio::test]
async fn additional_aud_is_rejected_unless_it_is_trusted() {
    let mut test = IdTokenTest::new();
    let several = |names: Value| test.token().claim("aud", names).claim("azp", CLIENT);
    let error = test.error(several(json!(["web", "reports"]))).await;
    assert_eq!(error, Some(IdTokenError::UntrustedAudience));
    assert_eq!(test.error(several(json!(["web"]))).await, None);
    let (trusted, other) = (
        several(json!(["reports", "web"])),
        several(json!(["reports", "web", "x"])),
    );
    test.validator.trusted_audiences = Box::new(["reports".into()]);
    assert_eq!(test.error(trusted).await, None);
    assert_eq!(
        test.error(other).await,
        Some(IdTokenError::UntrustedAudience)
    );
    let only_trusted = test.token().claim("aud", "reports").claim("azp", CLIENT);
    assert_eq!(test.error(only_trusted).await, token(TokenError::Audience));
}

/// Steps 4 and 5, CVE-2023-36820.
#[tokio::test]
async fn azp_of_another_client_is_rejected() {
    let mut test = IdTokenTest::new();
    test.validator.trusted_audiences = Box::new(["reports".into()]);
    for azp in ["other", "reports", "WEB", "web "] {
        let error = test.error(test.token().claim("azp", azp)).await;
        assert_eq!(error, Some(IdTokenError::AuthorizedParty), "{azp}");
    }
    let several = test.token().claim("aud", ["web", "reports"]);
    assert_eq!(
        test.error(several.clone()).await,
        Some(IdTokenError::AuthorizedParty),
        "missing although `aud` has several values"
    );
    assert_eq!(test.error(several.claim("azp", "web")).await, None);
    for azp in [json!(["web"]), json!(null), json!("")] {
        let error = test.error(test.token().claim("azp", &azp)).await;
        assert_eq!(error, token(TokenError::WrongClaim("azp")), "{azp}");
    }
}

/// Step 9.
#[tokio::test]
async fn token_expires_at_exp_plus_skew() {
    let test = IdTokenTest::new();
    let issued = |exp: i64| {
        test.token()
            .issued_at(test.at(-60))
            .expires_at(test.at(exp))
    };
    for (exp, expected) in [
        (-(30 - 1), None),
        (-30, token(TokenError::Expired)),
        (-31, token(TokenError::Expired)),
    ] {
        assert_eq!(test.error(issued(exp)).await, expected, "{exp}");
    }
    let missing = test.error(test.token().without("exp")).await;
    assert_eq!(missing, token(TokenError::MissingClaim("exp")));
    for exp in [
        json!("9999999999"),
        json!(null),
        json!(-1),
        json!(1e300),
        json!([1]),
        json!(true),
    ] {
        let error = test.error(test.token().claim("exp", &exp)).await;
        assert_eq!(error, token(TokenError::WrongClaim("exp")), "{exp}");
    }
    let before_iat = test.token().issued_at(test.at(10)).expires_at(test.at(10));
    assert_eq!(test.error(before_iat).await, token(TokenError::Lifetime));
}

/// Step 10.
#[tokio::test]
async fn iat_in_the_future_or_long_ago_is_rejected() {
    let test = IdTokenTest::new();
    let issued = |iat: i64| {
        test.token()
            .issued_at(test.at(iat))
            .expires_at(test.at(3600))
    };
    for (iat, expected) in [
        (30, None),
        (31, token(TokenError::NotYetValid)),
        (-630, None),
        (-631, Some(IdTokenError::IssuedLongAgo)),
    ] {
        assert_eq!(test.error(issued(iat)).await, expected, "{iat}");
    }
    let missing = test.error(test.token().without("iat")).await;
    assert_eq!(missing, token(TokenError::MissingClaim("iat")));
    let later = test.token().not_before(test.at(31));
    assert_eq!(test.error(later).await, token(TokenError::NotYetValid));
}

/// Step 11.
#[tokio::test]
async fn nonce_of_another_login_is_rejected() {
    let test = IdTokenTest::new();
    for nonce in ["other", "n-0S6_WzA2M", "n-0S6_WzA2Mj=", "N-0S6_WzA2Mj"] {
        let error = test.error(test.token().claim("nonce", nonce)).await;
        assert_eq!(error, Some(IdTokenError::Nonce), "{nonce}");
    }
    assert_eq!(
        test.error(test.token().without("nonce")).await,
        Some(IdTokenError::Nonce)
    );
    for nonce in [json!(""), json!(null), json!([NONCE]), json!(1)] {
        let error = test.error(test.token().claim("nonce", &nonce)).await;
        assert_eq!(error, token(TokenError::WrongClaim("nonce")), "{nonce}");
    }
}

/// Step 12.
#[tokio::test]
async fn acr_that_was_not_requested_is_rejected() {
    let mut test = IdTokenTest::new();
    assert_eq!(test.error(test.token().claim("acr", "any")).await, None);
    test.acr_values = vec!["urn:gold".into(), "urn:platinum".into()];
    for (acr, expected) in [
        ("urn:gold", None),
        ("urn:platinum", None),
        ("urn:silver", Some(IdTokenError::AuthenticationContext)),
        ("urn:Gold", Some(IdTokenError::AuthenticationContext)),
        (
            "urn:gold urn:platinum",
            Some(IdTokenError::AuthenticationContext),
        ),
    ] {
        assert_eq!(
            test.error(test.token().claim("acr", acr)).await,
            expected,
            "{acr}"
        );
    }
    assert_eq!(
        test.error(test.token()).await,
        Some(IdTokenError::AuthenticationContext)
    );
}

/// Step 13.
#[tokio::test]
async fn auth_time_older_than_max_age_is_rejected() {
    let mut test = IdTokenTest::new();
    let authenticated =
        |test: &IdTokenTest, at: i64| test.token().claim("auth_time", test.at(at).as_secs());
    assert_eq!(test.error(authenticated(&test, -86_400)).await, None);
    let future = test.error(authenticated(&test, 31)).await;
    assert_eq!(future, Some(IdTokenError::AuthenticationTime));
    test.max_age = Some(Duration::from_mins(5));
    for (at, expected) in [
        (30, None),
        (31, Some(IdTokenError::AuthenticationTime)),
        (-329, None),
        (-330, None),
        (-331, Some(IdTokenError::AuthenticationTime)),
    ] {
        assert_eq!(test.error(authenticated(&test, at)).await, expected, "{at}");
    }
    assert_eq!(
        test.error(test.token()).await,
        Some(IdTokenError::AuthenticationTime)
    );
    let text = test.token().claim("auth_time", "now");
    assert_eq!(
        test.error(text).await,
        token(TokenError::WrongClaim("auth_time"))
    );
}

/// §3.1.3.8 and §3.3.2.11, for the hash of each algorithm.
#[tokio::test]
async fn at_hash_and_c_hash_of_other_values_are_rejected() {
    for (algorithm, hash) in [
        (Algorithm::RS256, &digest::SHA256),
        (Algorithm::PS256, &digest::SHA256),
        (Algorithm::ES256, &digest::SHA256),
        (Algorithm::EdDSA, &digest::SHA512),
    ] {
        let test = IdTokenTest::with_algorithm(algorithm);
        for (claim, hashed, error) in [
            ("at_hash", ACCESS_TOKEN, IdTokenError::AccessTokenHash),
            ("c_hash", CODE, IdTokenError::CodeHash),
        ] {
            let valid = half_hash(hash, hashed);
            assert_eq!(
                test.error(test.token().claim(claim, &valid)).await,
                None,
                "{algorithm:?}"
            );
            for wrong in [
                half_hash(hash, "other"),
                half_hash(&digest::SHA384, hashed),
                format!("{valid}="),
                "x".to_owned(),
            ] {
                let found = test.error(test.token().claim(claim, &wrong)).await;
                assert_eq!(found, Some(error), "{algorithm:?} {wrong}");
            }
            let null = test.error(test.token().claim(claim, json!(null))).await;
            assert_eq!(null, token(TokenError::WrongClaim(claim)));
        }
    }
}

#[tokio::test]
async fn subject_that_is_not_an_identifier_is_rejected() {
    let test = IdTokenTest::new();
    let missing = test.error(test.token().without("sub")).await;
    assert_eq!(missing, token(TokenError::MissingClaim("sub")));
    assert_eq!(
        test.error(test.token().claim("sub", "s".repeat(255))).await,
        None
    );
    for sub in [
        json!(""),
        json!(1),
        json!(null),
        json!("s".repeat(256)),
        json!("a\nb"),
        json!("a\u{202e}b"),
        json!(["alice"]),
    ] {
        let error = test.error(test.token().claim("sub", &sub)).await;
        assert_eq!(error, token(TokenError::WrongClaim("sub")), "{sub}");
    }
}

#[tokio::test]
async fn optional_claim_of_the_wrong_type_is_rejected() {
    let test = IdTokenTest::new();
    for (claim, value) in [
        ("acr", json!(1)),
        ("acr", json!("")),
        ("amr", json!("pwd")),
        ("amr", json!([1])),
        ("sid", json!(7)),
        ("auth_time", json!(null)),
        ("nbf", json!("0")),
    ] {
        let error = test.error(test.token().claim(claim, &value)).await;
        assert_eq!(
            error,
            token(TokenError::WrongClaim(claim)),
            "{claim} {value}"
        );
    }
}

/// §12.2.
#[tokio::test]
async fn refreshed_token_about_another_login_is_rejected() {
    let test = IdTokenTest::new();
    let with_sid = |sid: &str| {
        test.token()
            .claim("sid", sid)
            .claim("auth_time", test.at(-5).as_secs())
    };
    let original = test.validate_text(&with_sid("s-1").sign()).await.unwrap();
    let refreshed = async |token: TokenBuilder| {
        let token = token.sign();
        let original = original.text();
        let refreshed =
            test.validator
                .validate_refreshed(token.as_bytes(), original, ACCESS_TOKEN.as_bytes());
        refreshed.await.err()
    };
    assert_eq!(refreshed(with_sid("s-1")).await, None);
    assert_eq!(refreshed(test.token().without("nonce")).await, None);
    for (changed, claim) in [
        (test.token().claim("sub", "bob"), "sub"),
        (test.token().claim("azp", CLIENT), "azp"),
        (test.token().claim("nonce", "other"), "nonce"),
        (with_sid("s-2"), "sid"),
        (
            test.token().claim("auth_time", test.at(-4).as_secs()),
            "auth_time",
        ),
    ] {
        assert_eq!(refreshed(changed).await, Some(IdTokenError::Changed(claim)));
    }
    let other_hash = test
        .token()
        .claim("at_hash", half_hash(&digest::SHA256, "other"));
    assert_eq!(
        refreshed(other_hash).await,
        Some(IdTokenError::AccessTokenHash)
    );
    let of_a_code = test
        .token()
        .claim("c_hash", half_hash(&digest::SHA256, CODE));
    assert_eq!(refreshed(of_a_code).await, Some(IdTokenError::CodeHash));
}

/// §12.2: the audience and the issuer are those of the login, in any order, even if the provider may name others.
#[tokio::test]
async fn refreshed_token_with_another_audience_or_issuer_is_rejected() {
    let mut test = IdTokenTest::new();
    test.validator.trusted_audiences = Box::new(["orders".into(), "billing".into()]);
    let refreshed = async |original: TokenBuilder, token: TokenBuilder| {
        let original = Secret::new(original.sign());
        let token = token.sign();
        let refreshed =
            test.validator
                .validate_refreshed(token.as_bytes(), &original, ACCESS_TOKEN.as_bytes());
        refreshed.await.err()
    };
    let of = |audience: Value| test.token().claim("azp", CLIENT).claim("aud", audience);
    for (original, token) in [
        (json!(CLIENT), json!([CLIENT])),
        (json!([CLIENT, "orders"]), json!(["orders", CLIENT])),
    ] {
        assert_eq!(refreshed(of(original), of(token)).await, None);
    }
    for (original, token) in [
        (json!(CLIENT), json!([CLIENT, "orders"])),
        (json!([CLIENT, "orders"]), json!(CLIENT)),
        (json!([CLIENT, "orders"]), json!([CLIENT, "billing"])),
        (json!("orders"), json!(CLIENT)),
    ] {
        assert_eq!(
            refreshed(of(original.clone()), of(token.clone())).await,
            Some(IdTokenError::Changed("aud")),
            "{original} {token}"
        );
    }
    for issuer in [
        "https://other.example",
        "https://login.example/",
        "HTTPS://login.example",
    ] {
        assert_eq!(
            refreshed(test.token().claim("iss", issuer), test.token()).await,
            Some(IdTokenError::Changed("iss")),
            "{issuer}"
        );
    }
}
