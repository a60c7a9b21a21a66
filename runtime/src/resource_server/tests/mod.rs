//! Every mistake that `build` reports, and the summary of a built server.

mod config;
#[cfg(feature = "introspection")]
mod introspection;
mod keys;

use crate::keys::Algorithm;
use crate::resource_server::error::ConfigError;
use crate::resource_server::{Issuer, ResourceServer, WithAudience};
use crate::secret::Secret;
use crate::testing::EmbeddedIssuer;
use crate::testing::test_server::{AUDIENCE, ISSUER, secret};

/// An issuer with valid settings.
fn good() -> Issuer<WithAudience> {
    embedded().issuer(AUDIENCE)
}

/// An issuer without keys.
fn keyless() -> Issuer<WithAudience> {
    Issuer::new(ISSUER).audience(AUDIENCE)
}

fn embedded() -> EmbeddedIssuer {
    EmbeddedIssuer::new(ISSUER)
}

async fn build(issuer: Issuer<WithAudience>) -> Result<ResourceServer, ConfigError> {
    ResourceServer::builder().trust(issuer).build().await
}
