//! How a step of the comparison ends: with a figure, or with the reason why there is none.

use std::error::Error;

/// Whatever went wrong ends the run: a comparison with a hole in it is not printed.
pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;
