//! A decode error: what is wrong, what was expected, and where.
//!
//! The messages of serde quote the value they reject, and responses and logs must never contain
//! input. Palisade's deserializers therefore report errors of this type, which keeps no text of the
//! input. The only text it keeps is a [requirement](super::expectation) written by the author of the
//! type. The location is collected while the error propagates, so successful decoding pays nothing
//! for it.

use std::borrow::Cow;
use std::fmt::{self, Display};

use serde::de::{self, Unexpected};

use crate::input::contract::Violation;
use crate::input::decode::expectation;
use crate::input::shape::pointer::{bare, push_token};

/// The reason why a value could not be decoded, and its location.
///
/// Boxed, so that results stay small.
#[derive(Debug)]
pub(crate) struct DecodeError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    expected: Option<Expected>,
    /// The type's own requirement on its values, such as `must be even`.
    requirement: Option<Box<str>>,
    /// Innermost segment first.
    path: Vec<Segment>,
}

/// The kind of a decode error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// The underlying decoder failed; its own error has the reason.
    Syntax,
    /// The value has another type than expected.
    Type,
    /// The underlying decoder read a prefix of a number and left the rest.
    PartialNumber,
    /// No double can represent the number.
    NumberRange,
    /// The value has the right type but is not allowed.
    Value,
    /// The type's own parser rejected the value.
    Format,
    /// The sequence has too few or too many items.
    Length,
    /// The member with this name is missing.
    Missing(&'static str),
    /// The type declares no member with this name.
    Unknown,
    /// A declared member appears more than once.
    Duplicate,
    /// A member whose name no type declares appears more than once.
    DuplicateUndeclared,
    /// The bytes are not valid text for their location.
    Encoding,
    /// Arrays and objects are nested too deeply.
    Depth,
    /// The value is not a variant of the enum.
    Variant(&'static [&'static str]),
}

/// The kind of value that a type requested from its decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Anything,
    Boolean,
    Integer,
    Number,
    Char,
    String,
    Null,
    Array,
    Object,
    Variant,
    /// A part of a multipart form that is not a file.
    TextPart,
    /// Text in a location that cannot contain a list or object, such as a query parameter.
    SingleValue,
}

/// One step of the path to an error; names come from types, never from the input.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Segment {
    Name(&'static str),
    Index(usize),
}

/// The maximum number of variants that a message lists.
const MAX_LISTED: usize = 16;

impl DecodeError {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            expected: None,
            requirement: None,
            path: Vec::new(),
        }))
    }

    /// Sets what was expected, unless an inner value has set it already.
    pub(crate) fn expected(mut self, expected: Expected) -> Self {
        self.0.expected.get_or_insert(expected);
        self
    }

    /// Sets what was expected, if it is known.
    pub(crate) fn expected_if(self, expected: Option<Expected>) -> Self {
        match expected {
            Some(expected) => self.expected(expected),
            None => self,
        }
    }

    /// Adds the enclosing segment to the path.
    pub(crate) fn within(mut self, segment: Segment) -> Self {
        self.0.path.push(segment);
        self
    }

    /// Adds the enclosing member to the path.
    ///
    /// A name that no type declares comes from the client and must not be echoed. The path below it
    /// is meaningless without it and is dropped too.
    pub(crate) fn within_member(mut self, names: &'static [&'static str], name: &str) -> Self {
        if let Some(segment) = declared(names, name) {
            return self.within(segment);
        }
        self.0.path.clear();
        self
    }

    /// Turns the error of a member's name into the error for an unknown member.
    pub(crate) fn into_unknown(mut self) -> Self {
        self.0.kind = ErrorKind::Unknown;
        self.0.requirement = None;
        self
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the violation at a JSON Pointer into the body.
    pub(crate) fn body_violation(&self) -> Violation {
        Violation::new(self.pointer(), self.rule(), self.detail())
    }

    /// Returns the violation at the name of a parameter of a query, form or path.
    pub(crate) fn parameter_violation(&self) -> Violation {
        let (name, detail) = match (self.0.kind, self.0.path.last()) {
            (ErrorKind::Missing(name), _) => (name, "is missing".into()),
            (_, Some(Segment::Name(_))) => return self.body_violation().at(bare(&self.pointer())),
            (ErrorKind::Unknown, _) => ("", "has an unknown parameter".into()),
            (ErrorKind::DuplicateUndeclared, _) => ("", "has a duplicate parameter".into()),
            _ => ("", self.detail()),
        };
        Violation::new(name, self.rule(), detail)
    }

    /// Returns the violation at the parameter with this name.
    pub(crate) fn violation_at(&self, name: &str) -> Violation {
        Violation::new(name, self.rule(), self.detail())
    }

    /// Returns the outermost segment of the path.
    pub(crate) fn first_segment(&self) -> Option<Segment> {
        self.0.path.last().copied()
    }

    /// Returns the name of the violated rule, as in `PROBLEMS.md`.
    fn rule(&self) -> &'static str {
        match (self.0.kind, self.0.expected) {
            (ErrorKind::Syntax | ErrorKind::Type, Some(Expected::SingleValue)) => "single",
            (
                ErrorKind::Syntax
                | ErrorKind::Type
                | ErrorKind::PartialNumber
                | ErrorKind::NumberRange,
                _,
            ) => "type",
            (ErrorKind::Value, Some(Expected::Integer | Expected::Number)) => "range",
            (ErrorKind::Value | ErrorKind::Format, _) => "format",
            (ErrorKind::Length, _) => "items",
            (ErrorKind::Missing(_), _) => "required",
            (ErrorKind::Unknown, _) => "unknown",
            (ErrorKind::Duplicate | ErrorKind::DuplicateUndeclared, _) => "unique",
            (ErrorKind::Depth, _) => "depth",
            (ErrorKind::Encoding, _) => "encoding",
            (ErrorKind::Variant(_), _) => "enum",
        }
    }

    /// Returns the path as a JSON Pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).
    fn pointer(&self) -> String {
        pointer_of(self.0.path.iter().rev())
    }

    /// Returns the message, which contains only text of the API's authors.
    fn detail(&self) -> Cow<'static, str> {
        if let Some(requirement) = &self.0.requirement {
            return Cow::Owned(String::from(&**requirement));
        }
        let fixed = match self.0.kind {
            ErrorKind::Syntax
            | ErrorKind::Type
            | ErrorKind::PartialNumber
            | ErrorKind::NumberRange => self.0.expected.map_or(UNEXPECTED_FORMAT, Expected::detail),
            ErrorKind::Value => match self.0.expected {
                Some(Expected::Integer | Expected::Number) => "is out of range",
                _ => UNEXPECTED_FORMAT,
            },
            ErrorKind::Format => UNEXPECTED_FORMAT,
            ErrorKind::Length => "has the wrong number of items",
            ErrorKind::Missing(name) => {
                return Cow::Owned(format!("is missing the member `{name}`"));
            }
            ErrorKind::Unknown => "has an unknown member",
            ErrorKind::Duplicate => "must appear only once",
            ErrorKind::DuplicateUndeclared => "has a duplicate member",
            ErrorKind::Depth => "is nested too deeply",
            ErrorKind::Encoding => FORBIDDEN_CHARACTERS,
            ErrorKind::Variant(variants) if (1..=MAX_LISTED).contains(&variants.len()) => {
                return Cow::Owned(format!("must be one of: {}", variants.join(", ")));
            }
            ErrorKind::Variant(_) => Expected::Variant.detail(),
        };
        Cow::Borrowed(fixed)
    }
}

