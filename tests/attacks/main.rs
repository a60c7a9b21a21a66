//! Attacks on an API, each with the weakness that it tries to exploit.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing test panics"
)]

mod all_claims;
mod ambient;
mod backend;
mod bounds;
mod cache_size;
mod counts;
mod coverage;
mod custom_profiles;
mod hand_written;
mod issuer_grants;
mod late_responses;
mod leak;
mod memory;
mod narrowed_claims;
mod paths;
mod roles;
mod serde_words;
mod skipped;
mod sockets;
mod tickets;
mod tokens;
mod unchecked;
