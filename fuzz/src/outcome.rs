//! The outcome of an extraction, and the comparison with the expected one.

use std::fmt::Debug;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use palisade::Valid;
use palisade::input::{InputError, Violation};

use crate::vocabulary;

/// The outcome of an extraction.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome<T> {
    /// The input is not well-formed, whatever its type: 400.
    Malformed,
    /// The input is well-formed and of another type: 422.
    TypeMismatch,
    /// The input is of its type and breaks rules: 422.
    Invalid,
    Accepted(T),
}

/// Builds a request with a body of this content type.
pub(crate) fn post(content_type: &'static str, body: &[u8]) -> Request {
    let request = Request::post("/").header(CONTENT_TYPE, content_type);
    let body = Body::from(body.to_vec());
    request
        .body(body)
        .expect("the content type is a header value")
}

/// Runs an extractor, which never waits because the whole body is in memory.
pub(crate) fn extract<E, M>(request: Request) -> Result<E, InputError>
where
    Valid<E>: FromRequest<(), M, Rejection = InputError>,
{
    let mut extracted = pin!(Valid::<E>::from_request(request, &()));
    let mut context = Context::from_waker(Waker::noop());
    match extracted.as_mut().poll(&mut context) {
        Poll::Ready(extracted) => extracted.map(|Valid(value)| value),
        Poll::Pending => panic!("the extractor waits although the whole body is in memory"),
    }
}

/// Panics if the outcome is not the expected one, or if a violation contains an unknown word.
///
/// Returns the violations, so that a target can check their pointers.
pub(crate) fn assert_outcome<T: Debug + PartialEq>(
    extracted: Result<T, InputError>,
    expected: &Outcome<T>,
) -> Vec<Violation> {
    let (outcome, violations) = match extracted {
        Ok(value) => (Outcome::Accepted(value), Vec::new()),
        Err(InputError::Malformed(_, violation)) => (Outcome::Malformed, vec![violation]),
        Err(InputError::TypeMismatch(_, violation)) => (Outcome::TypeMismatch, vec![violation]),
        Err(InputError::Invalid(_, violations)) => (Outcome::Invalid, violations),
        Err(other) => panic!("unexpected error: {other:?}"),
    };
    assert_eq!(&outcome, expected, "{violations:?}");
    let rejected = !matches!(outcome, Outcome::Accepted(_));
    assert_eq!(rejected, !violations.is_empty(), "{violations:?}");
    assert!(violations.len() <= 32, "{violations:?}");
    for violation in &violations {
        vocabulary::check(violation);
    }
    violations
}
