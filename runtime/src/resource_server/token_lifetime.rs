//! The maximum lifetime of an issuer's tokens.

use std::time::Duration;

/// The maximum lifetime of a token, with its reason if it is not the default.
#[derive(Clone, Debug)]
pub(super) enum TokenLifetime {
    /// The lifetime of the profile, or 30 minutes.
    Default,
    /// At most 90 minutes.
    UpToLimit(Duration, String),
    /// Any lifetime, set through the `danger` module.
    Unlimited(Duration, String),
}
