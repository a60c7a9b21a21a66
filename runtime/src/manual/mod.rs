//! The manual: how to build a secure API with Palisade, one task per chapter.
//!
//! The rest of this documentation describes one item at a time. The manual describes tasks: each chapter
//! begins with an example, then gives the rules, then the reasons behind them. Every example is compiled, and most
//! run as tests.
//!
//! Start with [`concepts`]. It takes ten minutes, and every other chapter uses its terms.
//!
//! Some examples import other crates: axum 0.8, tower 0.5, tower-http 0.7, futures-util 0.3, serde_json 1, jiff 1, rust_decimal 1,
//! url 2 or tokio 1. Palisade does not re-export them; add those that you use to your dependencies.
//!
//! # Chapters
//!
//! | chapter | after it, you can |
//! |---|---|
//! | [`concepts`] | follow a request from the socket to the handler, and name every part of an API |
//! | [`declaring_access`] | declare which callers a handler accepts, by scope, role, claim and object |
//! | [`input`] | declare which input a handler accepts, and predict the response to the rest |
//! | [`tokens`] | trust one or several issuers, and predict when a token is accepted |
//! | [`errors`] | return every error in one format, with your own wording |
//! | [`limits`] | set and predict the limits of every route |
//! | [`testing`] | test an API with real tokens and without a network |
//! | [`observability`] | log, count and alert on decisions, rejected input and key fetches |
//! | [`threat_model`] | name the threats that Palisade defends against, and your own responsibilities |
//! | [`performance`] | predict and measure what a request costs |
//! | [`cookbook`] | CORS, tracing, layers behind the guard, WebSocket, SSE, tickets for browsers, login, sessions, PATCH, dates and money, uploads, error types, legacy routes, resource metadata, OpenAPI, MCP servers, TLS, containers, calls to other APIs, the posture of providers, authorization servers, the lock file, the security report, attack tests |
//! | [`providers`] | connect Keycloak, Entra ID, Auth0, Okta, Cognito, Google, oidc-provider, or any other provider |
//! | [`migrating`] | move an existing axum API to Palisade, one route at a time |

#[doc = include_str!("concepts.md")]
pub mod concepts {}

#[doc = include_str!("declaring_access.md")]
pub mod declaring_access {}

#[doc = include_str!("input.md")]
pub mod input {}

#[doc = include_str!("tokens.md")]
pub mod tokens {}

#[doc = include_str!("errors.md")]
pub mod errors {}

#[doc = include_str!("limits.md")]
pub mod limits {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("observability.md")]
pub mod observability {}

#[doc = include_str!("threat_model.md")]
pub mod threat_model {}

#[doc = include_str!("performance.md")]
pub mod performance {}

#[doc = include_str!("cookbook.md")]
pub mod cookbook {
    #[doc = include_str!("cookbook/cors.md")]
    pub mod cors {}

    #[doc = include_str!("cookbook/tracing_and_metrics.md")]
    pub mod tracing_and_metrics {}

    #[doc = include_str!("cookbook/inner_layers.md")]
    pub mod inner_layers {}

    #[cfg(feature = "report")]
    #[doc = include_str!("cookbook/security_report.md")]
    pub mod security_report {}

    #[cfg(feature = "testing")]
    #[doc = include_str!("cookbook/lock_file.md")]
    pub mod lock_file {}

    #[doc = include_str!("cookbook/websocket.md")]
    pub mod websocket {}

    #[doc = include_str!("cookbook/sse.md")]
    pub mod sse {}

    #[cfg(feature = "relying-party")]
    #[doc = include_str!("cookbook/sessions.md")]
    pub mod sessions {}

    #[doc = include_str!("cookbook/tickets.md")]
    pub mod tickets {}

    #[cfg(feature = "relying-party")]
    #[doc = include_str!("cookbook/calling_apis.md")]
    pub mod calling_apis {}

    #[cfg(feature = "attack")]
    #[doc = include_str!("cookbook/attack_tests.md")]
    pub mod attack_tests {}

    #[cfg(feature = "authorization-server")]
    #[doc = include_str!("cookbook/authorization_server.md")]
    pub mod authorization_server {}

    #[cfg(feature = "relying-party")]
    #[doc = include_str!("cookbook/posture.md")]
    pub mod posture {}

    #[cfg(feature = "relying-party")]
    #[doc = include_str!("cookbook/login.md")]
    pub mod login {}

    #[doc = include_str!("cookbook/patch.md")]
    pub mod patch {}

    #[doc = include_str!("cookbook/dates_and_money.md")]
    pub mod dates_and_money {}

    #[doc = include_str!("cookbook/uploads.md")]
    pub mod uploads {}

    #[doc = include_str!("cookbook/error_types.md")]
    pub mod error_types {}

    #[doc = include_str!("cookbook/legacy_routes.md")]
    pub mod legacy_routes {}

    #[doc = include_str!("cookbook/path_prefix.md")]
    pub mod path_prefix {}

    #[doc = include_str!("cookbook/serving.md")]
    pub mod serving {}

    #[doc = include_str!("cookbook/resource_metadata.md")]
    pub mod resource_metadata {}

    #[doc = include_str!("cookbook/mcp.md")]
    pub mod mcp {}

    #[doc = include_str!("cookbook/openapi.md")]
    pub mod openapi {}

    #[doc = include_str!("cookbook/containers_and_proxies.md")]
    pub mod containers_and_proxies {}

    #[doc = include_str!("cookbook/issuer_connection.md")]
    pub mod issuer_connection {}

    #[cfg(feature = "relying-party")]
    #[doc = include_str!("cookbook/token_vault.md")]
    pub mod token_vault {}
}

#[doc = include_str!("providers.md")]
pub mod providers {
    #[doc = include_str!("providers/keycloak.md")]
    pub mod keycloak {}

    #[doc = include_str!("providers/entra.md")]
    pub mod entra {}

    #[doc = include_str!("providers/auth0.md")]
    pub mod auth0 {}

    #[doc = include_str!("providers/okta.md")]
    pub mod okta {}

    #[doc = include_str!("providers/cognito.md")]
    pub mod cognito {}

    #[doc = include_str!("providers/custom.md")]
    pub mod custom {}

    #[doc = include_str!("providers/google.md")]
    pub mod google {}

    #[doc = include_str!("providers/oidc_provider.md")]
    pub mod oidc_provider {}
}

#[doc = include_str!("migrating.md")]
pub mod migrating {
    #[doc = include_str!("migrating/bare_axum.md")]
    pub mod bare_axum {}

    #[doc = include_str!("migrating/jwt_authorizer.md")]
    pub mod jwt_authorizer {}

    #[doc = include_str!("migrating/axum_keycloak_auth.md")]
    pub mod axum_keycloak_auth {}

    #[doc = include_str!("migrating/handwritten_middleware.md")]
    pub mod handwritten_middleware {}
}
