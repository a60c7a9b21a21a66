//! What became of an input, and what should have.

use std::fmt::Debug;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use palisade::Valid;
use palisade::input::{InputError, Violation};

use crate::vocabulary;

/// What is right for an input.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict<T> {
    /// The text is none, whatever its type: 400.
    Undecodable,
    /// It is of another type: 422.
    Unfit,
    /// It is of its type and breaks rules: 422.
    Invalid,
    /// It means this.
    Accepted(T),
}

/// A request with this body.
pub(crate) fn posted(label: &'static str, body: &[u8]) -> Request {
    let request = Request::post("/").header(CONTENT_TYPE, label);
    let body = Body::from(body.to_vec());
    request.body(body).expect("the label is a header's value")
}

/// Runs an extractor, which never waits: the whole body is there.
pub(crate) fn extract<E, M>(request: Request) -> Result<E, InputError>
where
    Valid<E>: FromRequest<(), M, Rejection = InputError>,
{
    let mut extracted = pin!(Valid::<E>::from_request(request, &()));
    let mut context = Context::from_waker(Waker::noop());
    match extracted.as_mut().poll(&mut context) {
        Poll::Ready(extracted) => extracted.map(|Valid(value)| value),
        Poll::Pending => panic!("an extractor waits for a body that is there"),
    }
}

/// Panics where an input came to something else than it should, or was answered with words
/// that are not ours. Gives the violations, for their places to be looked at.
pub(crate) fn same<T: Debug + PartialEq>(
    extracted: Result<T, InputError>,
    expected: &Verdict<T>,
) -> Vec<Violation> {
    let (verdict, violations) = match extracted {
        Ok(value) => (Verdict::Accepted(value), Vec::new()),
        Err(InputError::Malformed(_, violation)) => (Verdict::Undecodable, vec![violation]),
        Err(InputError::TypeMismatch(_, violation)) => (Verdict::Unfit, vec![violation]),
        Err(InputError::Invalid(_, violations)) => (Verdict::Invalid, violations),
        Err(other) => panic!("{other:?} is no fault of this input"),
    };
    assert_eq!(&verdict, expected, "{violations:?}");
    let refused = !matches!(verdict, Verdict::Accepted(_));
    assert_eq!(refused, !violations.is_empty(), "{violations:?}");
    assert!(violations.len() <= 32, "{violations:?}");
    for violation in &violations {
        vocabulary::check(violation);
    }
    violations
}
