//! The configuration of an API's side of OAuth: which issuers are trusted, and how.
//!
//! A server without an issuer, and an issuer without an audience, do not compile. Every other
//! mistake is a [`ConfigError`](crate::ConfigError) of `build`. Tokens are validated one layer below.

mod builder;
pub(crate) mod error;
#[cfg(feature = "discovery")]
mod fetch_error;
#[cfg(feature = "discovery")]
mod fetch_settings;
#[cfg(feature = "introspection")]
mod introspection;
pub(crate) mod issuer;
mod issuer_keys;
mod options;
mod readiness;
pub(crate) mod resource;
mod resource_url;
pub(crate) mod server;
mod settings;
mod summary;
#[cfg(feature = "spool")]
mod temporary_files;
#[cfg(all(test, feature = "testing"))]
mod tests;
mod token_lifetime;
mod url;
mod verification;
#[cfg(feature = "relying-party")]
mod with_sessions;
mod without_issuers;

pub use self::builder::{Build, Builder, NoIssuer, WithIssuers};
#[cfg(feature = "discovery")]
pub use self::fetch_error::FetchSettingsError;
#[cfg(feature = "introspection")]
pub use self::introspection::{
    IntrospectedTokens, Introspection, IntrospectionConfigError, IntrospectionSummary,
};
pub(crate) use self::issuer::Issuer;
pub use self::issuer::{NoAudience, WithAudience};
pub use self::issuer_keys::IssuerKeys;
pub(crate) use self::options::MAX_TICKET_LIFETIME;
pub use self::options::Startup;
pub use self::readiness::NotReady;
pub(crate) use self::resource::Resource;
pub use self::resource::{NoResource, ProtectedResource, ResourceError, WithResource};
pub use self::resource_url::ResourceUrlError;
pub(crate) use self::server::ResourceServer;
pub use self::summary::IssuerSummary;
#[cfg(feature = "relying-party")]
pub(crate) use self::url::is_issuer;

/// The rules that rustc names in its messages; public as `palisade::rules`.
pub(crate) mod rules {
    pub use super::builder::HasIssuer;
    pub use super::issuer::HasAudience;
}
