//! Problem details for HTTP APIs ([RFC 9457]).
//!
//! [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457

use std::borrow::Cow;
use std::fmt;

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::audit::{RejectedInput, RequestId};
use crate::input::{MAX_VIOLATIONS, Violation};
use crate::response::ProblemType;

/// The media type of every problem.
pub(crate) const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// An error response as `application/problem+json` ([RFC 9457]).
///
/// Handlers return it as their error type, and Palisade's own refusals have the same format.
/// Use [`Api::map_problems`](crate::Api::map_problems) to change the text or add members to
/// every problem of an API.
///
/// # Security
///
/// Palisade never echoes the request in a problem. Your handlers decide about the text and
/// members that they add.
///
/// [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
///
/// fn order_not_found() -> Problem {
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
    request_id: Option<RequestId>,
    /// Of a rejected input only.
    rejection: Option<Rejection>,
}

/// The parts of a response to rejected input that are not in the body.
#[derive(Clone, PartialEq)]
struct Rejection {
    header: Option<(HeaderName, HeaderValue)>,
    record: Option<RejectedInput>,
}

impl Problem {
    /// Creates a problem whose title is the reason phrase of the status.
    ///
    /// A status below 400 becomes 500: a problem is never a success.
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
                request_id: None,
                rejection: None,
            }),
        }
    }

    /// Sets the problem type: the `type` member and, unless it is set explicitly, `title`.
    ///
    /// Without it, `type` is `about:blank`, which means no more than the status
    /// ([RFC 9457 §4.2.1](https://www.rfc-editor.org/rfc/rfc9457#section-4.2.1)).
    #[must_use]
    pub fn with_type(mut self, problem_type: ProblemType) -> Self {
        self.inner.problem_type = Some(problem_type);
        self
    }

    /// Sets `title`, a short summary of the problem type.
    ///
    /// It should be the same for each occurrence of the type, except for translation.
    #[must_use]
    pub fn title(mut self, title: impl Into<Cow<'static, str>>) -> Self {
        self.inner.title = Some(title.into());
        self
    }

    /// Sets `detail`, an explanation of this occurrence.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.inner.detail = Some(detail.into());
        self
    }

    /// Adds one entry to `errors`. The response lists at most 32.
    #[must_use]
    pub fn error(mut self, violation: Violation) -> Self {
        self.inner.errors.push(violation);
        self
    }

    /// Changes each entry of `errors`, for example to translate it.
    #[must_use]
    pub fn map_errors(mut self, map: impl FnMut(Violation) -> Violation) -> Self {
        self.inner.errors = self.inner.errors.into_iter().map(map).collect();
        self
    }

    /// Adds an extension member.
    ///
    /// The member is ignored if its value cannot be serialized, or if its name is `type`,
    /// `title`, `status`, `detail` or `errors`. If the request has an [id](crate::RequestId), `request_id` is that id,
    /// whatever the member.
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

    /// Returns the status of the response.
    pub fn status(&self) -> StatusCode {
        self.inner.status
    }

    /// Returns the problem type, or `None` if `type` is `about:blank`.
    pub fn problem_type(&self) -> Option<ProblemType> {
        self.inner.problem_type
    }

    /// Returns `title`: the one that is set, the problem type's, or the reason phrase of the status.
    pub fn title_text(&self) -> &str {
        let inner = &*self.inner;
        inner.title.as_deref().unwrap_or(match inner.problem_type {
            Some(problem_type) => problem_type.title(),
            None => inner.status.canonical_reason().unwrap_or("Error"),
        })
    }

    /// Returns `detail`, if it is set.
    pub fn detail_text(&self) -> Option<&str> {
        self.inner.detail.as_deref()
    }

    /// Returns the entries of `errors`.
    pub fn errors(&self) -> &[Violation] {
        &self.inner.errors
    }

    /// Returns the id of the request, for the functions of [`Api::map_problems`](crate::Api::map_problems) and
    /// [`Api::render_errors`](crate::Api::render_errors).
    ///
    /// It is `None` before, and if no listener gives ids to requests.
    pub fn request_id(&self) -> Option<&RequestId> {
        self.inner.request_id.as_ref()
    }

    /// Sets `request_id`.
    pub(crate) fn with_request_id(mut self, id: Option<&RequestId>) -> Self {
        if let Some(id) = id {
            self.inner.request_id = Some(id.clone());
        }
        self
    }

    /// Sets `status`, to match a status that was set on the response later.
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.inner.status = status;
        self
    }

    /// Adds a header field and the audit record to the response.
    pub(crate) fn with_rejection(
        mut self,
        header: Option<(HeaderName, HeaderValue)>,
        record: Option<RejectedInput>,
    ) -> Self {
        self.inner.rejection = Some(Rejection { header, record });
        self
    }

    pub(crate) fn with_errors(mut self, errors: impl IntoIterator<Item = Violation>) -> Self {
        self.inner.errors.extend(errors);
        self
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        Value::Object(self.to_object()).to_string().into_bytes()
    }

    fn to_object(&self) -> Map<String, Value> {
        let inner = &*self.inner;
        let uri = inner
            .problem_type
            .map_or("about:blank", |problem_type| problem_type.uri());
        let mut object = Map::new();
        object.insert("type".into(), uri.into());
        object.insert("title".into(), self.title_text().into());
        object.insert("status".into(), inner.status.as_u16().into());
        if let Some(detail) = &inner.detail {
            object.insert("detail".into(), detail.as_ref().into());
        }
        if !inner.errors.is_empty() {
            let errors = inner
                .errors
                .iter()
                .take(MAX_VIOLATIONS)
                .map(Violation::to_json)
                .collect();
            object.insert("errors".into(), Value::Array(errors));
        }
        object.extend(inner.members.clone());
        if let Some(id) = &inner.request_id {
            object.insert("request_id".into(), id.to_string().into());
        }
        object
    }
}

/// Serializes the members of the problem, as its response has them.
impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_object().serialize(serializer)
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
    fn into_response(mut self) -> Response {
        let mut response = Response::new(Body::from(self.body()));
        *response.status_mut() = self.inner.status;
        response.headers_mut().insert(CONTENT_TYPE, PROBLEM_JSON);
        if let Some(Rejection { header, record }) = self.inner.rejection.take() {
            response.headers_mut().extend(header);
            if let Some(record) = record {
                response.extensions_mut().insert(record);
            }
        }
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
    fn problem_status_member_equals_the_response_status() {
        let response = Problem::new(StatusCode::NOT_FOUND).into_response();
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        assert_eq!(
            json(&Problem::new(StatusCode::NOT_FOUND)),
            serde_json::json!({ "type": "about:blank", "title": "Not Found", "status": 404 })
        );
    }

    #[test]
    fn problem_with_success_status_becomes_500() {
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
    fn problem_lists_at_most_32_errors() {
        let problem = (0..40).fold(
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY),
            |problem, index| problem.error(Violation::new(format!("/{index}"), "custom", "wrong")),
        );
        assert_eq!(json(&problem)["errors"].as_array().unwrap().len(), 32);
    }

    #[test]
    fn extension_member_never_replaces_a_standard_one() {
        let problem = Problem::new(StatusCode::CONFLICT)
            .member("status", 200)
            .member("balance", 30);
        assert_eq!(json(&problem)["status"], 409);
        assert_eq!(json(&problem)["balance"], 30);
    }
}
