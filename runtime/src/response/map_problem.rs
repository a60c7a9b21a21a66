//! Rewriting of problems by `Api::map_problems`.

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;

use crate::response::Problem;
use crate::response::problem::PROBLEM_JSON;

/// Replaces the problem of a response by the result of `map`; leaves any other response unchanged.
///
/// The status and the headers stay as they are, because clients act on them.
pub(crate) fn map_problem(mut response: Response, map: &dyn Fn(Problem) -> Problem) -> Response {
    if response.headers().get(CONTENT_TYPE) != Some(&PROBLEM_JSON) {
        return response;
    }
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let problem = map(problem).with_status(response.status());
    *response.body_mut() = Body::from(problem.body());
    response.headers_mut().remove(CONTENT_LENGTH);
    response.extensions_mut().insert(problem);
    response
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::response::IntoResponse as _;
    use http_body_util::BodyExt as _;

    use super::*;

    async fn text(response: Response) -> String {
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn mapped_problem_keeps_the_status() {
        let response = Problem::new(StatusCode::CONFLICT).into_response();
        let map = |_| Problem::new(StatusCode::NOT_FOUND).detail("other");
        let response = map_problem(response, &map);
        assert_eq!(response.status(), StatusCode::CONFLICT);
        assert_eq!(
            text(response).await,
            r#"{"detail":"other","status":409,"title":"Conflict","type":"about:blank"}"#
        );
    }

    #[tokio::test]
    async fn mapped_problem_reports_the_status_of_the_response() {
        let response = (StatusCode::GONE, Problem::new(StatusCode::CONFLICT)).into_response();
        assert!(
            text(map_problem(response, &|problem| problem))
                .await
                .contains("410")
        );
    }

    #[tokio::test]
    async fn response_without_problem_json_is_not_mapped() {
        let mut response = Problem::new(StatusCode::CONFLICT).into_response();
        response.headers_mut().remove(CONTENT_TYPE);
        *response.body_mut() = Body::from("own");
        let unchanged = map_problem(response, &|_| panic!("the response is not a problem"));
        assert_eq!(text(unchanged).await, "own");
    }
}
