//! Problem details for HTTP APIs ([RFC 9457]).
//!
//! [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457

use std::borrow::Cow;
use std::fmt;

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::input::Violation;
use crate::response::ProblemType;

/// The media type of every refusal.
pub(crate) const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// The most entries that `errors` lists.
const MAX_ERRORS: usize = 32;

/// A refusal or failure, answered as `application/problem+json`.
///
/// Handlers return it as their error type; Palisade's own refusals have the same
/// shape. Nothing of the request is ever echoed by Palisade; what a handler puts
/// into `detail` or a member is its own decision.
///
/// Members and wording of the API's own are put into every problem in one place:
/// [`Api::map_problems`](crate::Api::map_problems).
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
///
/// fn missing() -> Problem {
///     Problem::new(StatusCode::NOT_FOUND).detail("no such order")
/// }
/// ```
#[derive(Clone, PartialEq)]
pub struct Problem {
    inner: Box<Inner>,
}

#[derive(Clone, PartialEq)]
struct Inner {
    status: StatusCode,
    problem_type: Option<ProblemType>,
    title: Option<Cow<'static, str>>,
    detail: Option<Cow<'static, str>>,
    errors: Vec<Violation>,
    members: Map<String, Value>,
}

impl Problem {
    /// A problem whose title is the status' own phrase.
    ///
    /// A status that is no error (below 400) is answered as 500: a problem never
    /// looks like success.
    pub fn new(status: StatusCode) -> Self {
        let status = if status.is_client_error() || status.is_server_error() {
            status
        } else {
            StatusCode::INTERNAL_SERVER_ERROR
        };
        Self {
            inner: Box::new(Inner {
                status,
                problem_type: None,
                title: None,
                detail: None,
                errors: Vec::new(),
                members: Map::new(),
            }),
        }
    }

    /// Sets the problem type: `type` and, unless another title is set, `title`.
    ///
    /// Without it, `type` is `about:blank`, which says no more than the status
    /// ([RFC 9457 §4.2.1](https://www.rfc-editor.org/rfc/rfc9457#section-4.2.1)).
    #[must_use]
    pub fn with_type(mut self, problem_type: ProblemType) -> Self {
        self.inner.problem_type = Some(problem_type);
        self
    }

    /// Sets `title`, the short summary of the kind of problem, as in another language;
    /// else the same at each occurrence.
    #[must_use]
    pub fn title(mut self, title: impl Into<Cow<'static, str>>) -> Self {
        self.inner.title = Some(title.into());
        self
    }

    /// Sets `detail`, the explanation of this occurrence.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.inner.detail = Some(detail.into());
        self
    }

    /// Adds one entry to `errors`; at most 32 are answered.
    #[must_use]
    pub fn error(mut self, violation: Violation) -> Self {
        self.inner.errors.push(violation);
        self
    }

    /// Changes each entry of `errors`, as to put it in the API's own words.
    #[must_use]
    pub fn map_errors(mut self, map: impl FnMut(Violation) -> Violation) -> Self {
        self.inner.errors = self.inner.errors.into_iter().map(map).collect();
        self
    }

    /// Adds a member of your own beside the standard ones.
    ///
    /// A value that cannot be serialised, or one of the names `type`, `title`,
    /// `status`, `detail` and `errors`, is left out.
    #[must_use]
    pub fn member(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let name = name.into();
        if let Ok(value) = serde_json::to_value(value)
            && !matches!(
                name.as_str(),
                "type" | "title" | "status" | "detail" | "errors"
            )
        {
            self.inner.members.insert(name, value);
        }
        self
    }

    /// The status that it is answered with.
    pub fn status(&self) -> StatusCode {
        self.inner.status
    }

    /// The kind of problem; none where `type` is `about:blank`.
    pub fn problem_type(&self) -> Option<ProblemType> {
        self.inner.problem_type
    }

    /// The entries of `errors`.
    pub fn errors(&self) -> &[Violation] {
        &self.inner.errors
    }

    /// The same problem, told with the status that the answer really has.
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.inner.status = status;
        self
    }

    pub(crate) fn with_errors(mut self, errors: impl IntoIterator<Item = Violation>) -> Self {
        self.inner.errors.extend(errors);
        self
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        let inner = &*self.inner;
        let (uri, title) = match inner.problem_type {
            Some(problem_type) => (problem_type.uri(), problem_type.title()),
            None => (
                "about:blank",
                inner.status.canonical_reason().unwrap_or("Error"),
            ),
        };
        let mut object = Map::new();
        object.insert("type".into(), uri.into());
        object.insert(
            "title".into(),
            inner.title.as_deref().unwrap_or(title).into(),
        );
        object.insert("status".into(), inner.status.as_u16().into());
        if let Some(detail) = &inner.detail {
            object.insert("detail".into(), detail.as_ref().into());
        }
        if !inner.errors.is_empty() {
            let errors = inner
                .errors
                .iter()
                .take(MAX_ERRORS)
                .map(Violation::to_json)
                .collect();
            object.insert("errors".into(), Value::Array(errors));
        }
        object.extend(inner.members.clone());
        Value::Object(object).to_string().into_bytes()
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("status", &self.inner.status)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.inner.status, f)
    }
}

impl std::error::Error for Problem {}

impl From<StatusCode> for Problem {
    fn from(status: StatusCode) -> Self {
        Self::new(status)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body()));
        *response.status_mut() = self.inner.status;
        response.headers_mut().insert(CONTENT_TYPE, PROBLEM_JSON);
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(problem: &Problem) -> Value {
        serde_json::from_slice(&problem.body()).unwrap()
    }

    #[test]
    fn the_status_member_equals_the_status() {
        let response = Problem::new(StatusCode::NOT_FOUND).into_response();
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        assert_eq!(
            json(&Problem::new(StatusCode::NOT_FOUND)),
            serde_json::json!({ "type": "about:blank", "title": "Not Found", "status": 404 })
        );
    }

    #[test]
    fn a_problem_never_looks_like_success() {
        assert_eq!(
            Problem::new(StatusCode::OK).status(),
            StatusCode::INTERNAL_SERVER_ERROR
        );
        assert_eq!(
            Problem::new(StatusCode::FOUND).status(),
            StatusCode::INTERNAL_SERVER_ERROR
        );
    }

    #[test]
    fn at_most_32_errors_are_answered() {
        let problem = (0..40).fold(
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY),
            |problem, at| problem.error(Violation::new(format!("/{at}"), "custom", "wrong")),
        );
        assert_eq!(json(&problem)["errors"].as_array().unwrap().len(), 32);
    }

    #[test]
    fn a_member_of_ones_own_never_replaces_a_standard_one() {
        let problem = Problem::new(StatusCode::CONFLICT)
            .member("status", 200)
            .member("balance", 30);
        assert_eq!(json(&problem)["status"], 409);
        assert_eq!(json(&problem)["balance"], 30);
    }
}
