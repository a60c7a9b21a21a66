//! The contract of an input type: the rules on its fields, the bounds that they prove, and the check of
//! a decoded value.
//!
//! Before it come `shape` and `schema`, which its traits return; after it `decode`, which returns its
//! [`InputError`].

mod bounded;
pub(super) mod check;
pub(super) mod collections;
mod context;
#[cfg(feature = "schemas")]
pub(crate) mod definitions;
mod error;
mod map_key;
mod rule_recorder;
pub(super) mod rules;
mod scalar;
mod secure_input;
mod violation;

pub use self::bounded::{Bounded, MAX_LENGTH, Proved, ceiling, field, fits};
pub use self::context::{ContextFrom, ValidationContext};
pub use self::error::{InputError, InputLocation};
pub use self::map_key::MapKey;
pub use self::scalar::Scalar;
pub use self::secure_input::SecureInput;
pub use self::violation::Violation;
