//! The claim names that differ among profiles.

use std::borrow::Cow;

use crate::token::kind;

/// The claim names that differ among profiles, and the claims that distinguish kinds of tokens.
#[derive(Clone, Debug)]
pub(super) struct ClaimNames {
    pub(super) client_id: &'static str,
    pub(super) token_id: &'static str,
    pub(super) scope: ScopeClaim,
    /// A claim that distinguishes access tokens from other tokens, and its required value.
    pub(super) marker: Option<(&'static str, &'static str)>,
    /// The claims that distinguish access tokens from other tokens by their presence; at most
    /// [`MAX_PRESENT`](Self::MAX_PRESENT).
    pub(super) present: Cow<'static, [&'static str]>,
    /// The claims that only ID tokens have, besides those of every profile.
    pub(super) of_id_tokens: Cow<'static, [&'static str]>,
    /// Whether access tokens may have a `nonce`, which otherwise marks an ID token.
    pub(super) allows_nonce: bool,
    /// Whether a claim that names the kind of a token must name an access token.
    pub(super) checks_kind: bool,
}

impl ClaimNames {
    /// The maximum number of claims whose presence is recorded, the bits of an integer.
    pub(super) const MAX_PRESENT: usize = 32;

    /// Returns the names of a format without any such claims.
    pub(super) const fn new(
        client_id: &'static str,
        token_id: &'static str,
        scope: ScopeClaim,
    ) -> Self {
        Self {
            client_id,
            token_id,
            scope,
            marker: None,
            present: Cow::Borrowed(&[]),
            of_id_tokens: Cow::Borrowed(&[]),
            allows_nonce: false,
            checks_kind: false,
        }
    }

    /// Adds a claim that distinguishes access tokens, and its required value.
    pub(super) const fn marked_by(mut self, claim: &'static str, value: &'static str) -> Self {
        self.marker = Some((claim, value));
        self
    }

    /// Returns whether the profile already uses `claim`, which then cannot contain roles.
    ///
    /// A claim that only has to be present may contain them.
    pub(super) fn uses(&self, claim: &str) -> bool {
        [self.client_id, self.token_id, self.scope.name()].contains(&claim)
            || self.marker.is_some_and(|(name, _)| name == claim)
            || self.of_id_tokens.contains(&claim)
            || (self.checks_kind && kind::decides(claim))
    }
}

/// The claim that contains the scopes, and its JSON type.
#[derive(Clone, Copy, Debug)]
pub(super) enum ScopeClaim {
    /// A string of scopes separated by spaces (RFC 6749 §3.3).
    String(&'static str),
    /// An array of strings, each of them one scope.
    Array(&'static str),
    /// Either of these.
    StringOrArray(&'static str),
}

impl ScopeClaim {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::String(name) | Self::Array(name) | Self::StringOrArray(name) => name,
        }
    }
}
