//! What a declared handler may take as an argument.
//!
//! Proved by traits at the argument's own span; a type's name is never looked at.
//! Each type has a kind, and each kind of mistake a trait of its own that nothing
//! implements, so that the compiler's message can say what to write instead.

use std::convert::Infallible;
use std::marker::PhantomData;

use axum::http::Extensions;

use crate::guard::Authorized;
use crate::input::InputLocation;
#[cfg(feature = "schemas")]
use crate::input::schema::Describe;
use crate::token::TokenError;

/// A type that Palisade knows as an argument, acceptable or not.
///
/// Implemented without conditions wherever possible, so that it is `Accepted` that fails,
/// whose impls say what to write instead.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a declared handler",
    label = "Palisade does not know how this argument is checked",
    note = "help: input is wrapped in `Valid<…>`, inside which an extractor of your own implements `palisade::input::InputExtractor`; without `Valid` it says why it may be trusted: `impl TrustedExtractor for {Self} {{ const REASON: &'static str = \"…\"; }}`"
)]
pub trait Argument {
    /// What decides whether a handler may take it.
    type Kind;

    /// `Head` or `Whole`: what extracting it reads of the request.
    type Reads;

    /// What the route and the inventory need to know of it.
    const FACTS: ArgumentFacts = ArgumentFacts::PLAIN;
}

/// An argument of kind `K` that a handler with access `A` may take.
///
/// What fails below it has another `Self` than this trait, or rustc would report this
/// one, which has nothing to say.
pub trait Accepted<A, K> {
    /// What it looks like, where it is input.
    #[cfg(feature = "schemas")]
    const DESCRIBE: Option<Describe> = None;
}

/// What is known of an argument, whatever its type.
#[derive(Clone, Copy, Debug)]
pub struct ArgumentFacts {
    /// Decodes the typed claims, before any argument is extracted.
    pub(crate) decode_claims: Option<DecodeClaims>,
    /// Whether it takes input that nobody checks.
    pub(crate) unvalidated: bool,
    /// Why an extractor of the API's own can be relied on.
    pub(crate) trusted: Option<&'static str>,
    /// Where in the request it comes from, where it is checked input.
    pub(crate) input: Option<InputFacts>,
    /// What that looks like.
    #[cfg(feature = "schemas")]
    pub(crate) describe: Option<Describe>,
}

/// Where in a request input comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InputFacts {
    pub(crate) part: InputLocation,
    pub(crate) media_type: Option<&'static str>,
    pub(crate) is_optional: bool,
}

/// Decodes and checks the typed claims that an argument asks for.
pub(crate) type DecodeClaims = fn(&Authorized, &mut Extensions) -> Result<(), TokenError>;

impl ArgumentFacts {
    /// Whether it can read the caller: a `Caller`, or an extractor outside this crate.
    pub(crate) fn can_read_caller(&self) -> bool {
        self.decode_claims.is_some() || self.unvalidated || self.trusted.is_some()
    }

    pub(crate) const PLAIN: Self = Self {
        decode_claims: None,
        unvalidated: false,
        trusted: None,
        input: None,
        #[cfg(feature = "schemas")]
        describe: None,
    };

    pub(crate) const fn of_input(part: InputLocation, media_type: Option<&'static str>) -> Self {
        Self {
            input: Some(InputFacts {
                part,
                media_type,
                is_optional: false,
            }),
            ..Self::PLAIN
        }
    }

    /// The same of an argument that may be absent.
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
}

/// Reads the request's head only.
pub enum Head {}

/// May read the body, and so comes last.
pub enum Whole {}

/// Marks what may stand before the last argument.
#[diagnostic::on_unimplemented(
    message = "an argument that reads the body must be the last one",
    label = "this argument reads the body",
    note = "help: move it to the end of the argument list; a handler reads the body once"
)]
pub trait HeadOnly {}

impl HeadOnly for Head {}

/// The access of a `#[secured]` handler.
pub enum Secured {}

/// The access of a `#[public]` handler.
pub enum Public {}

/// The same access, with `unvalidated = "…"` in the attribute.
pub enum WithReason<A> {
    #[doc(hidden)]
    _Never(Infallible, PhantomData<A>),
}

/// Access under which there is a caller.
#[diagnostic::on_unimplemented(
    message = "a `#[public]` handler has no caller",
    label = "nobody is authenticated here",
    note = "help: remove the argument, or write `#[secured(authenticated)]` instead of `#[public(…)]`"
)]
pub trait AcceptsCaller {}

impl AcceptsCaller for Secured {}
impl<A: AcceptsCaller> AcceptsCaller for WithReason<A> {}

/// Access under which the caller might be missing: none.
#[diagnostic::on_unimplemented(
    message = "a caller is never optional",
    label = "write `Caller` itself",
    note = "help: write two handlers, a `#[secured]` one that takes `Caller` and a `#[public]` one that takes none"
)]
pub trait MayLackCaller {}

/// Access under which unchecked input is taken.
#[diagnostic::on_unimplemented(
    message = "`Unvalidated` needs a reason",
    label = "input that nobody checks",
    note = "help: write `unvalidated = \"why that is safe\"` in the handler's attribute, or take `Valid<…>`"
)]
pub trait AcceptsUnvalidated {}

impl<A> AcceptsUnvalidated for WithReason<A> {}

/// Access under which raw input is taken: none.
#[diagnostic::on_unimplemented(
    message = "`{E}` would reach the handler unchecked",
    label = "raw input",
    note = "help: write `Valid<{E}>` and derive `SecureInput` for what it holds"
)]
pub trait AcceptsRaw<E: ?Sized> {}

/// Access under which an argument may fail and the handler still run: none.
#[diagnostic::on_unimplemented(
    message = "an argument of a declared handler is never a `Result`",
    label = "what is refused here would reach the handler",
    note = "help: take the argument itself; what it refuses is answered before the handler runs"
)]
pub trait AcceptsFailure {}

/// An argument of kind `K` that may be absent from a handler with access `A`.
#[diagnostic::on_unimplemented(
    message = "`Option<{Self}>` cannot be an argument of a declared handler",
    label = "Palisade does not know how this argument is checked",
    note = "help: optional input is `Option<Valid<…>>`: absent or valid"
)]
pub trait MayBeAbsent<A, K> {
    /// As `Accepted::DESCRIBE`, of what is there.
    #[cfg(feature = "schemas")]
    const DESCRIBE: Option<Describe> = None;
}

/// Path parameters that are checked by being parsed: scalars, and tuples of these.
#[diagnostic::on_unimplemented(
    message = "`Path<{Self}>` would reach the handler unchecked",
    label = "raw input",
    note = "help: take a scalar that is checked by parsing it, as `Path<Uuid>`, or write `Valid<Path<…>>` with a type that derives `SecureInput`"
)]
pub trait PathScalars {
    /// What they look like: one value, or all in order.
    #[cfg(feature = "schemas")]
    #[doc(hidden)]
    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema;
}
