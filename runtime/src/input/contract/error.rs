//! Why input was refused, by fault; the response room puts it into HTTP.

use std::fmt;
use std::time::Duration;

use crate::input::contract::violation::Violation;

/// The part of a request that input came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InputLocation {
    /// The path's parameters.
    Path,
    /// The query.
    Query,
    /// The body, a form.
    Form,
    /// The body, of another kind.
    Body,
    /// The header's fields.
    Header,
    /// The cookies.
    Cookie,
}

/// Why input was refused; nothing of the input is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InputError {
    /// The body is not labelled as this media type, or labelled twice.
    MediaType(&'static str),
    /// The body is compressed or otherwise coded.
    ContentCoding,
    /// The body is larger than so many bytes.
    TooLarge(usize),
    /// The body was not there within so long.
    TooSlow(Duration),
    /// The body broke off.
    Incomplete,
    /// The text cannot be decoded, whatever it was meant for.
    Malformed(InputLocation, Violation),
    /// What was decoded is not of the type that is expected.
    TypeMismatch(InputLocation, Violation),
    /// Rules are broken; never empty.
    Invalid(InputLocation, Vec<Violation>),
    /// The handler asks for what its route does not have: a fault of the API.
    HandlerMismatch,
}

impl InputLocation {
    /// The part as answers, events and counters spell it.
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
            Self::MediaType(expected) if expected.starts_with("multipart/") => {
                write!(
                    f,
                    "the body must be labelled `{expected}` with its boundary"
                )
            }
            Self::MediaType(expected) => write!(f, "the body must be labelled `{expected}`"),
            Self::ContentCoding => f.write_str("the body must not be compressed"),
            Self::TooLarge(limit) => write!(f, "the body is larger than {limit} bytes"),
            Self::TooSlow(timeout) => write!(f, "the body took longer than {timeout:?}"),
            Self::Incomplete => f.write_str("the body broke off"),
            Self::Malformed(part, _) => write!(f, "the {part} cannot be decoded"),
            Self::TypeMismatch(part, _) => {
                write!(f, "the {part} is not of the type that is expected")
            }
            Self::Invalid(part, _) => write!(f, "the {part} breaks the rules of its type"),
            Self::HandlerMismatch => f.write_str("the handler does not fit its route"),
        }
    }
}

impl std::error::Error for InputError {}
