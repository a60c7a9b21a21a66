//! The exceptions of a route: data that reaches its handler without Palisade's checks.

use std::fmt;

use crate::input::InputLocation;

/// Data that reaches a handler without Palisade's checks, with the reason.
///
/// [`Route::exceptions`](crate::routing::Route::exceptions) lists those of a route, including fields at every depth of its
/// input types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    pub(super) kind: ExceptionKind,
    pub(super) argument: String,
    pub(super) location: Option<InputLocation>,
    pub(super) field: Option<String>,
    pub(super) reason: &'static str,
}

/// The kind of an [`Exception`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExceptionKind {
    /// An [`Unvalidated`](crate::Unvalidated) argument.
    UnvalidatedArgument,
    /// A [`TrustedExtractor`](crate::TrustedExtractor).
    TrustedArgument,
    /// The [`TrustedExtension`](crate::TrustedExtension) inside an `Extension` or `ConnectInfo`.
    TrustedRequestExtension,
    /// An [`InputExtractor`](crate::input::InputExtractor), which decodes its input itself.
    CustomDecoding,
    /// A value whose type parses itself: `#[secure(scalar = "…")]`.
    CustomScalar,
    /// A field without rules: `#[secure(unvalidated = "…")]`.
    UnvalidatedField,
    /// The messages of a WebSocket connection, after the handshake of an `Upgrade`.
    UncheckedMessages,
}

impl Exception {
    /// Returns the kind.
    pub fn kind(&self) -> ExceptionKind {
        self.kind
    }

    /// Returns the type of the handler's argument, without the paths of modules.
    ///
    /// The text is for people: like [`std::any::type_name`], it may change with the compiler.
    pub fn argument(&self) -> &str {
        &self.argument
    }

    /// Returns the part of the request that the data comes from; `None` for an argument that the
    /// guard does not check.
    pub fn location(&self) -> Option<InputLocation> {
        self.location
    }

    /// Returns the position of a field in its input, as a JSON Pointer with `*` for every item of a list and
    /// every key of a map; empty for the whole input, `None` if the argument is the exception.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// Returns the reason, or the statement of what is accepted.
    pub fn reason(&self) -> &'static str {
        self.reason
    }
}

impl ExceptionKind {
    /// Returns the kind in words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::UnvalidatedArgument => "unvalidated argument",
            Self::TrustedArgument => "trusted extractor",
            Self::TrustedRequestExtension => "trusted extension",
            Self::CustomDecoding => "input extractor",
            Self::CustomScalar => "scalar",
            Self::UnvalidatedField => "unvalidated field",
            Self::UncheckedMessages => "unchecked messages",
        }
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.name();
        write!(f, "{kind} ")?;
        match (&self.field, self.location) {
            (Some(field), Some(location)) if field.is_empty() => write!(f, "in the {location}")?,
            (Some(field), Some(location)) => write!(f, "{field} in the {location}")?,
            _ => f.write_str(&self.argument)?,
        }
        write!(f, ": {}", self.reason)
    }
}
