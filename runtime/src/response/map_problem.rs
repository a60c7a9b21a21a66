//! Rewriting of problems by `Api::map_problems`.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{
    CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY_REPORT_ONLY, CONTENT_TYPE,
    ETAG, HeaderMap, HeaderName, LAST_MODIFIED, TRAILER, TRANSFER_ENCODING,
};
use axum::response::Response;

use crate::response::Problem;
use crate::response::problem::PROBLEM_JSON;

/// Replaces the problem of a response by the result of `map`; leaves any other response unchanged.
///
/// The status stays, and so do the headers that do not describe the former body: clients act on them.
pub(crate) fn map_problem(mut response: Response, map: &dyn Fn(Problem) -> Problem) -> Response {
    if response.headers().get(CONTENT_TYPE) != Some(&PROBLEM_JSON) {
        return response;
    }
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let id = problem.request_id().cloned();
    let problem = map(problem)
        .with_status(response.status())
        .with_request_id(id.as_ref());
    *response.body_mut() = Body::from(problem.body());
    let status = response.status();
    remove_representation_metadata(response.headers_mut(), status);
    response.extensions_mut().insert(problem);
    response
}

/// Removes the header fields that describe a body, except its media type ([RFC 9110 §8]).
///
/// A layer may have compressed, hashed or shortened the former body. `Content-Range` of a 416
/// describes the target and not the body ([RFC 9110 §14.4]).
///
/// [RFC 9110 §8]: https://www.rfc-editor.org/rfc/rfc9110#section-8
/// [RFC 9110 §14.4]: https://www.rfc-editor.org/rfc/rfc9110#section-14.4
pub(super) fn remove_representation_metadata(headers: &mut HeaderMap, status: StatusCode) {
    let names = headers.keys().filter(|name| describes_body(name, status));
    let names: Vec<_> = names.cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

/// Returns whether a header field depends on the bytes of the body.
pub(super) fn describes_body(name: &HeaderName, status: StatusCode) -> bool {
    match name {
        name if *name == CONTENT_RANGE => status != StatusCode::RANGE_NOT_SATISFIABLE,
        name if KEPT.contains(name) => false,
        name => name.as_str().starts_with("content-") || METADATA.contains(name),
    }
}

/// The fields that begin with `content-` and do not depend on the bytes of the body.
const KEPT: [HeaderName; 3] = [
    CONTENT_TYPE,
    CONTENT_SECURITY_POLICY,
    CONTENT_SECURITY_POLICY_REPORT_ONLY,
];

/// The other fields that describe a body: validators, digests ([RFC 9530], [RFC 3230]), framing, and
/// signatures, which cover a digest of the body ([RFC 9421 §7.2.5]).
///
/// [RFC 9530]: https://www.rfc-editor.org/rfc/rfc9530
/// [RFC 3230]: https://www.rfc-editor.org/rfc/rfc3230
/// [RFC 9421 §7.2.5]: https://www.rfc-editor.org/rfc/rfc9421#section-7.2.5
const METADATA: [HeaderName; 9] = [
    ETAG,
    LAST_MODIFIED,
    TRAILER,
    TRANSFER_ENCODING,
    HeaderName::from_static("digest"),
    HeaderName::from_static("repr-digest"),
    HeaderName::from_static("unencoded-digest"),
    HeaderName::from_static("signature"),
    HeaderName::from_static("signature-input"),
];

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::response::IntoResponse as _;
    use http_body_util::BodyExt as _;
    use serde_json::{Value, json};

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
        let expected =
            json!({"detail": "other", "status": 409, "title": "Conflict", "type": "about:blank"});
        // its order depends on the features of serde_json
        let body: Value = text(response).await.parse().unwrap();
        assert_eq!(body, expected);
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
