//! The settings for requests to an issuer, and the first fetch of its keys.

use std::sync::Arc;
use std::time::Duration;

use crate::discovery::DiscoveryError;
use crate::https::{ClientSettings, RootCertificates};
use crate::keys::{Algorithm, FetchConfig, FetchError, KeySetFetcher, KeySource};
use crate::resource_server::error::ConfigError;
use crate::resource_server::fetch_error::FetchSettingsError;
use crate::resource_server::options::{ServerOptions, Startup};
use crate::resource_server::settings::IssuerSettings;

impl IssuerSettings {
    /// Checks that no setting of requests is present that has no effect.
    pub(super) fn check_fetch_settings(&self) -> Result<(), ConfigError> {
        let has_configured_keys = self.has_configured_keys();
        if has_configured_keys && self.keys_url.is_some() {
            return Err(self.fetch_settings_error(FetchSettingsError::KeysUrlBesideKeys));
        }
        #[cfg(feature = "introspection")]
        let is_introspected = self.introspection.is_some();
        #[cfg(not(feature = "introspection"))]
        let is_introspected = false;
        if has_configured_keys && !is_introspected && !self.root_certificates.is_empty() {
            return Err(self.fetch_settings_error(FetchSettingsError::UnusedRootCertificates));
        }
        Ok(())
    }

    fn fetch_settings_error(&self, source: FetchSettingsError) -> ConfigError {
        ConfigError::FetchSettings {
            issuer: self.issuer.clone(),
            source,
        }
    }

    /// Returns the settings for requests to the issuer.
    pub(super) fn https(&self) -> Result<ClientSettings, ConfigError> {
        let mut roots = RootCertificates::default();
        for pem in &self.root_certificates {
            let added = RootCertificates::from_pem(pem);
            roots.extend(
                added.ok_or_else(|| {
                    self.fetch_settings_error(FetchSettingsError::RootCertificates)
                })?,
            );
        }
        Ok(ClientSettings {
            allow_loopback_http: self.allow_loopback_http,
            roots,
            #[cfg(feature = "relying-party")]
            identity: None,
        })
    }

    /// Fetches the keys, or starts to fetch them in the background.
    pub(super) async fn fetched_keys(
        &self,
        allowed: &[Algorithm],
        max_age: Duration,
        options: &ServerOptions,
    ) -> Result<KeySource, ConfigError> {
        let failed = |source| ConfigError::Discovery {
            issuer: self.issuer.clone(),
            source,
        };
        let fetcher = KeySetFetcher::new(&self.https()?);
        let mut fetcher = fetcher.map_err(|error| failed(DiscoveryError::Client(error)))?;
        if let Some(url) = &self.keys_url {
            fetcher = fetcher
                .with_url(url)
                .map_err(|_| self.fetch_settings_error(FetchSettingsError::KeysUrl))?;
        }
        #[cfg(feature = "openapi")]
        let fetcher = fetcher.recording(self.found_in.clone());
        let config = FetchConfig {
            issuer: self.issuer.as_str().into(),
            allowed: allowed.into(),
            fetcher,
            clock: Arc::clone(&options.clock),
            max_age,
        };
        match options.startup {
            Startup::Deferred => Ok(KeySource::fetched_in_background(config)),
            Startup::FailFast => KeySource::fetched(config)
                .await
                .map_err(|error| match error {
                    FetchError::Discovery(source) => failed(source),
                    FetchError::Keys(source) => self.rejected_keys(source),
                }),
        }
    }
}
