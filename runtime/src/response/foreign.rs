//! What extractors that are not ours answer, in our shape.
//!
//! axum's rejections quote the request and serde's messages; none of it goes out.

use std::any::Any;
use std::error::Error;

use axum::extract::rejection::{
    BytesRejection, FormRejection, JsonRejection, PathRejection, RawFormRejection, StringRejection,
};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
#[cfg(feature = "typed-header")]
use axum_extra::typed_header::TypedHeaderRejection;

use crate::audit::RefusedInput;
#[cfg(feature = "typed-header")]
use crate::input::header_error;
use crate::input::{CustomRejection, InputError, TooSlow, path_error};
use crate::response::Problem;
use crate::response::problem::PROBLEM_JSON;

/// Turns any extractor's rejection into a problem.
///
/// A rejection that already is `application/problem+json` is kept; of every other
/// one the status is kept, where it is an error, and nothing else. axum has no answer of
/// its own for a body that was too slow: where one of its extractors read it, it is 408.
/// What operators are told is left in the answer.
pub(crate) fn unify<R: IntoResponse + 'static>(rejection: R) -> Response {
    if let Some(rejection) = (&rejection as &dyn Any).downcast_ref::<PathRejection>() {
        return path_error(rejection).into_response();
    }
    #[cfg(feature = "typed-header")]
    if let Some(rejection) = (&rejection as &dyn Any).downcast_ref::<TypedHeaderRejection>() {
        return header_error(rejection).into_response();
    }
    if let Some(TooSlow(timeout)) = of_a_body(&rejection).and_then(TooSlow::cause_of) {
        return InputError::TooSlow(timeout).into_response();
    }
    let mut response = rejection.into_response();
    if response.headers().get(CONTENT_TYPE) != Some(&PROBLEM_JSON) {
        response = Problem::new(response.status()).into_response();
    }
    if response.status().is_client_error() {
        let refused = response.extensions_mut();
        refused.get_or_insert_with(|| RefusedInput::BY_EXTRACTOR);
    }
    response
}

impl<R: IntoResponse + 'static> IntoResponse for CustomRejection<R> {
    fn into_response(self) -> Response {
        match self {
            Self::Extractor(rejection) => unify(rejection),
            Self::Input(error) => error.into_response(),
        }
    }
}

/// The rejections of axum's extractors that read a body whole.
fn of_a_body(rejection: &dyn Any) -> Option<&(dyn Error + 'static)> {
    fn read<R: Error + 'static>(rejection: &dyn Any) -> Option<&(dyn Error + 'static)> {
        rejection
            .downcast_ref::<R>()
            .map(|rejection| rejection as _)
    }
    read::<BytesRejection>(rejection)
        .or_else(|| read::<StringRejection>(rejection))
        .or_else(|| read::<JsonRejection>(rejection))
        .or_else(|| read::<FormRejection>(rejection))
        .or_else(|| read::<RawFormRejection>(rejection))
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
    async fn a_path_rejection_is_answered_by_its_fault() {
        let handler = async |path: Result<Path<u32>, PathRejection>| path.map(drop).map_err(unify);
        for (path, status) in [("/7", 200), ("/hunter2", 422), ("/%ff", 400)] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let router = Router::new().route("/{id}", get(handler));
            let response = router.oneshot(request).await.unwrap();
            assert_eq!(response.status().as_u16(), status, "{path}");
            assert!(!text(response).await.contains("hunter2"), "{path}");
        }
    }

    #[tokio::test]
    async fn of_a_foreign_rejection_only_the_status_is_kept() {
        let response = unify((StatusCode::CONFLICT, "hunter2"));
        assert_eq!(response.status(), StatusCode::CONFLICT);
        assert_eq!(response.headers()[CONTENT_TYPE], PROBLEM_JSON);
        assert!(!text(response).await.contains("hunter2"));
    }

    #[tokio::test]
    async fn a_problem_of_ones_own_is_kept() {
        let problem = Problem::new(StatusCode::CONFLICT).detail("taken");
        assert!(text(unify(problem)).await.contains("taken"));
    }
}
