//! Strict decoders, which turn the bytes of a request into a value, or report one error with its
//! location.
//!
//! The decoders return the errors of `contract`. `types` use the errors of this folder, and `extract`
//! passes it the bytes of a request.

pub(super) mod error;
pub(super) mod expectation;
#[cfg_attr(
    not(any(
        feature = "chrono",
        feature = "jiff",
        feature = "rust_decimal",
        feature = "time",
        feature = "url"
    )),
    allow(
        dead_code,
        clippy::extra_unused_type_parameters,
        reason = "this build has no types of other crates"
    )
)]
mod foreign;
mod form_values;
pub(super) mod json;
pub(crate) mod media_type;
pub(super) mod multipart;
pub(super) mod named_values;
mod parameters;
pub(super) mod path;
pub(super) mod plain;
mod text;
pub(super) mod urlencoded;
