//! Secure HTTP APIs on [axum]: a handler that does not declare who may call it, and how its
//! input is checked, does not compile.
//!
//! ```
//! use palisade::prelude::*;
//!
//! #[derive(Deserialize, Validate, SecureInput)]
//! #[serde(deny_unknown_fields)]
//! struct NewOrder {
//!     #[garde(length(chars, min = 1, max = 64))]
//!     sku: String,
//!     #[garde(range(min = 1, max = 100))]
//!     quantity: u32,
//! }
//!
//! #[secured(scopes = "orders:write")]
//! async fn create_order(
//!     caller: Caller,
//!     Valid(Json(order)): Valid<Json<NewOrder>>,
//! ) -> (StatusCode, String) {
//!     let NewOrder { sku, quantity } = order;
//!     (StatusCode::CREATED, format!("{quantity} × {sku} for {}", caller.subject()))
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let server = ResourceServer::builder()
//!     .trust(Issuer::new("https://login.example.govt.nz").audience("orders"))
//!     .build()
//!     .await?;
//! let api = SecureRouter::new().route("/orders", post(create_order)).protect(server);
//! # #[cfg(feature = "serve")]
//! palisade::serve(api).listen("127.0.0.1:8080").await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Concepts
//!
//! - A **declaration** ([`#[secured]`](macro@secured) or [`#[public]`](macro@public)) states who may call a handler. Only
//!   declared handlers can be added to a [`SecureRouter`].
//! - An **input type** ([`derive(SecureInput)`](macro@SecureInput)) has a bound on every field. [`Valid`] is the only way
//!   for input to reach a handler; [`Unvalidated`] needs a written reason.
//! - A [`ResourceServer`] trusts one or more [`Issuer`]s, fetches their keys, and validates their access tokens.
//! - An [`Api`] is a router with its server, made by [`SecureRouter::protect`]. It authorizes each request before the
//!   handler's other arguments are extracted, and [lists](Api::inventory) every route with its declaration.
//! - A [`Problem`] (RFC 9457) is the response to every refused request.
//!
//! # Modules
//!
//! | module | contents |
//! |---|---|
//! | [`prelude`] | the imports of a typical module with handlers, including axum's |
//! | [`manual`] | the guide: declarations, input, issuers, errors, testing, a cookbook, providers, migration |
//! | [`input`] | checked input: extractors, types that need no rule, errors |
//! | [`routing`] | routers, methods, the inventory |
//! | [`resource_server`] | the server's builder, readiness, configuration errors |
//! | [`policy`] | declarations, requirements and limits as data |
//! | [`claims`] | registered claims as types |
//! | `lock` | the lock file: what a change of the API admits (feature `lock`) |
//! | `relying_party` | logging users in at an OpenID provider (feature `relying-party`) |
//! | `report` | the security report (feature `report`) |
//! | [`rules`] | the traits that compile errors name, each with its fix |
//! | [`danger`] | every setting that switches off a check |
//! | `testing` | an embedded issuer, a clock and a client for tests (feature `testing`) |
//! | `evidence` | the results of the attack kit (features `attack` and `report`) |
//!
//! # Features
//!
//! No feature turns a check off. `discovery`, `http2`, `serve`, `tls`, `tracing` and `uuid` are on by default.
//!
//! | feature | adds |
//! |---|---|
//! | `discovery` | keys from an issuer's discovery document, fetched over https and kept fresh |
//! | `introspection` | opaque tokens by RFC 7662 |
//! | `relying-party` | `palisade::relying_party`: logs people in, calls other APIs, and stores tokens sealed |
//! | `keyring` | `relying_party::vault::KeyringKey`: the vault's key in the operating system's keyring |
//! | `serve` | [`serve`](fn@serve): a listener with graceful shutdown |
//! | `tls` | TLS 1.2 and 1.3 for [`serve`](fn@serve), and certificates of clients |
//! | `http2` | HTTP/2 for [`serve`](fn@serve), over TLS |
//! | `spool` | `input::SpooledFile`: files of a form that are on disk beyond a size |
//! | `tracing` | an event for each decision, rejected input and key fetch |
//! | `metrics` | counters and histograms of decisions, rejected inputs and key fetches |
//! | `openapi` | an OpenAPI 3.1 description of an `Api`, and a page for people: `palisade::openapi` |
//! | `lock` | `palisade::lock`: a file with who may call each route and what it accepts, compared by logic; on with `testing` |
//! | `report` | `palisade::report`: a security report as HTML, Markdown and JSON, from the declarations and the results of attacks |
//! | `schemas` | JSON Schemas of each route's input ([`routing::Route::inputs`]) |
//! | `text` | `input::Line`, a line of text in Unicode Normalization Form C |
//! | `chrono`, `jiff`, `time` | the dates and times of that crate as input types that need no rule, in RFC 3339 |
//! | `rust_decimal` | `Decimal` as an input type that needs no rule, without loss, and `input::scale` |
//! | `typed-header` | `Valid<TypedHeader<H>>` of axum-extra, and a bare `TypedHeader` of a date |
//! | `url` | `Url` as an input type that needs no rule: absolute, `http` or `https`, without credentials |
//! | `uuid` | `Uuid` as an input type that needs no rule |
//! | `ws` | [`Upgrade`]: the handshake of a WebSocket connection |
//! | `explain` | `Api::explain`: the steps of each request through the guard, for development on loopback; on with `testing` |
//! | `testing` | `palisade::testing` |
//! | `attack` | `palisade::testing::attack`: attacks an API with the requests that its inventory implies, and `palisade::evidence`, their results |
//!
//! [axum]: https://docs.rs/axum
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
#[cfg(feature = "authorization-server")]
pub mod authorization_server;
pub mod claims;
mod clock;
mod cookies;
pub mod danger;
#[cfg(feature = "discovery")]
mod discovery;
#[cfg(any(feature = "attack", feature = "report"))]
#[allow(dead_code, reason = "only the attack kit creates results")]
pub mod evidence;
#[cfg(feature = "relying-party")]
mod form_pairs;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod guard;
mod https;
pub mod input;
mod json;
mod keys;
#[cfg(feature = "lock")]
pub mod lock;
#[cfg(any(doc, doctest))]
pub mod manual;
#[cfg(feature = "openapi")]
pub mod openapi;
mod path_parts;
pub mod policy;
pub mod prelude;
#[cfg(feature = "relying-party")]
pub mod relying_party;
#[cfg(feature = "report")]
pub mod report;
pub mod resource_server;
mod response;
pub mod routing;
pub mod rules;
#[cfg(feature = "relying-party")]
mod seal;
mod secret;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "relying-party")]
mod session;
#[cfg(feature = "spool")]
mod spool;
mod steps;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod token;
mod until;

