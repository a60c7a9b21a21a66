//! The claim names that differ among profiles.

/// The claim names that differ among profiles.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClaimNames {
    pub(super) client_id: &'static str,
    pub(super) token_id: &'static str,
    pub(super) scope: ScopeClaim,
    /// A claim that distinguishes access tokens from other tokens, and its required value.
    pub(super) marker: Option<(&'static str, &'static str)>,
}

impl ClaimNames {
    /// Returns whether the profile already uses `claim`, which then cannot contain roles.
    pub(super) fn uses(&self, claim: &str) -> bool {
        [self.client_id, self.token_id, self.scope.name()].contains(&claim)
            || self.marker.is_some_and(|(name, _)| name == claim)
    }
}

/// The claim that contains the scopes, and its JSON type.
#[derive(Clone, Copy, Debug)]
pub(super) enum ScopeClaim {
    /// A string of scopes separated by spaces (RFC 6749 §3.3).
    String(&'static str),
    /// An array of strings, each of them one scope.
    Array(&'static str),
}

impl ScopeClaim {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::String(name) | Self::Array(name) => name,
        }
    }
}
