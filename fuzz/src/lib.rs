//! The functions behind the fuzz targets for input. Each reads bytes, and panics if an invariant does not hold.
//!
//! Palisade's public extractors read the input, and so does an independent parser of its format. Both must have the
//! same outcome. Each format has one module with its type, its parser and one `pub fn` that compares the outcomes
//! by `outcome::assert_outcome`.

pub mod json;
mod listing;
pub mod multipart;
mod outcome;
pub mod text;
pub mod urlencoded;
mod vocabulary;
