//! Tests of the public API: declared handlers behind their guard, in process and over sockets.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing test panics"
)]

mod accept;
mod allow;
mod audit;
mod beside;
mod binary_types;
mod body_timeout;
mod check_order;
mod claims;
mod dates;
mod decimals;
mod empty_bodies;
mod error_bodies;
mod extractors;
mod handler_timeouts;
mod header_routes;
mod hosts;
mod html_forms;
mod implied_scopes;
mod input_types;
mod inputs;
mod introspection;
mod inventory;
mod issuers;
mod json_types;
mod layers;
mod limits;
mod lists;
mod merge_patch_nulls;
mod merge_patches;
mod multipart;
mod next_access;
mod openapi;
mod panics;
mod patches;
mod paths;
mod problems;
mod random_input;
mod rejected_inputs;
mod request_ids;
mod resource_metadata;
mod responses;
mod roles;
mod routers;
mod sessions;
#[cfg(target_os = "linux")]
mod spooled_files;
mod streamed_bodies;
mod support;
mod tickets;
mod typed_headers;
mod validate;
