//! Facts about the responses of a handler that its return type states, for documentation.

use std::any::TypeId;
use std::borrow::Cow;
use std::convert::Infallible;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::Extension;
use axum::http::{HeaderMap, StatusCode};
#[cfg(any(feature = "serve", feature = "testing"))]
use axum::response::Sse;
use axum::response::{AppendHeaders, Html, NoContent, Redirect};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::guard::{Ticket, TicketError};
use crate::input::InputError;
use crate::response::Problem;
use crate::routing::returned::Returned;

/// The facts about the responses of a handler that its return type states.
#[derive(Clone, Copy, Debug)]
pub struct ReturnFacts {
    pub(crate) success: Success,
    pub(crate) errors: Errors,
    /// Whether the response has an `ETag`, and a request with a matching `If-None-Match` gets 304.
    pub(crate) is_conditional: bool,
    /// Whether `OPTIONS` gets 204 instead, with the allowed methods.
    pub(crate) answers_options: bool,
}

/// The successful response of a handler.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Success {
    /// The type does not state it.
    Unknown,
    /// The handler returns problems only.
    None,
    /// A response with this status and content.
    Stated(Status, ReturnedContent),
}

/// The status of a successful response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Of(u16),
    /// The handler chooses one.
    AnySuccess,
    AnyRedirection,
}

/// The body of a successful response.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ReturnedContent {
    /// No body.
    None,
    /// The type does not state it.
    Unknown,
    /// The media type, and the schema if it is known.
    Typed(&'static str, Option<fn(&mut SchemaGenerator) -> Schema>),
}

/// The errors that a handler returns itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errors {
    None,
    Problems,
    /// In a format that the type does not state.
    Unknown,
}

impl ReturnFacts {
    /// Returns the facts about a type that states nothing.
    pub(crate) fn unknown() -> Self {
        Self {
            success: Success::Unknown,
            errors: Errors::Unknown,
            ..Self::ok(ReturnedContent::Unknown)
        }
    }

    /// Returns the facts about a document with this media type.
    pub(super) const fn document(media_type: &'static str) -> Self {
        Self {
            is_conditional: true,
            ..Self::ok(ReturnedContent::Typed(media_type, None))
        }
    }

    /// Returns the facts about the metadata of a resource, whose response depends on the method.
    pub(super) fn resource_metadata() -> Self {
        Self {
            answers_options: true,
            ..Self::ok(ReturnedContent::Typed("application/json", None))
        }
    }

    const fn ok(content: ReturnedContent) -> Self {
        Self::of(Status::Of(200), content)
    }

    const fn of(status: Status, content: ReturnedContent) -> Self {
        Self {
            success: Success::Stated(status, content),
            errors: Errors::None,
            is_conditional: false,
            answers_options: false,
        }
    }

    /// Adds the part of a tuple before the body.
    fn with_part<P: ResponsePart>(self) -> Self {
        let Success::Stated(status, content) = self.success else {
            return self;
        };
        let content = match content {
            // the fields can have another `Content-Type`
            ReturnedContent::Typed(media_type, _)
                if P::SETS_FIELDS && media_type != "application/json" =>
            {
                ReturnedContent::Unknown
            }
            content => content,
        };
        if P::SETS_STATUS {
            Self {
                success: Success::Stated(Status::AnySuccess, content),
                errors: match self.errors {
                    Errors::None => Errors::Unknown,
                    errors => errors,
                },
                ..self
            }
        } else {
            Self {
                success: Success::Stated(status, content),
                ..self
            }
        }
    }
}

/// A return type whose responses are known, with the schemas of their bodies or without.
pub trait ResponseType<Schemas> {
    #[doc(hidden)]
    fn facts() -> ReturnFacts;
}

/// Every body has a schema.
pub enum WithSchemas {}

/// A body of JSON may have none.
pub enum WithoutSchemas {}

/// The part of a tuple before the body.
pub trait ResponsePart {
    /// Whether it sets the status.
    const SETS_STATUS: bool;
    /// Whether it sets header fields, `Content-Type` among them.
    const SETS_FIELDS: bool;
}

impl<T: JsonSchema> ResponseType<WithSchemas> for Json<T> {
    fn facts() -> ReturnFacts {
        let schema: fn(&mut SchemaGenerator) -> Schema = SchemaGenerator::subschema_for::<T>;
        ReturnFacts::ok(ReturnedContent::Typed("application/json", Some(schema)))
    }
}

impl<T> ResponseType<WithoutSchemas> for Json<T> {
    fn facts() -> ReturnFacts {
        ReturnFacts::ok(ReturnedContent::Typed("application/json", None))
    }
}

/// The error of a `Result` may be another type than [`Problem`] that becomes one.
impl<L, T: ResponseType<L>, E: 'static> ResponseType<L> for Result<T, E> {
    fn facts() -> ReturnFacts {
        let error = TypeId::of::<E>();
        let is_one_of = |types: &[TypeId]| types.contains(&error);
        let problems = [
            TypeId::of::<Problem>(),
            TypeId::of::<InputError>(),
            TypeId::of::<TicketError>(),
        ];
        let facts = T::facts();
        let errors = if is_one_of(&problems) {
            Errors::Problems
        } else if is_one_of(&[TypeId::of::<Infallible>()]) {
            facts.errors
        } else {
            Errors::Unknown
        };
        ReturnFacts { errors, ..facts }
    }
}

