//! `Valid<Path<T>>`: the parameters of the matched route.

use axum::extract::path::ErrorKind;
use axum::extract::rejection::{PathRejection, RawPathParamsRejection};
use axum::extract::{FromRequestParts, OptionalFromRequestParts, Path, RawPathParams};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::input::check::check;
use crate::input::{ContextFrom, InputError, Part, SecureInput, Valid, Violation};

impl<T, S> FromRequestParts<S> for Valid<Path<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, InputError> {
        let Path(value) = <Path<T> as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map_err(|rejection| decoded(&rejection))?;
        Ok(Self(Path(check(value, Part::Path, state)?)))
    }
}

/// Absent is a route without parameters.
impl<T, S> OptionalFromRequestParts<S> for Valid<Path<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, InputError> {
        match RawPathParams::from_request_parts(parts, state).await {
            Ok(parameters) if parameters.iter().next().is_none() => Ok(None),
            Err(RawPathParamsRejection::MissingPathParams(_)) => Ok(None),
            _ => <Self as FromRequestParts<S>>::from_request_parts(parts, state)
                .await
                .map(Some),
        }
    }
}

/// Keeps the fault and the parameter's name of axum's rejection, and no text.
///
/// A path that does not decode and a segment of another type are told apart; a type
/// that does not fit the route's parameters is a fault of the API.
pub(crate) fn decoded(rejection: &PathRejection) -> InputError {
    let PathRejection::FailedToDeserializePathParams(failure) = rejection else {
        return InputError::Misdeclared;
    };
    match failure.kind() {
        ErrorKind::InvalidUtf8InPathParam { key } => {
            InputError::Undecodable(Part::Path, Violation::new(key, "is not UTF-8"))
        }
        ErrorKind::ParseErrorAtKey {
            key, expected_type, ..
        } => unfit(key, detail(expected_type)),
        ErrorKind::DeserializeError { key, .. } => unfit(key, OTHER),
        ErrorKind::ParseErrorAtIndex {
            index,
            expected_type,
            ..
        } => unfit(&index.to_string(), detail(expected_type)),
        ErrorKind::ParseError { expected_type, .. } => unfit("", detail(expected_type)),
        ErrorKind::Message(_) => unfit("", OTHER),
        _ => InputError::Misdeclared,
    }
}

fn unfit(name: &str, detail: &'static str) -> InputError {
    InputError::Unfit(Part::Path, Violation::new(name, detail))
}

const OTHER: &str = "does not have the form that is expected here";

/// What axum says that it expected: the name of a Rust type.
fn detail(expected: &str) -> &'static str {
    match expected {
        "bool" => "must be `true` or `false`",
        "char" => "must be a single character",
        "f32" | "f64" => "must be a number",
        "u8" | "u16" | "u32" | "u64" | "u128" | "i8" | "i16" | "i32" | "i64" | "i128" => {
            "must be a whole number within range"
        }
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    /// What becomes of axum's rejection of a `Path<T>` on the route `/{id}`.
    async fn refused<T: DeserializeOwned + Send + 'static>(path: &str) -> String {
        let handler = async |path: Result<Path<T>, PathRejection>| match path {
            Ok(_) => String::new(),
            Err(rejection) => format!("{:?}", decoded(&rejection)),
        };
        let router = Router::new().route("/{id}", get(handler));
        let request = Request::get(path).body(Body::empty()).unwrap();
        let body = router.oneshot(request).await.unwrap().into_body();
        let text = axum::body::to_bytes(body, 4096).await.unwrap();
        String::from_utf8(text.to_vec()).unwrap()
    }

    fn said(error: &InputError) -> String {
        format!("{error:?}")
    }

    #[tokio::test]
    async fn a_segment_of_another_type_is_unfit_and_not_quoted() {
        assert_eq!(refused::<u32>("/7").await, "");
        let whole = "must be a whole number within range";
        assert_eq!(refused::<u32>("/hunter2").await, said(&unfit("", whole)));
        assert_eq!(refused::<(u8,)>("/256").await, said(&unfit("0", whole)));
        assert_eq!(
            refused::<std::net::IpAddr>("/hunter2").await,
            said(&unfit("id", OTHER))
        );
    }

    #[tokio::test]
    async fn a_segment_that_is_no_text_is_undecodable() {
        let error = InputError::Undecodable(Part::Path, Violation::new("id", "is not UTF-8"));
        assert_eq!(refused::<String>("/%ff").await, said(&error));
    }

    #[tokio::test]
    async fn a_type_that_does_not_fit_the_route_is_the_apis_fault() {
        let misdeclared = said(&InputError::Misdeclared);
        assert_eq!(refused::<(u8, u8)>("/7").await, misdeclared);
        assert_eq!(refused::<Option<u8>>("/7").await, misdeclared);
    }
}
