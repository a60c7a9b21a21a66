//! The lifetime of a token: `exp`, `iat`, `nbf` and the clock skew.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::claims::NumericDate;

const SKEW: u64 = 30;

/// Sets the clock to `seconds` after `start`, and validates the token.
async fn validate_at(
    test: &TestServer,
    token: &str,
    start: NumericDate,
    seconds: i64,
) -> Result<(), TokenError> {
    let now = start.as_secs().checked_add_signed(seconds).unwrap();
    test.clock.set(NumericDate::from_secs(now));
    validate(&test.server, token).await
}

/// RFC 7519 §4.1.4: `now` is before `exp`, plus the skew.
#[tokio::test]
async fn token_expires_at_exp_plus_skew() {
    let test = TestServer::new().await;
    let start = test.clock.time();
    let token = test.token().lifetime(Duration::from_mins(5)).sign();
    for (seconds, expected) in [
        (299, Ok(())),
        (300, Ok(())),
        (329, Ok(())),
        (330, Err(TokenError::Expired)),
        (331, Err(TokenError::Expired)),
    ] {
        assert_eq!(
            validate_at(&test, &token, start, seconds).await,
            expected,
            "{seconds}"
        );
    }
}

/// RFC 7519 §4.1.6.
#[tokio::test]
async fn token_is_valid_from_iat_minus_skew() {
    let test = TestServer::new().await;
    let start = test.clock.time();
    let token = test.token().sign();
    for (seconds, expected) in [
        (-31, Err(TokenError::NotYetValid)),
        (-30, Ok(())),
        (-29, Ok(())),
    ] {
        assert_eq!(
            validate_at(&test, &token, start, seconds).await,
            expected,
            "{seconds}"
        );
    }
}

/// RFC 7519 §4.1.5.
#[tokio::test]
async fn token_is_valid_from_nbf_minus_skew() {
    let test = TestServer::new().await;
    let start = test.clock.time();
    let not_before = start.saturating_add(Duration::from_secs(100));
    let token = test.token().not_before(not_before).sign();
    for (seconds, expected) in [
        (69, Err(TokenError::NotYetValid)),
        (70, Ok(())),
        (71, Ok(())),
        (100, Ok(())),
    ] {
        assert_eq!(
            validate_at(&test, &token, start, seconds).await,
            expected,
            "{seconds}"
        );
    }
}

#[tokio::test]
async fn lifetime_of_zero_or_over_30_minutes_is_rejected() {
    let test = TestServer::new().await;
    for (seconds, expected) in [
        (0, Err(TokenError::Lifetime)),
        (1, Ok(())),
        (1_799, Ok(())),
        (1_800, Ok(())),
        (1_801, Err(TokenError::Lifetime)),
    ] {
        let token = test.token().lifetime(Duration::from_secs(seconds));
        assert_eq!(test.validate(token).await, expected, "{seconds}");
    }
    let before = test.clock.time().as_secs() - 1;
    let token = test.token().expires_at(NumericDate::from_secs(before));
    assert_eq!(test.validate(token).await, Err(TokenError::Lifetime));
}

#[tokio::test]
async fn longer_lifetime_with_a_reason_is_accepted() {
    let hour = Duration::from_hours(1);
    let test =
        TestServer::with(|issuer| issuer.issuer(AUDIENCE).max_token_lifetime(hour, "batch")).await;
    for (seconds, expected) in [
        (3_599, Ok(())),
        (3_600, Ok(())),
        (3_601, Err(TokenError::Lifetime)),
    ] {
        let token = test.token().lifetime(Duration::from_secs(seconds));
        assert_eq!(test.validate(token).await, expected, "{seconds}");
    }
}

#[tokio::test]
async fn configured_skew_is_applied() {
    for skew in [0, SKEW, 300] {
        let test = TestServer::with(|issuer| {
            let skew = Duration::from_secs(skew);
            issuer.issuer(AUDIENCE).clock_skew(skew)
        })
        .await;
        let start = test.clock.time();
        let token = test.token().lifetime(Duration::from_mins(1)).sign();
        let skew = i64::try_from(skew).unwrap();
        for (seconds, expected) in [
            (-skew - 1, Err(TokenError::NotYetValid)),
            (-skew, Ok(())),
            (59 + skew, Ok(())),
            (60 + skew, Err(TokenError::Expired)),
        ] {
            assert_eq!(
                validate_at(&test, &token, start, seconds).await,
                expected,
                "{skew}: {seconds}"
            );
        }
    }
}

/// CVE-2024-51744: claims are not evaluated before the signature is verified.
#[tokio::test]
async fn bad_signature_is_reported_before_expiry() {
    let test = TestServer::new().await;
    let past = NumericDate::from_secs(test.clock.time().as_secs() - 3_600);
    let expired = test.token().issued_at(past);
    assert_eq!(
        test.validate(expired.clone()).await,
        Err(TokenError::Expired)
    );
    let forged = expired.signature([1; 64]);
    assert_eq!(
        test.validate(forged.clone()).await,
        Err(TokenError::Signature)
    );
    for payload in ["", "x", "[]", "{}"] {
        let token = forged.clone().payload_bytes(payload);
        let error = if payload.is_empty() {
            TokenError::NotCompact
        } else {
            TokenError::Signature
        };
        assert_eq!(test.validate(token).await, Err(error), "{payload}");
    }
}

/// CVE-2026-25537, CVE-2026-44459: such a value is not treated as absent, and not coerced.
#[tokio::test]
async fn instant_of_another_type_or_out_of_range_is_rejected() {
    let test = TestServer::new().await;
    for claim in ["exp", "nbf", "iat"] {
        for value in [
            json!("99999999999"),
            json!(""),
            json!(null),
            json!(true),
            json!([]),
            json!([99_999_999_999_u64]),
            json!({}),
            json!(-1),
            json!(-0.5),
            json!(1e308),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(253_402_300_800_u64),
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

/// RFC 8259 §6: without a valid number, the payload is not JSON.
#[tokio::test]
async fn instant_outside_json_is_rejected() {
    let test = TestServer::new().await;
    let claims = test.token().without("exp").claims_json();
    let open = claims.strip_suffix('}').unwrap();
    for value in [
        "1e999",
        "NaN",
        "Infinity",
        "-Infinity",
        "0x7fffffff",
        "+1",
        "01",
        "1.",
        ".5",
    ] {
        let payload = format!(r#"{open},"exp":{value}}}"#);
        let token = test.token().payload_bytes(payload);
        assert_eq!(
            test.validate(token).await,
            Err(TokenError::MalformedClaims),
            "{value}"
        );
    }
}

/// RFC 7519 §2: a `NumericDate` can have a fraction.
#[tokio::test]
async fn instant_with_a_fraction_is_accepted() {
    let test = TestServer::new().await;
    let start = test.clock.time();
    let exp = NumericDate::from_millis(start.as_millis() + 60_500);
    let token = test.token().expires_at(exp).sign();
    for (millis, expected) in [(90_499, Ok(())), (90_500, Err(TokenError::Expired))] {
        test.clock
            .set(NumericDate::from_millis(start.as_millis() + millis));
        assert_eq!(validate(&test.server, &token).await, expected, "{millis}");
    }
}
