//! What extractors that are not ours answer, in our shape.
//!
//! axum's rejections quote the request and serde's messages; none of it goes out.

use std::any::Any;

use axum::extract::rejection::PathRejection;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::input::{Refused, path_error};
use crate::response::Problem;
use crate::response::problem::PROBLEM_JSON;

/// Turns any extractor's rejection into a problem.
///
/// A rejection that already is `application/problem+json` is kept; of every other
/// one the status is kept, where it is an error, and nothing else.
pub(crate) fn unify<R: IntoResponse + 'static>(rejection: R) -> Response {
    if let Some(rejection) = (&rejection as &dyn Any).downcast_ref::<PathRejection>() {
        return path_error(rejection).into_response();
    }
    let response = rejection.into_response();
    if response.headers().get(CONTENT_TYPE) == Some(&PROBLEM_JSON) {
        return response;
    }
    Problem::new(response.status()).into_response()
}

impl<R: IntoResponse + 'static> IntoResponse for Refused<R> {
    fn into_response(self) -> Response {
        match self {
            Self::Extractor(rejection) => unify(rejection),
            Self::Input(error) => error.into_response(),
        }
    }
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
