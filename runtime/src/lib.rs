//! Secure HTTP APIs on axum: a handler that does not say who may call it, and
//! how its input is checked, does not compile.
//!
//! # Features
//!
//! None turns a check off. On by default are `discovery`, `serve`, `tracing` and `uuid`.
//!
//! | feature | what it adds |
//! |---|---|
//! | `discovery` | an issuer's keys are fetched through its discovery document, over https, and kept fresh |
//! | `introspection` | opaque tokens, judged by what their issuer's introspection endpoint says of them (RFC 7662) |
//! | `serve` | `palisade::serve`, a loopback listener with graceful shutdown |
//! | `tracing` | one event for each decision and each fetch of keys |
//! | `metrics` | counters and histograms of the same |
//! | `schemas` | JSON Schemas of what routes take in (`Route::inputs`), made of the input types' own rules |
//! | `text` | `input::Line`, a line of text in Unicode's normalization form C |
//! | `typed-header` | `Valid<TypedHeader<H>>` of axum-extra, and `TypedHeader` of a date |
//! | `uuid` | `Uuid` needs no rule |
//! | `testing` | `palisade::testing`: an embedded issuer, a clock, a client |
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    test,
    allow(clippy::too_many_lines, reason = "a test may be a table of cases")
)]

extern crate self as palisade;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod audit;
pub mod claims;
mod clock;
pub mod danger;
#[cfg(feature = "discovery")]
mod discovery;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod guard;
mod https;
pub mod input;
mod json;
mod keys;
#[cfg(any(doc, doctest))]
pub mod manual;
pub mod policy;
pub mod prelude;
pub mod resource_server;
mod response;
pub mod routing;
pub mod rules;
mod secret;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod token;

pub use garde;
pub use palisade_macros::{SecureInput, public, scopes, secured};
#[cfg(feature = "schemas")]
pub use schemars;
pub use serde;

pub use self::audit::Reason;
pub use self::claims::role::Role;
pub use self::claims::scope::Scope;
pub use self::clock::{Clock, SystemClock};
#[cfg(feature = "discovery")]
pub use self::discovery::DiscoveryError;
pub use self::guard::{Caller, CallerClaims, Identity, NoCaller, NoClaims};
#[cfg(feature = "discovery")]
pub use self::https::HttpsError;
pub use self::input::contract::SecureInput;
pub use self::input::extract::Valid;
pub use self::keys::{Algorithm, KeyError};
pub use self::resource_server::error::ConfigError;
pub use self::resource_server::issuer::Issuer;
pub use self::resource_server::server::ResourceServer;
#[cfg(feature = "introspection")]
pub use self::resource_server::{IntrospectedTokens, Introspection, IntrospectionConfigError};
pub use self::resource_server::{NotReady, Startup};
pub use self::response::{Problem, ProblemType};
pub use self::routing::api::Api;
pub use self::routing::extractor::{TrustedExtractor, Unvalidated};
pub use self::routing::secure_router::SecureRouter;
pub use self::secret::Secret;
#[cfg(feature = "serve")]
pub use self::serve::{BoundServer, ServeError, Server, serve};
#[cfg(feature = "introspection")]
pub use self::token::IntrospectionError;
pub use self::token::{
    Profile, RevocationList, Revocations, RevocationsUnavailable, TokenError, VerifiedToken,
};

/// The README's code, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
