//! Facts about an argument that a route and its inventory need.

use crate::guard::Authorized;
use crate::input::InputLocation;
#[cfg(feature = "schemas")]
use crate::input::schema::Describe;
use crate::token::TokenError;

/// The facts about one argument, independent of its type.
#[derive(Clone, Copy, Debug)]
pub struct ArgumentFacts {
    /// Decodes and checks typed claims before any argument is extracted.
    pub(crate) decode_claims: Option<DecodeClaims>,
    /// Whether it is `Unvalidated`.
    pub(crate) unvalidated: bool,
    /// The reason to trust an extractor of the API.
    pub(crate) trusted: Option<&'static str>,
    /// Whether an extractor outside this crate reads the request.
    pub(crate) custom: bool,
    /// The source of checked input.
    pub(crate) input: Option<InputFacts>,
    /// The schema of checked input.
    #[cfg(feature = "schemas")]
    pub(crate) describe: Option<Describe>,
}

/// The part of a request that checked input comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InputFacts {
    pub(crate) location: InputLocation,
    pub(crate) media_type: Option<&'static str>,
    pub(crate) is_optional: bool,
}

/// Decodes and checks the typed claims of a `Caller` argument.
pub(crate) type DecodeClaims = fn(&mut Authorized) -> Result<(), TokenError>;

impl ArgumentFacts {
    pub(crate) const PLAIN: Self = Self {
        decode_claims: None,
        unvalidated: false,
        trusted: None,
        custom: false,
        input: None,
        #[cfg(feature = "schemas")]
        describe: None,
    };

    pub(crate) const fn of_input(
        location: InputLocation,
        media_type: Option<&'static str>,
    ) -> Self {
        Self {
            input: Some(InputFacts {
                location,
                media_type,
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

    #[cfg(feature = "schemas")]
    pub(crate) const fn described(self, describe: Option<Describe>) -> Self {
        Self { describe, ..self }
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
    match arguments[index].trusted {
        Some(reason) => !reason.trim_ascii().is_empty(),
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
