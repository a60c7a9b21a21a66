//! The posture of a provider: where its metadata falls short of the standard.
//!
//! `discovery` reads the document. [`Provider`](crate::relying_party::Provider) applies a [`PosturePolicy`] when it is
//! built; the program `posture` prints the findings.

mod checks;
mod finding;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

pub use self::finding::{Finding, Severity};
use crate::discovery::{DiscoveryError, find_document};
use crate::https::{Client, ClientSettings};
use crate::relying_party::provider_error::ProviderError;
use crate::resource_server::is_issuer;
use crate::text::quoted;

/// The maximum time for reading the metadata document.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The posture of a provider, according to its metadata document.
///
/// `Display` prints a line for each finding; `Serialize` has the members `issuer`, `falls_short` and `findings`, each
/// with `id`, `severity`, `reference` and `message`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Posture {
    issuer: String,
    falls_short: bool,
    findings: Vec<Finding>,
}

impl Posture {
    /// Checks a document whose issuer was compared.
    pub(super) fn of(issuer: &str, document: &Value, allow_loopback_http: bool) -> Self {
        let findings = checks::check(document, allow_loopback_http);
        let mut severities = findings.iter().map(Finding::severity);
        Self {
            issuer: issuer.to_owned(),
            falls_short: severities.any(|severity| severity == Severity::Error),
            findings,
        }
    }

    /// Returns the issuer.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns whether the provider falls short of the standard: whether a finding is an error.
    pub fn falls_short(&self) -> bool {
        self.falls_short
    }

    /// Returns every finding.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn errors(&self) -> impl Iterator<Item = &Finding> {
        let mut findings = self.findings.iter();
        std::iter::from_fn(move || findings.find(|finding| finding.severity() == Severity::Error))
    }
}

impl fmt::Display for Posture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.falls_short {
            "falls short of the standard"
        } else {
            "does not fall short of the standard"
        };
        write!(f, "{} {verdict}", self.issuer)?;
        self.findings
            .iter()
            .try_for_each(|finding| write!(f, "\n{finding}"))
    }
}

/// The reaction to a provider that falls short of the standard when its document is fetched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PosturePolicy {
    /// Each error is logged.
    #[default]
    Warn,
    /// The provider cannot be built, and a later document that falls short is not used.
    Refuse,
}

impl PosturePolicy {
    /// Logs the errors, or returns them as a description of what is wrong with the document.
    pub(super) fn apply(self, posture: &Posture) -> Result<(), String> {
        match self {
            Self::Warn => posture.errors().for_each(|error| report(posture, error)),
            Self::Refuse if posture.falls_short => {
                let errors: Vec<String> = posture.errors().map(Finding::to_string).collect();
                let errors = errors.join("; ");
                return Err(format!(
                    "the provider falls short of the standard: {errors}"
                ));
            }
            Self::Refuse => {}
        }
        Ok(())
    }
}

fn report(posture: &Posture, finding: &Finding) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: "palisade::relying_party",
        event = "provider_falls_short",
        issuer = posture.issuer,
        finding = finding.id(),
        reference = finding.reference(),
        "{}", finding.message()
    );
    #[cfg(not(feature = "tracing"))]
    let _ = (posture, finding);
}

/// Reads the metadata document of an issuer, and checks where it falls short of the standard.
///
/// With `allow_loopback_http`, the issuer and its endpoints may be `http` on loopback.
///
/// # Errors
///
/// Returns [`ProviderError`] if the document cannot be read, or names another issuer.
///
/// # Examples
///
/// ```
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let posture = palisade::relying_party::posture("https://login.example.govt.nz", false).await?;
/// for finding in posture.findings() {
///     println!("{finding}");
/// }
/// # Ok(())
/// # }
/// ```
pub async fn posture(issuer: &str, allow_loopback_http: bool) -> Result<Posture, ProviderError> {
    if !is_issuer(issuer, allow_loopback_http) {
        return Err(ProviderError::Issuer {
            issuer: quoted(issuer).to_string(),
        });
    }
    let settings = ClientSettings {
        allow_loopback_http,
        ..ClientSettings::default()
    };
    let client = Client::new(&settings).map_err(DiscoveryError::Client)?;
    let read = |document: &Value| Ok(Posture::of(issuer, document, allow_loopback_http));
    let deadline = Instant::now() + TIMEOUT;
    Ok(find_document(&client, issuer, read, deadline).await?)
}