/// The message for a value that its type rejects without saying why.
pub(crate) const UNEXPECTED_FORMAT: &str = "does not have the expected format";
pub(crate) const NOT_NULL: &str = "must not be null";

const FORBIDDEN_CHARACTERS: &str = "contains characters that are not allowed";

impl Expected {
    fn detail(self) -> &'static str {
        match self {
            Self::Anything => UNEXPECTED_FORMAT,
            Self::Boolean => "must be `true` or `false`",
            Self::Integer => "must be an integer",
            Self::Number => "must be a number",
            Self::Char => "must be a single character",
            Self::String => "must be a string",
            Self::Null => "must be null",
            Self::Array => "must be an array",
            Self::Object => "must be an object",
            Self::Variant => "must be one of the allowed values",
            Self::TextPart => "must be text, not a file, with the media type `text/plain` or none",
            Self::SingleValue => "must be a single value",
        }
    }
}

impl Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail())
    }
}

impl std::error::Error for DecodeError {}

impl de::Error for DecodeError {
    fn custom<T: Display>(_: T) -> Self {
        Self::new(ErrorKind::Format)
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self::new(ErrorKind::Type)
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let mut error = Self::new(ErrorKind::Value);
        error.0.requirement = expectation::requirement(expected);
        error.0.expected = match unexpected {
            Unexpected::Unsigned(_) | Unexpected::Signed(_) => Some(Expected::Integer),
            Unexpected::Float(_) => Some(Expected::Number),
            _ => None,
        };
        error
    }

    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Self::new(ErrorKind::Length)
    }

    fn unknown_variant(_: &str, variants: &'static [&'static str]) -> Self {
        Self::new(ErrorKind::Variant(variants))
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::new(ErrorKind::Unknown)
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(ErrorKind::Missing(name))
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::new(ErrorKind::Duplicate).within(Segment::Name(name))
    }
}

/// Returns a path, outermost segment first, as a JSON Pointer.
pub(crate) fn pointer_of<'a>(path: impl IntoIterator<Item = &'a Segment>) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Name(name) => push_token(&mut pointer, name),
            Segment::Index(index) => push_token(&mut pointer, &index.to_string()),
        }
    }
    pointer
}

/// Returns the segment for a declared name, spelled by the type instead of the input.
pub(crate) fn declared(names: &'static [&'static str], name: &str) -> Option<Segment> {
    names
        .iter()
        .find(|declared| **declared == name)
        .map(|declared| Segment::Name(declared))
}

#[cfg(test)]
mod tests;
