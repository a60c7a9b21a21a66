//! JSON Schema 2020-12 of input types.
//!
//! A schema accepts all input that the type and its rules accept. If JSON Schema cannot express a rule,
//! the schema accepts more and has a `$comment`. It imports `shape`; the traits of
//! `contract` return schemas.

mod bounds;
mod document;
mod members;
mod optional_lists;
mod pattern;
mod values;
mod variants;
#[cfg(any(
    feature = "chrono",
    feature = "jiff",
    feature = "rust_decimal",
    feature = "time",
    feature = "url"
))]
mod written;

pub use self::bounds::{Bounds, Measure, with_further_rules};
#[cfg(feature = "openapi")]
pub(crate) use self::document::decoded;
pub(crate) use self::document::{Describe, document};
pub(crate) use self::members::unknown;
pub use self::members::{Described, Elements, Members};
pub(crate) use self::optional_lists::with_optional_lists;
pub(crate) use self::values::{
    EqualKeys, array, boolean, character, file, float, integer, map, nonzero, null, nullable,
    parsed, set, streamed_body, text, tuple,
};
pub use self::variants::Variants;
#[cfg(any(
    feature = "chrono",
    feature = "jiff",
    feature = "rust_decimal",
    feature = "time",
    feature = "url"
))]
pub(crate) use self::written::written;
