//! What a user of Palisade sees: declared handlers behind their guard, in process and over a socket.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a test ends where it is wrong"
)]

mod answers;
mod audit;
mod claims;
mod extractors;
mod hostile;
mod inputs;
mod introspection;
mod inventory;
mod limits;
mod multipart;
mod names;
mod order;
mod paths;
mod problems;
mod refused_inputs;
mod roles;
mod routers;
mod slow_bodies;
mod support;
mod typed_headers;
mod types;
