//! The attack kit finds planted weaknesses, and nothing else.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a failing test panics, and a test may be a table of cases"
)]

mod absent;
mod access;
mod bounds;
mod clean;
mod deletions;
mod ended_credentials;
mod excuses;
mod expectations;
mod expiry;
mod explain;
mod explain_on_loopback;
mod implied_scopes;
mod input;
mod layers;
mod limits;
mod nested_objects;
mod object_effects;
mod object_ways;
mod objects;
mod paths;
mod session_stores;
mod sessions;
mod support;
mod tickets;
