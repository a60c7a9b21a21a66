//! What comes in: decoded strictly, then checked by its type's rules.

mod body;
mod bounded;
mod check;
mod collections;
mod context;
mod cookies;
mod error;
mod expectation;
mod extract;
mod fault;
mod headers;
mod json;
mod limits;
mod map;
mod map_key;
pub(crate) mod media_type;
mod multipart;
mod named;
mod own;
mod pairs;
mod path;
mod plain;
mod pointer;
mod rules;
mod scalar;
#[cfg(feature = "schemas")]
pub(crate) mod schema;
pub(crate) mod secure_input;
mod segments;
mod shape;
#[cfg(test)]
mod tests;
mod text;
mod timed;
mod told;
#[cfg(feature = "typed-header")]
mod typed_header;
mod types;
pub(crate) mod valid;
mod violation;

pub use self::bounded::{Bounded, MAX_LENGTH};
pub use self::context::{ContextFrom, ValidationContext};
pub use self::cookies::Cookies;
pub use self::error::{InputError, InputLocation};
pub use self::headers::Headers;
pub use self::map::Map;
pub use self::multipart::{FileName, FileNameError, MediaTypes, Multipart, Upload, UploadError};
pub use self::own::{CustomRejection, InputExtractor};
pub(crate) use self::path::refused as path_error;
pub use self::plain::{BinaryBody, PlainText};
pub use self::scalar::Scalar;
#[cfg(feature = "schemas")]
pub use self::schema::Bounds;
pub(crate) use self::secure_input::SecureInput;
pub(crate) use self::segments::scalars as path_scalars;
pub use self::shape::{Field, Nested, Shape, Tagging, Variant};
pub(crate) use self::timed::{Timed, TooSlow};
#[cfg(feature = "typed-header")]
pub(crate) use self::typed_header::unfit as header_error;
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
    pub use super::map_key::MapKey;
    pub use super::rules::{
        Adapted, Conditional, DiveOf, Dived, Endless, Fits, Graphemes, Missing, Rules, Ruleset,
        Unruled, Variable, Written,
    };
    #[cfg(feature = "schemas")]
    pub use super::schema::{Bounds, Described, Elements, Measure, Members, Variants, named};
    pub use super::secure_input::SecureInput;
    pub use super::{Field, Nested, Scalar, Shape, Tagging, Variant};
}