impl<L> ResponseType<L> for Problem {
    fn facts() -> ReturnFacts {
        ReturnFacts {
            success: Success::None,
            errors: Errors::Problems,
            ..ReturnFacts::ok(ReturnedContent::None)
        }
    }
}

impl<L> ResponseType<L> for Ticket {
    fn facts() -> ReturnFacts {
        let schema: fn(&mut SchemaGenerator) -> Schema = |_| {
            json_schema!({
                "type": "object",
                "properties": {
                    "ticket": { "type": "string" },
                    "expires_in": { "type": "integer", "minimum": 0 },
                },
                "required": ["ticket", "expires_in"],
            })
        };
        ReturnFacts::ok(ReturnedContent::Typed("application/json", Some(schema)))
    }
}

impl<L> ResponseType<L> for StatusCode {
    fn facts() -> ReturnFacts {
        ReturnFacts {
            errors: Errors::Unknown,
            ..ReturnFacts::of(Status::AnySuccess, ReturnedContent::None)
        }
    }
}

/// Types with one response.
macro_rules! responses {
    ($([$($generic:tt)*] $ty:ty => $facts:expr;)*) => {$(
        impl<L, $($generic)*> ResponseType<L> for $ty {
            fn facts() -> ReturnFacts {
                $facts
            }
        }
    )*};
}

const TEXT: ReturnFacts = ReturnFacts::ok(ReturnedContent::Typed(
    "text/plain",
    Some(|_| json_schema!({ "type": "string" })),
));
const BYTES: ReturnFacts =
    ReturnFacts::ok(ReturnedContent::Typed("application/octet-stream", None));

responses! {
    [] () => ReturnFacts::ok(ReturnedContent::None);
    [] NoContent => ReturnFacts::of(Status::Of(204), ReturnedContent::None);
    [] Redirect => ReturnFacts::of(Status::AnyRedirection, ReturnedContent::None);
    [] &'static str => TEXT;
    [] String => TEXT;
    [] Box<str> => TEXT;
    [] Cow<'static, str> => TEXT;
    [] Bytes => BYTES;
    [] Vec<u8> => BYTES;
    [] Box<[u8]> => BYTES;
    [] &'static [u8] => BYTES;
    [const N: usize] &'static [u8; N] => BYTES;
    [T] Html<T> => ReturnFacts::ok(ReturnedContent::Typed("text/html", None));
    [] Body => ReturnFacts::ok(ReturnedContent::Unknown);
}

#[cfg(any(feature = "serve", feature = "testing"))]
responses! {
    [S] Sse<S> => ReturnFacts::ok(ReturnedContent::Typed("text/event-stream", None));
}

/// Parts of tuples.
macro_rules! parts {
    ($([$($generic:tt)*] $ty:ty: status $status:literal, fields $fields:literal;)*) => {$(
        impl<$($generic)*> ResponsePart for $ty {
            const SETS_STATUS: bool = $status;
            const SETS_FIELDS: bool = $fields;
        }
    )*};
}

parts! {
    [] StatusCode: status true, fields false;
    [] HeaderMap: status false, fields true;
    [K, V, const N: usize] [(K, V); N]: status false, fields true;
    [I] AppendHeaders<I>: status false, fields true;
    [T] Extension<T>: status false, fields false;
}

macro_rules! tuples {
    ($([$($part:ident)+])*) => {$(
        impl<L, $($part: ResponsePart,)+ T: ResponseType<L>> ResponseType<L> for ($($part,)+ T) {
            fn facts() -> ReturnFacts {
                T::facts()$(.with_part::<$part>())+
            }
        }
    )*};
}

tuples! {
    [P1]
    [P1 P2]
    [P1 P2 P3]
    [P1 P2 P3 P4]
}

/// Finds the most that is known about a type: method resolution on `&&Returned<T>` prefers this trait, then
/// [`ReturnWithoutSchemas`], then [`UnknownReturn`].
pub trait ReturnWithSchemas {
    /// Returns the facts about the type.
    fn __palisade_facts(&self) -> ReturnFacts;
}

impl<T: ResponseType<WithSchemas>> ReturnWithSchemas for &Returned<T> {
    fn __palisade_facts(&self) -> ReturnFacts {
        T::facts()
    }
}

/// See [`ReturnWithSchemas`].
pub trait ReturnWithoutSchemas {
    /// Returns the facts about the type.
    fn __palisade_facts(&self) -> ReturnFacts;
}

impl<T: ResponseType<WithoutSchemas>> ReturnWithoutSchemas for &&Returned<T> {
    fn __palisade_facts(&self) -> ReturnFacts {
        T::facts()
    }
}

/// See [`ReturnWithSchemas`].
pub trait UnknownReturn {
    /// Returns the facts about a type that states nothing.
    fn __palisade_facts(&self) -> ReturnFacts;
}

impl<T: ?Sized> UnknownReturn for Returned<T> {
    fn __palisade_facts(&self) -> ReturnFacts {
        ReturnFacts::unknown()
    }
}

#[cfg(test)]
mod tests;
