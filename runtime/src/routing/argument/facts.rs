//! Facts about an argument that a route and its inventory need.

use crate::guard::Authorized;
#[cfg(feature = "schemas")]
use crate::input::definitions;
#[cfg(feature = "spool")]
use crate::input::media_type;
#[cfg(feature = "schemas")]
use crate::input::schema::Describe;
use crate::input::{InputLocation, SecureInput, Shape};
use crate::routing::exception::ExceptionKind;
use crate::token::TokenError;

/// The facts about one argument, independent of its type.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the facts do not depend on each other"
)]
pub struct ArgumentFacts {
    /// Decodes and checks typed claims before any argument is extracted.
    pub(crate) decode_claims: Option<DecodeClaims>,
    /// The typed claims, for documents.
    #[cfg(feature = "schemas")]
    pub(crate) claims: Option<ClaimsFacts>,
    /// Whether it issues tickets.
    pub(crate) issues_tickets: bool,
    /// Whether it is `Unvalidated`.
    pub(crate) unvalidated: bool,
    /// The statement about an argument that the API trusts or decodes itself.
    pub(crate) statement: Option<ArgumentStatement>,
    /// Whether an extractor outside this crate reads the request.
    pub(crate) custom: bool,
    /// Whether it reads the body in chunks.
    pub(crate) streamed: bool,
    /// The source of checked input.
    pub(crate) input: Option<InputFacts>,
    /// The type of the argument.
    pub(crate) type_name: fn() -> &'static str,
    /// The content of checked input.
    pub(crate) content: Content,
}

/// The statement of the API about an argument.
#[derive(Clone, Copy, Debug)]
pub struct ArgumentStatement {
    pub(crate) kind: ExceptionKind,
    pub(crate) text: &'static str,
}

/// The content of an argument, known from the type inside it.
#[derive(Clone, Copy, Debug)]
pub struct Content {
    /// The members of checked input.
    pub(crate) shapes: &'static [fn() -> &'static Shape],
    /// The media types that the input type declares for JSON.
    pub(crate) json_types: &'static [&'static str],
    /// The media types that the input type declares for bytes, in memory or in chunks.
    pub(crate) binary_types: &'static [&'static str],
    /// The statement about the type inside the argument.
    pub(crate) statement: Option<ArgumentStatement>,
    /// The schema of checked input.
    #[cfg(feature = "schemas")]
    pub(crate) describe: Option<Describe>,
}

impl Content {
    pub(crate) const NONE: Self = Self {
        shapes: &[],
        json_types: &[],
        binary_types: &[],
        statement: None,
        #[cfg(feature = "schemas")]
        describe: None,
    };

    /// Returns the content of input that the type `T` checks.
    pub(crate) const fn of_input<T: SecureInput>() -> Self {
        Self {
            shapes: &[T::shape],
            #[cfg(feature = "schemas")]
            describe: Some(definitions::named::<T>),
            ..Self::NONE
        }
    }

    /// Returns the content of an extension, with the reason to trust it.
    pub(crate) const fn trusted(reason: &'static str) -> Self {
        Self {
            statement: Some(ArgumentStatement {
                kind: ExceptionKind::TrustedRequestExtension,
                text: reason,
            }),
            ..Self::NONE
        }
    }
}

/// The part of a request that checked input comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InputFacts {
    pub(crate) location: InputLocation,
    pub(crate) media_types: MediaTypes,
    pub(crate) is_optional: bool,
}

/// The media types of a body.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MediaTypes {
    /// The input is no body, or an extractor of the API decides.
    Unknown,
    /// One of these.
    Fixed(&'static [&'static str]),
    /// Those that the input type declares for JSON.
    OfJson,
    /// Those that the input type declares for bytes.
    OfBinary,
}

/// The typed claims of a `Caller` argument.
#[cfg(feature = "schemas")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClaimsFacts {
    /// The type, or `None` if the argument has no claims.
    pub(crate) type_name: fn() -> Option<&'static str>,
    /// The schema, if the type has one.
    pub(crate) describe: Option<Describe>,
}

/// Decodes and checks the typed claims of a `Caller` argument.
pub(crate) type DecodeClaims = fn(&mut Authorized) -> Result<(), TokenError>;

