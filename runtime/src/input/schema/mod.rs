//! What input looks like on the wire, as JSON Schema 2020-12.
//!
//! Made of what the derive proves anyway: the names on the wire, the types, and the bounds that
//! garde's rules set. A schema lets through what the type and its rules let through. Where JSON
//! Schema cannot say a rule it lets through more, and has a `$comment` there. Before it comes `shape`;
//! after it `contract`, whose types describe themselves with it.

mod bounds;
mod document;
mod leaves;
mod members;
mod pattern;
mod variants;

pub use self::bounds::{Bounds, Measure};
pub(crate) use self::document::{Describe, document};
pub(crate) use self::leaves::{
    Keys, array, boolean, character, file, float, integer, map, nonzero, null, nullable, parsed,
    set, text, tuple,
};
pub(crate) use self::members::unknown;
pub use self::members::{Described, Elements, Members};
pub use self::variants::Variants;
