//! The body of an error response in the API's own format.

use axum::body::Bytes;
use axum::http::header::HeaderValue;
use serde::Serialize;

use crate::response::Problem;
use crate::response::problem::PROBLEM_JSON;

/// The body of an error response, with its media type.
///
/// The function of [`Api::render_errors`](crate::Api::render_errors) returns it. It has no status and no
/// header fields, because those of the response stay.
#[derive(Clone, Debug)]
pub struct ErrorBody {
    media_type: HeaderValue,
    bytes: Bytes,
}

impl ErrorBody {
    /// Creates a body of this media type.
    ///
    /// # Panics
    ///
    /// Panics if the media type contains characters other than visible ASCII and spaces. In the function of
    /// [`Api::render_errors`](crate::Api::render_errors), a panic leaves the response in the default format.
    pub fn new(media_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        Self {
            media_type: HeaderValue::from_static(media_type),
            bytes: bytes.into(),
        }
    }

    /// Serializes a value as `application/json`.
    ///
    /// # Errors
    ///
    /// Returns the error of the value's `Serialize`.
    pub fn json(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        let bytes = serde_json::to_vec(value)?;
        Ok(Self::new("application/json", bytes))
    }

    /// Creates the default body, `application/problem+json`.
    pub fn problem(problem: &Problem) -> Self {
        Self {
            media_type: PROBLEM_JSON,
            bytes: problem.body().into(),
        }
    }

    pub(super) fn into_parts(self) -> (HeaderValue, Bytes) {
        (self.media_type, self.bytes)
    }
}
