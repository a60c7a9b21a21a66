//! What a profile calls the claims that are read: for the reader of claims, and for the form.

/// The claims that profiles name differently.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClaimNames {
    pub(super) client_id: &'static str,
    pub(super) token_id: &'static str,
    pub(super) scope: ScopeClaim,
    /// A claim that tells the tokens meant here from others, and its one value.
    pub(super) marker: Option<(&'static str, &'static str)>,
}

impl ClaimNames {
    /// Whether the profile reads `claim` for something else than roles.
    pub(super) fn take(&self, claim: &str) -> bool {
        [self.client_id, self.token_id, self.scope.name()].contains(&claim)
            || self.marker.is_some_and(|(name, _)| name == claim)
    }
}

/// Where the scopes are, and in which form.
#[derive(Clone, Copy, Debug)]
pub(super) enum ScopeClaim {
    /// One text, scopes with a space between them (RFC 6749 §3.3).
    Text(&'static str),
    /// An array with one scope in each text.
    List(&'static str),
}

impl ScopeClaim {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Text(name) | Self::List(name) => name,
        }
    }
}
