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
    kind: Option<Cow<'static, str>>,
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
                kind: None,
                title: None,
                detail: None,
                errors: Vec::new(),
                members: Map::new(),
            }),
        }
    }

    /// Sets `type`, a URI that identifies and documents the kind of problem.
    ///
    /// Absent, it is `about:blank`: nothing more specific than the status.
    #[must_use]
    pub fn kind(mut self, uri: impl Into<Cow<'static, str>>) -> Self {
        self.inner.kind = Some(uri.into());
        self
    }

    /// Sets `title`, the short summary of the kind of problem; the same at each occurrence.
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

    /// Adds one entry to `errors`: what is wrong (`detail`) and where (`pointer`).
    ///
    /// The pointer is a JSON Pointer (RFC 6901) into the body, or the name of a
    /// parameter. At most 32 entries are answered.
    #[must_use]
    pub fn error(
        mut self,
        pointer: impl Into<String>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.inner.errors.push(Violation::new(pointer, detail));
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

    pub(crate) fn with_errors(mut self, errors: impl IntoIterator<Item = Violation>) -> Self {
        self.inner.errors.extend(errors);
        self
    }

    fn body(&self) -> Vec<u8> {
        let inner = &*self.inner;
        let phrase = inner.status.canonical_reason().unwrap_or("Error");
        let mut object = Map::new();
        object.insert(
            "type".into(),
            inner.kind.as_deref().unwrap_or("about:blank").into(),
        );
        object.insert(
            "title".into(),
            inner.title.as_deref().unwrap_or(phrase).into(),
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
            |problem, at| problem.error(format!("/{at}"), "wrong"),
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
