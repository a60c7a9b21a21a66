//! The contract of an input type: the rules on its fields, the bounds that they prove, and the check of
//! a decoded value.
//!
//! Before it come `shape` and `schema`, which its traits return; after it `decode`, which returns its
//! [`InputError`].

mod bounded;
pub(super) mod check;
pub(super) mod collections;
mod context;
mod decoded_input;
#[cfg(feature = "schemas")]
pub(crate) mod definitions;
pub(super) mod derived_check;
mod error;
mod field;
#[cfg(any(
    feature = "chrono",
    feature = "jiff",
    feature = "rust_decimal",
    feature = "time",
    feature = "url"
))]
mod foreign;
pub(super) mod ineffective_rules;
pub(super) mod items;
mod map_key;
pub mod missing_features;
pub(super) mod missing_limit;
pub(super) mod missing_rules;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
pub(super) mod ordered;
pub mod rule;
mod rule_recorder;
pub(super) mod rules;
mod scalar;
#[cfg(feature = "rust_decimal")]
mod scale;
mod secure_input;
pub(super) mod text_rule;
pub(super) mod unbounded;
mod violation;
mod within;

pub use self::bounded::{Bounded, MAX_LENGTH};
pub use self::context::{ContextFrom, ValidationContext};
pub(crate) use self::decoded_input::Decoded;
pub use self::decoded_input::{Decoder, IsDecodedInput, WithoutDeserialize};
pub use self::error::{InputError, InputLocation};
pub use self::field::{
    DistinguishesNull, FieldWithoutLimit, IsWithinMaxLength, MaxLength, NullMeaning, RuledField,
    is_max_length,
};
pub use self::map_key::{KeyContract, MapKey, NeedsNoRule};
pub(crate) use self::scalar::shape_of_scalar;
#[cfg(feature = "schemas")]
pub use self::scalar::stated;
pub use self::scalar::{Scalar, ScalarContract};
#[cfg(feature = "rust_decimal")]
pub use self::scale::scale;
pub use self::secure_input::{DerivesValidate, InputContract, SecureInput};
pub(crate) use self::violation::MAX_VIOLATIONS;
pub use self::violation::Violation;
pub use self::within::within;
