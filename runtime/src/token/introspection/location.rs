//! Where an issuer answers for its tokens: given, or found in its discovery document.
//!
//! What was found is looked up anew, as keys are: an issuer that moves its endpoint, or mends its
//! document, is found again without a restart.

use std::time::Duration;

use arc_swap::ArcSwapOption;
use http::Uri;

use crate::claims::NumericDate;
use crate::discovery;
use crate::https::{self, Client};
use crate::token::introspection::IntrospectionError;

/// The most time for fetching the metadata document.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(5);

/// For how long what was found is not looked up again, whatever fails.
const PAUSE: Duration = Duration::from_mins(1);

/// After how long it is looked up anew although nothing fails.
const FRESH: Duration = Duration::from_hours(1);

/// For how long it is used while it cannot be looked up.
const MAX_AGE: Duration = Duration::from_hours(24);

/// Where an issuer answers for its tokens.
pub(super) enum Location {
    Given(Uri),
    Discovered {
        issuer: Box<str>,
        found: ArcSwapOption<Found>,
    },
}

/// What the issuer's document has said.
pub(super) struct Found {
    url: Uri,
    at: NumericDate,
}

impl Location {
    /// In the issuer's document, which is not looked at yet.
    pub(super) fn discovered(issuer: &str) -> Self {
        Self::Discovered {
            issuer: issuer.into(),
            found: ArcSwapOption::empty(),
        }
    }

    /// Where to ask now.
    ///
    /// # Errors
    ///
    /// [`IntrospectionError::Undiscovered`] where that was not found for too long.
    pub(super) fn url(&self, now: NumericDate) -> Result<Uri, IntrospectionError> {
        match self {
            Self::Given(url) => Ok(url.clone()),
            Self::Discovered { found, .. } => match &*found.load() {
                Some(found) if now.since(found.at) < MAX_AGE => Ok(found.url.clone()),
                _ => Err(IntrospectionError::Undiscovered),
            },
        }
    }

    /// Whether it should be looked up anew.
    pub(super) fn is_stale(&self, now: NumericDate) -> bool {
        self.is_older(FRESH, now)
    }

    /// Looks it up, where that was not done just before.
    ///
    /// # Errors
    ///
    /// [`IntrospectionError::Discovery`], or [`IntrospectionError::Https`] where the document
    /// names what may not be asked; what was found before stays.
    pub(super) async fn look_up(
        &self,
        client: &Client,
        now: NumericDate,
    ) -> Result<(), IntrospectionError> {
        if let Self::Discovered { issuer, found } = self
            && self.is_older(PAUSE, now)
        {
            let document =
                https::with_timeout(LOOKUP_TIMEOUT, discovery::fetch(client, issuer)).await?;
            let url = client.url(document.introspection_endpoint()?)?;
            found.store(Some(Found { url, at: now }.into()));
        }
        Ok(())
    }

    /// A clock that was set back tells no age: then too it is looked up.
    fn is_older(&self, age: Duration, now: NumericDate) -> bool {
        match self {
            Self::Given(_) => false,
            Self::Discovered { found, .. } => {
                let found = found.load();
                !found
                    .as_ref()
                    .is_some_and(|found| found.at <= now && now.since(found.at) < age)
            }
        }
    }
}