impl ArgumentFacts {
    pub(crate) const PLAIN: Self = Self {
        decode_claims: None,
        #[cfg(feature = "schemas")]
        claims: None,
        issues_tickets: false,
        unvalidated: false,
        statement: None,
        custom: false,
        streamed: false,
        input: None,
        type_name: || "",
        content: Content::NONE,
    };

    pub(crate) const fn of_input(location: InputLocation, media_types: MediaTypes) -> Self {
        Self {
            input: Some(InputFacts {
                location,
                media_types,
                is_optional: false,
            }),
            ..Self::PLAIN
        }
    }

    /// Returns the facts about the same argument inside `Option`.
    pub(crate) const fn optional(self) -> Self {
        let input = match self.input {
            Some(facts) => Some(InputFacts {
                is_optional: true,
                ..facts
            }),
            None => None,
        };
        Self { input, ..self }
    }

    /// Returns the facts about an argument that the API trusts or decodes itself.
    pub(crate) const fn stated(self, kind: ExceptionKind, text: &'static str) -> Self {
        let statement = Some(ArgumentStatement { kind, text });
        Self { statement, ..self }
    }

    /// Adds the schema of the claims; generated code knows their type.
    #[cfg(feature = "schemas")]
    #[must_use]
    pub const fn with_claims_schema(self, describe: Option<Describe>) -> Self {
        let claims = match self.claims {
            Some(claims) => Some(ClaimsFacts { describe, ..claims }),
            None => None,
        };
        Self { claims, ..self }
    }

    /// Adds the name of the type, and its content.
    pub(crate) const fn of(self, type_name: fn() -> &'static str, content: Content) -> Self {
        let statement = match content.statement {
            Some(statement) => Some(statement),
            None => self.statement,
        };
        Self {
            statement,
            type_name,
            content,
            ..self
        }
    }

    /// Returns whether it is a form with files.
    #[cfg(feature = "spool")]
    pub(crate) fn reads_multipart(&self) -> bool {
        let input = self.input.as_ref();
        input.is_some_and(|input| {
            matches!(input.media_types, MediaTypes::Fixed([only]) if *only == media_type::MULTIPART)
        })
    }

    /// Returns the reason to trust an extractor of the API.
    pub(crate) fn trusted(&self) -> Option<&'static str> {
        let statement = self.statement?;
        let is_trusted = matches!(statement.kind, ExceptionKind::TrustedArgument);
        is_trusted.then_some(statement.text)
    }

    /// Returns the same facts about a body in chunks.
    pub(crate) const fn streamed(self) -> Self {
        Self {
            streamed: true,
            ..self
        }
    }

    /// Returns the same facts about an extractor outside this crate.
    pub(crate) const fn by_custom_extractor(self) -> Self {
        Self {
            custom: true,
            ..self
        }
    }
}

/// Whether the arguments were checked; called in a `const` of every handler.
///
/// Depending on this constant, an error in the arguments is reported once, at the argument, and not
/// again wherever the handler is mounted.
pub const fn are_checked(_: &[ArgumentFacts]) -> bool {
    true
}

/// Whether the argument at `index` states its reason, if it needs one.
#[expect(
    clippy::indexing_slicing,
    reason = "a const fn; generated code passes an index of the same slice"
)]
pub const fn has_reason(arguments: &[ArgumentFacts], index: usize) -> bool {
    match arguments[index].statement {
        Some(statement) => !statement.text.trim_ascii().is_empty(),
        None => true,
    }
}

/// Whether one of the arguments is `Unvalidated`.
pub const fn has_unvalidated(arguments: &[ArgumentFacts]) -> bool {
    let mut rest = arguments;
    while let [first, others @ ..] = rest {
        if first.unvalidated {
            return true;
        }
        rest = others;
    }
    false
}

/// Whether one of the arguments reads the body in chunks.
pub const fn has_streamed_body(arguments: &[ArgumentFacts]) -> bool {
    let mut rest = arguments;
    while let [first, others @ ..] = rest {
        if first.streamed {
            return true;
        }
        rest = others;
    }
    false
}
