//! Responses to the rejections of extractors outside this crate.
//!
//! axum's rejections quote the request and serde's messages, so their text is never sent.

use std::any::Any;
use std::error::Error;

use axum::extract::rejection::{
    BytesRejection, FormRejection, JsonRejection, PathRejection, RawFormRejection, StringRejection,
};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
#[cfg(feature = "typed-header")]
use axum_extra::typed_header::TypedHeaderRejection;

use crate::audit::RejectedInput;
#[cfg(feature = "typed-header")]
use crate::input::header_error;
use crate::input::{BodyTimeout, CustomRejection, InputError, path_error};
use crate::response::Problem;
use crate::response::problem::PROBLEM_JSON;

/// Marks a response in the format of a protocol, such as an error or a redirect of OAuth, in its extensions.
#[cfg(feature = "authorization-server")]
#[derive(Clone, Copy)]
pub(crate) struct ProtocolResponse;

/// Turns the rejection of any extractor into a problem.
///
/// A response that is already `application/problem+json`, or has the format of a protocol, is kept. Any other response becomes a
/// problem with the same status, or with 500 if the status is not an error. axum has no rejection
/// for a body that arrives too slowly: if one of its extractors read the body, the response is 408.
///
/// A client error carries its audit record in the response's extensions.
pub(crate) fn rejection_response<R: IntoResponse + 'static>(rejection: R) -> Response {
    if let Some(rejection) = (&rejection as &dyn Any).downcast_ref::<PathRejection>() {
        return path_error(rejection).into_response();
    }
    #[cfg(feature = "typed-header")]
    if let Some(rejection) = (&rejection as &dyn Any).downcast_ref::<TypedHeaderRejection>() {
        return header_error(rejection).into_response();
    }
    if let Some(timeout) = body_rejection(&rejection).and_then(BodyTimeout::find) {
        return InputError::from(timeout).into_response();
    }
    let mut response = rejection.into_response();
    if response.headers().get(CONTENT_TYPE) != Some(&PROBLEM_JSON) && !is_of_protocol(&response) {
        response = Problem::new(response.status()).into_response();
    }
    if response.status().is_client_error() {
        let extensions = response.extensions_mut();
        extensions.get_or_insert_with(|| RejectedInput::BY_EXTRACTOR);
    }
    response
}

#[cfg(feature = "authorization-server")]
fn is_of_protocol(response: &Response) -> bool {
    response.extensions().get::<ProtocolResponse>().is_some()
}

#[cfg(not(feature = "authorization-server"))]
fn is_of_protocol(_: &Response) -> bool {
    false
}

impl<R: IntoResponse + 'static> IntoResponse for CustomRejection<R> {
    fn into_response(self) -> Response {
        match self {
            Self::Extractor(rejection) => rejection_response(rejection),
            Self::Input(error) => error.into_response(),
        }
    }
}

/// Returns the rejection if an extractor of axum that reads the whole body made it.
fn body_rejection(rejection: &dyn Any) -> Option<&(dyn Error + 'static)> {
    fn downcast<R: Error + 'static>(rejection: &dyn Any) -> Option<&(dyn Error + 'static)> {
        rejection
            .downcast_ref::<R>()
            .map(|rejection| rejection as _)
    }
    downcast::<BytesRejection>(rejection)
        .or_else(|| downcast::<StringRejection>(rejection))
        .or_else(|| downcast::<JsonRejection>(rejection))
        .or_else(|| downcast::<FormRejection>(rejection))
        .or_else(|| downcast::<RawFormRejection>(rejection))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::extract::{Path, Request};
    use axum::http::StatusCode;
    use axum::routing::get;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;

    async fn text(response: Response) -> String {
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn path_rejection_status_depends_on_its_cause() {
        let handler = async |path: Result<Path<u32>, PathRejection>| {
            path.map(drop).map_err(rejection_response)
        };
        for (path, status) in [("/7", 200), ("/hunter2", 422), ("/%ff", 400)] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let router = Router::new().route("/{id}", get(handler));
            let response = router.oneshot(request).await.unwrap();
            assert_eq!(response.status().as_u16(), status, "{path}");
            assert!(!text(response).await.contains("hunter2"), "{path}");
        }
    }

    #[tokio::test]
    async fn foreign_rejection_keeps_only_its_status() {
        let response = rejection_response((StatusCode::CONFLICT, "hunter2"));
        assert_eq!(response.status(), StatusCode::CONFLICT);
        assert_eq!(response.headers()[CONTENT_TYPE], PROBLEM_JSON);
        assert!(!text(response).await.contains("hunter2"));
    }

    #[tokio::test]
    async fn rejection_that_is_a_problem_is_kept() {
        let problem = Problem::new(StatusCode::CONFLICT).detail("taken");
        assert!(text(rejection_response(problem)).await.contains("taken"));
    }
}
