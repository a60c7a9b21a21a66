//! Verifies that a contender performs the checks that are measured.

use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use palisade::Algorithm;
use palisade::claims::NumericDate;
use tower::ServiceExt;

use crate::contenders::Contender;
use crate::outcome::Outcome;
use crate::tokens::{OPAQUE_TOKEN, impostor, request, valid_token, with_wrong_signature};

/// Presents a valid token, and one invalid token for each check.
///
/// # Errors
///
/// Returns an error if a response has an unexpected status: the contender would skip measured work.
pub(crate) async fn check(contender: &Contender, algorithm: Algorithm) -> Outcome<()> {
    expect(
        contender,
        "a valid token",
        &valid_token(algorithm).sign(),
        200,
    )
    .await?;
    if !contender.kind.is_guarded() {
        return Ok(());
    }
    let past = NumericDate::from_secs(1_700_000_000);
    let cases = [
        (
            "a wrong signature",
            with_wrong_signature(&valid_token(algorithm).sign())?,
            401,
        ),
        (
            "the signature of another key",
            valid_token(algorithm).signed_by(impostor()).sign(),
            401,
        ),
        (
            "an expired token",
            valid_token(algorithm).issued_at(past).sign(),
            401,
        ),
        (
            "another API's token",
            valid_token(algorithm).audience("https://other.test").sign(),
            401,
        ),
        (
            "another issuer's token",
            valid_token(algorithm)
                .claim("iss", "https://other.test")
                .sign(),
            401,
        ),
        ("an ID token", valid_token(algorithm).typ("JWT").sign(), 401),
        (
            "a token without the scope",
            valid_token(algorithm).scopes("orders:write").sign(),
            403,
        ),
    ];
    for (description, token, status) in &cases {
        expect(contender, description, token, *status).await?;
    }
    expect_challenge_without_token(contender).await
}

/// Presents the opaque token, and an unknown one.
///
/// # Errors
///
/// Returns an error if a response has an unexpected status.
pub(crate) async fn check_opaque(contender: &Contender) -> Outcome<()> {
    expect(contender, "the opaque token", OPAQUE_TOKEN, 200).await?;
    if !contender.kind.is_guarded() {
        return Ok(());
    }
    expect(contender, "an unknown opaque token", "opq_7", 401).await
}

async fn expect(contender: &Contender, description: &str, token: &str, status: u16) -> Outcome<()> {
    let router = contender.router.clone();
    let actual = router.oneshot(request(token)?).await?.status();
    if actual == status {
        Ok(())
    } else {
        let name = contender.name;
        Err(format!("{name} answers {description} with {actual} instead of {status}").into())
    }
}

async fn expect_challenge_without_token(contender: &Contender) -> Outcome<()> {
    let mut request = request("none")?;
    request.headers_mut().remove(AUTHORIZATION);
    let response = contender.router.clone().oneshot(request).await?;
    if response.status() == StatusCode::UNAUTHORIZED
        && response.headers().contains_key(WWW_AUTHENTICATE)
    {
        Ok(())
    } else {
        Err(format!(
            "{} does not challenge a request without a token",
            contender.name
        )
        .into())
    }
}
