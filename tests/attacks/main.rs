//! Attacks on a running API, each with the weakness that it stands for.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a failing test panics"
)]

mod backend;
mod coverage;
mod leak;
mod paths;
mod roles;
mod sockets;
mod tokens;
