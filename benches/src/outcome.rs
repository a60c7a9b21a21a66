//! The result of a measurement.

use std::error::Error;

/// A result whose error ends the run, because an incomplete comparison is not printed.
pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;
