//! The URL of an introspection endpoint: configured, or from the issuer's discovery document.
//!
//! A discovered URL is refreshed like keys, so an issuer can move its endpoint or correct its
//! document without a restart of this server.

use std::time::Duration;

use arc_swap::ArcSwapOption;
use http::Uri;
use tokio::time::Instant;

use crate::claims::NumericDate;
use crate::discovery::{self, Endpoint};
use crate::https::Client;
use crate::token::introspection::error::IntrospectionError;

/// The maximum time for fetching the discovery document.
const DISCOVERY_TIMEOUT: Duration = Duration::from_secs(5);

/// The minimum time between two successful refreshes, even if requests fail.
const MIN_REFRESH_INTERVAL: Duration = Duration::from_mins(1);

/// The age from which the URL is refreshed even if no request fails.
const REFRESH_AFTER: Duration = Duration::from_hours(1);

/// The age up to which the URL is used while it cannot be refreshed.
const MAX_AGE: Duration = Duration::from_hours(24);

/// The URL of an introspection endpoint.
pub(super) enum Location {
    Configured(Uri),
    Discovered {
        issuer: Box<str>,
        latest: ArcSwapOption<DiscoveredUrl>,
    },
}

/// A URL from the discovery document, and the time it was fetched.
pub(super) struct DiscoveredUrl {
    url: Uri,
    fetched_at: NumericDate,
}

impl Location {
    /// Creates a location that is not discovered yet.
    pub(super) fn discovered(issuer: &str) -> Self {
        Self::Discovered {
            issuer: issuer.into(),
            latest: ArcSwapOption::empty(),
        }
    }

    /// Returns the current URL.
    ///
    /// # Errors
    ///
    /// Returns [`IntrospectionError::EndpointUnknown`] if discovery has not succeeded for 24 hours.
    pub(super) fn url(&self, now: NumericDate) -> Result<Uri, IntrospectionError> {
        match self {
            Self::Configured(url) => Ok(url.clone()),
            Self::Discovered { latest, .. } => match &*latest.load() {
                Some(latest) if now.since(latest.fetched_at) < MAX_AGE => Ok(latest.url.clone()),
                _ => Err(IntrospectionError::EndpointUnknown),
            },
        }
    }

    /// Returns whether the URL should be refreshed even if no request fails.
    pub(super) fn is_stale(&self, now: NumericDate) -> bool {
        self.is_older_than(REFRESH_AFTER, now)
    }

    /// Fetches the discovery document, unless that succeeded less than a minute ago.
    ///
    /// # Errors
    ///
    /// Returns [`IntrospectionError::Discovery`]. The previous URL stays in use.
    pub(super) async fn refresh(
        &self,
        client: &Client,
        now: NumericDate,
    ) -> Result<(), IntrospectionError> {
        if let Self::Discovered { issuer, latest } = self
            && self.is_older_than(MIN_REFRESH_INTERVAL, now)
        {
            let deadline = Instant::now() + DISCOVERY_TIMEOUT;
            let endpoint = Endpoint::Introspection;
            let (url, _) = discovery::find(client, issuer, endpoint, deadline).await?;
            let fetched_at = now;
            latest.store(Some(DiscoveredUrl { url, fetched_at }.into()));
        }
        Ok(())
    }

    /// Returns whether the URL is older than `age`; also true if the clock was set back since.
    fn is_older_than(&self, age: Duration, now: NumericDate) -> bool {
        match self {
            Self::Configured(_) => false,
            Self::Discovered { latest, .. } => !latest.load().as_ref().is_some_and(|latest| {
                latest.fetched_at <= now && now.since(latest.fetched_at) < age
            }),
        }
    }
}
