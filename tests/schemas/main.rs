//! The schema of an input type says what the extractor does.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it is wrong"
)]

mod agreement;
mod documents;
mod objects;
mod scalars;
mod values;
mod wider;
