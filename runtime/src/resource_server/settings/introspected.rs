//! What of one issuer's settings concerns the tokens that it is asked about.

use std::sync::Arc;

use crate::resource_server::error::ConfigError;
use crate::resource_server::introspection::{Introspection, IntrospectionConfigError};
use crate::resource_server::options::Options;
use crate::resource_server::settings::Settings;
use crate::token::{INTROSPECTION_FORMAT, IntrospectedIssuer, OpaqueTokens, TokenRules};

impl Settings {
    /// Makes sure that nothing is set of JWTs that would be of no effect.
    fn no_jwts(&self) -> Result<(), ConfigError> {
        if self.profile.is_some() {
            return Err(self.not_asked(IntrospectionConfigError::UnusedProfile));
        }
        let has_keys = self.jwks.is_some()
            || self.secret.is_some()
            || !self.pems.is_empty()
            || self.algorithms.is_some()
            || self.max_key_age.is_some();
        if has_keys {
            return Err(self.not_asked(IntrospectionConfigError::UnusedKeys));
        }
        Ok(())
    }

    /// Which opaque tokens are its own, where it is asked about any token.
    pub(in crate::resource_server) fn opaque_tokens(
        &self,
    ) -> Result<Option<OpaqueTokens>, ConfigError> {
        let opaque = self.introspection.as_ref().map(Introspection::opaque);
        opaque.transpose().map_err(|source| self.not_asked(source))
    }

    fn not_asked(&self, source: IntrospectionConfigError) -> ConfigError {
        ConfigError::Introspection {
            issuer: self.issuer.clone(),
            source,
        }
    }

    /// What judges the tokens that the issuer is asked about, where it is.
    pub(super) async fn introspected(
        &self,
        rules: &TokenRules,
        options: &Options,
    ) -> Result<Option<IntrospectedIssuer>, ConfigError> {
        let Some(introspection) = &self.introspection else {
            return Ok(None);
        };
        if !introspection.kinds().has_jwts() {
            self.no_jwts()?;
        }
        let rules = TokenRules {
            issuer: Arc::clone(&rules.issuer),
            audience: rules.audience.clone(),
            format: INTROSPECTION_FORMAT,
            roles: self.roles(INTROSPECTION_FORMAT)?,
            limits: rules.limits,
        };
        let built = introspection
            .build(rules, self.allow_loopback_http, options)
            .await;
        built.map(Some).map_err(|source| self.not_asked(source))
    }
}
