//! Makes sure that a contender does the work it is measured at.

use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use palisade::Algorithm;
use palisade::claims::NumericDate;
use tower::ServiceExt;

use crate::contenders::{Contender, Kind};
use crate::outcome::Outcome;
use crate::tokens::{OPAQUE_TOKEN, good, request, stranger, with_broken_signature};

/// Presents a good token and one bad token for each check.
///
/// # Errors
///
/// Where an answer is not the one that fits: the contender would be measured at less.
pub(crate) async fn check(contender: &Contender, algorithm: Algorithm) -> Outcome<()> {
    expect(contender, "a good token", &good(algorithm).sign(), 200).await?;
    if contender.kind == Kind::Bare {
        return Ok(());
    }
    let past = NumericDate::from_secs(1_700_000_000);
    let cases = [
        (
            "a broken signature",
            with_broken_signature(&good(algorithm).sign())?,
            401,
        ),
        (
            "a stranger's signature",
            good(algorithm).signed_by(stranger()).sign(),
            401,
        ),
        (
            "an expired token",
            good(algorithm).issued_at(past).sign(),
            401,
        ),
        (
            "another API's token",
            good(algorithm).audience("https://other.test").sign(),
            401,
        ),
        (
            "another issuer's token",
            good(algorithm).claim("iss", "https://other.test").sign(),
            401,
        ),
        ("an ID token", good(algorithm).typ("JWT").sign(), 401),
        (
            "a token without the scope",
            good(algorithm).scopes("orders:write").sign(),
            403,
        ),
    ];
    for (what, token, status) in &cases {
        expect(contender, what, token, *status).await?;
    }
    without_token(contender).await
}

/// Presents the opaque token, and one of nobody's.
///
/// # Errors
///
/// Where an answer is not the one that fits.
pub(crate) async fn check_opaque(contender: &Contender) -> Outcome<()> {
    expect(contender, "the opaque token", OPAQUE_TOKEN, 200).await?;
    if contender.kind == Kind::Bare {
        return Ok(());
    }
    expect(contender, "an opaque token of nobody's", "opq_7", 401).await
}

async fn expect(contender: &Contender, what: &str, token: &str, status: u16) -> Outcome<()> {
    let router = contender.router.clone();
    let answered = router.oneshot(request(token)?).await?.status();
    if answered == status {
        Ok(())
    } else {
        let name = contender.name;
        Err(format!("{name} answers {answered} to {what}, not {status}").into())
    }
}

async fn without_token(contender: &Contender) -> Outcome<()> {
    let mut request = request("none")?;
    request.headers_mut().remove(AUTHORIZATION);
    let answer = contender.router.clone().oneshot(request).await?;
    if answer.status() == StatusCode::UNAUTHORIZED
        && answer.headers().contains_key(WWW_AUTHENTICATE)
    {
        Ok(())
    } else {
        Err(format!("{} does not challenge who has no token", contender.name).into())
    }
}