pub use garde;
pub use palisade_macros::SecureInput;
#[doc = include_str!("docs/public.md")]
pub use palisade_macros::public;
#[doc = include_str!("docs/scopes.md")]
pub use palisade_macros::scopes;
#[doc = include_str!("docs/secured.md")]
pub use palisade_macros::secured;
#[cfg(feature = "schemas")]
pub use schemars;
pub use serde;

pub use self::audit::{Reason, RequestId, RequestIdError};
pub use self::claims::grants::Grants;
pub use self::claims::role::Role;
pub use self::claims::scope::Scope;
pub use self::clock::{Clock, SystemClock};
#[cfg(feature = "discovery")]
pub use self::discovery::DiscoveryError;
#[cfg(any(feature = "authorization-server", feature = "tls"))]
pub use self::guard::ClientCertificate;
pub use self::guard::{Caller, CallerClaims, Identity, NoCaller, NoClaims, Ticket, TicketError};
#[cfg(feature = "discovery")]
pub use self::https::HttpsError;
pub use self::input::contract::SecureInput;
pub use self::input::extract::Valid;
pub use self::keys::{Algorithm, KeyError, SkipReason, SkippedKey, SkippedKeys};
#[cfg(feature = "discovery")]
pub use self::resource_server::FetchSettingsError;
pub use self::resource_server::error::ConfigError;
pub use self::resource_server::issuer::Issuer;
pub use self::resource_server::server::ResourceServer;
#[cfg(feature = "introspection")]
pub use self::resource_server::{IntrospectedTokens, Introspection, IntrospectionConfigError};
pub use self::resource_server::{NotReady, Startup};
pub use self::response::{ErrorBody, Problem, ProblemType};
pub use self::routing::api::Api;
pub use self::routing::argument::extractor::{TrustedExtension, TrustedExtractor, Unvalidated};
pub use self::routing::argument::shutdown::Shutdown;
#[cfg(feature = "ws")]
pub use self::routing::argument::upgrade::Upgrade;
pub use self::routing::secure_router::SecureRouter;
pub use self::routing::tickets::Tickets;
pub use self::secret::Secret;
#[cfg(feature = "serve")]
pub use self::serve::{
    BoundServer, Network, NetworkError, ServeError, Server, ServerLimits, serve,
};
#[cfg(feature = "tls")]
pub use self::serve::{Pem, RevocationListError, Tls, TlsError};
#[cfg(feature = "introspection")]
pub use self::token::IntrospectionError;
pub use self::token::{
    CustomProfile, Profile, ProfileError, RevocationError, RevocationList, Revocations,
    RevocationsUnavailable, TokenError, UnknownIssuer, VerifiedToken,
};

/// The README's code, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
