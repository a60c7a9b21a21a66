//! Problems in the API's own words.

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;

use crate::response::Problem;
use crate::response::problem::PROBLEM_JSON;

/// Writes an answer's problem anew, as `map` changes it; any other answer stays as it is.
///
/// The status and the headers stay: what a client must do about a refusal does not
/// depend on its wording.
pub(crate) fn rewrite(mut response: Response, map: &dyn Fn(Problem) -> Problem) -> Response {
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
    async fn only_the_words_of_a_problem_change() {
        let response = Problem::new(StatusCode::CONFLICT).into_response();
        let other = |_| Problem::new(StatusCode::NOT_FOUND).detail("other");
        let response = rewrite(response, &other);
        assert_eq!(response.status(), StatusCode::CONFLICT);
        assert_eq!(
            text(response).await,
            r#"{"detail":"other","status":409,"title":"Conflict","type":"about:blank"}"#
        );
    }

    #[tokio::test]
    async fn a_status_that_was_set_later_is_the_one_that_is_told() {
        let response = (StatusCode::GONE, Problem::new(StatusCode::CONFLICT)).into_response();
        assert!(
            text(rewrite(response, &|problem| problem))
                .await
                .contains("410")
        );
    }

    #[tokio::test]
    async fn an_answer_that_is_no_problem_any_more_is_left_alone() {
        let mut response = Problem::new(StatusCode::CONFLICT).into_response();
        response.headers_mut().remove(CONTENT_TYPE);
        *response.body_mut() = Body::from("own");
        let rewritten = rewrite(response, &|_| panic!("no problem is there"));
        assert_eq!(text(rewritten).await, "own");
    }
}
