//! What comes in: decoded strictly, then checked by its type's rules.

mod body;
mod bounded;
mod check;
mod collections;
mod context;
mod error;
mod expectation;
mod fault;
mod form;
mod json;
mod media_type;
mod pairs;
mod path;
mod query;
mod rules;
mod scalar;
pub(crate) mod secure_input;
mod shape;
mod text;
mod types;
pub(crate) mod valid;
mod violation;

pub use self::body::{BodyLimit, DEFAULT_BODY_LIMIT};
pub use self::bounded::{Bounded, MAX_LENGTH};
pub use self::context::{ContextFrom, ValidationContext};
pub use self::error::{InputError, Part};
pub(crate) use self::path::decoded as path_error;
pub use self::scalar::Scalar;
pub(crate) use self::secure_input::SecureInput;
pub use self::shape::{Field, Nested, Shape};
pub use self::types::{
    EmailAddress, EmailAddressError, Identifier, IdentifierError, PageNumber, PageRequest, PageSize,
};
#[cfg(feature = "text")]
pub use self::types::{Line, LineError};
pub(crate) use self::valid::Valid;
pub use self::violation::Violation;

/// What generated code names of this room.
#[doc(hidden)]
pub mod __private {
    pub use super::bounded::{Bounded, Proved, ceiling, field, fits};
    pub use super::rules::{
        Adapted, Conditional, DiveOf, Dived, Endless, Fits, Graphemes, Missing, Rules, Ruleset,
        Unruled, Variable, Written,
    };
    pub use super::secure_input::SecureInput;
    pub use super::{Field, Nested, Scalar, Shape};
}
