//! Strict decoders: from the bytes of a request to a value, or to one error and its location.
//!
//! Before it comes `contract`, with the errors that it returns; after it come `types`, which use its
//! errors, and `extract`, which passes it the bytes.

pub(super) mod error;
pub(super) mod expectation;
pub(super) mod json;
pub(crate) mod media_type;
pub(super) mod multipart;
pub(super) mod named_values;
pub(super) mod path;
pub(super) mod plain;
mod text;
pub(super) mod urlencoded;
