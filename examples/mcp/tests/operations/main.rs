//! The operations of the example: who may perform them, and that no request performs another than its header names.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing test panics"
)]

mod access;
mod mismatch;
mod support;
mod transport;
mod two_tools;
