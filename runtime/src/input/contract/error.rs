//! The reason why input is rejected; `response` turns it into HTTP.

use std::fmt;
use std::time::Duration;

use crate::input::contract::violation::Violation;

/// The part of a request that input comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InputLocation {
    /// The path parameters.
    Path,
    /// The query parameters.
    Query,
    /// The body, as a form.
    Form,
    /// The body, in another format.
    Body,
    /// The header fields.
    Header,
    /// The cookies.
    Cookie,
}

/// The reason why input is rejected; never contains the input.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InputError {
    /// The `Content-Type` is missing, a duplicate, or none of these media types.
    MediaType(&'static [&'static str]),
    /// The body has a content coding, such as compression.
    ContentCoding,
    /// The body is larger than this number of bytes.
    TooLarge(usize),
    /// The body did not arrive within this time.
    TooSlow(Duration),
    /// No byte of the body arrived for this time.
    Stalled(Duration),
    /// The body ended early.
    Incomplete,
    /// The input is malformed: no type could decode it.
    Malformed(InputLocation, Violation),
    /// The input does not match the expected type.
    TypeMismatch(InputLocation, Violation),
    /// The input violates rules; the list is never empty.
    Invalid(InputLocation, Vec<Violation>),
    /// A file of a form cannot be stored at present: an error of the API, whose event has the reason.
    StorageUnavailable,
    /// The handler extracts input that its route does not have: a bug of the API.
    HandlerMismatch,
}

impl InputLocation {
    /// Returns the name in responses, events and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Form => "form",
            Self::Body => "body",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

impl fmt::Display for InputLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MediaType(accepted) => {
                write!(
                    f,
                    "the `Content-Type` must be `{}`",
                    accepted.join("` or `")
                )?;
                let is_multipart = accepted.iter().any(|one| one.starts_with("multipart/"));
                f.write_str(if is_multipart { " with a boundary" } else { "" })
            }
            Self::ContentCoding => f.write_str("the body must not be compressed"),
            Self::TooLarge(limit) => write!(f, "the body is larger than {limit} bytes"),
            Self::TooSlow(timeout) => write!(f, "the body took longer than {timeout:?}"),
            Self::Stalled(timeout) => write!(f, "the body stalled for {timeout:?}"),
            Self::Incomplete => f.write_str("the body is incomplete"),
            Self::Malformed(location, _) => write!(f, "the {location} is malformed"),
            Self::TypeMismatch(location, _) => {
                write!(f, "the {location} does not match the expected type")
            }
            Self::Invalid(location, _) => {
                write!(f, "the {location} violates the rules of its type")
            }
            Self::StorageUnavailable => {
                f.write_str("the files of the form cannot be stored at present")
            }
            Self::HandlerMismatch => f.write_str("the handler does not match its route"),
        }
    }
}

impl std::error::Error for InputError {}
