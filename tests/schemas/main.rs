//! The JSON Schema of an input type agrees with its extractor.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing test panics"
)]

mod agreement;
mod bounds;
mod dates;
mod decimals;
mod documents;
mod objects;
mod openapi;
mod parameters;
mod scalars;
mod values;
mod wider;
