//! Custom profiles: RFC 9068 with explicit relaxations, and a check that no ID token fits.

mod check;
mod error;
mod types;

use std::borrow::Cow;
use std::time::Duration;

pub use self::error::ProfileError;
use self::types::{is_access_token_type, subtype};
use crate::token::claim_names::{ClaimNames, ScopeClaim};
use crate::token::profile::Profile;
use crate::token::profile::format::{AudienceClaim, RequiredClaim, TokenFormat};

/// The access-token format of a provider that has no named [`Profile`].
///
/// Without further settings it is [`Profile::Rfc9068`]. Each setting is a relaxation, which
/// [`ResourceServer::relaxations`](crate::ResourceServer::relaxations) and the
/// [inventory](crate::Api::inventory) list.
///
/// # Security
///
/// A profile must not accept an ID token of the same provider. `build` returns a
/// [`ConfigError::Profile`](crate::ConfigError::Profile) unless something distinguishes access tokens: the header's
/// `typ`, which is `at+jwt` by default, or a claim that the provider puts into access tokens only
/// ([`access_tokens_have`](Self::access_tokens_have)). Whether a provider puts a claim into its ID tokens is in
/// its documentation; a claim that OpenID Connect defines for ID tokens does not count. Independent of
/// these settings, tokens with `at_hash`, `c_hash`, `events`, `htm`, `htu` or `cnf`, and tokens whose
/// `token_use`, `token_type` or `typ` claim names another kind of token, are rejected, and so are those with
/// a word such as `id` or `refresh-token` in `type`, `tokenType`, `tokenUse` or `purpose`.
///
/// # Examples
///
/// ```
/// use palisade::{Issuer, Profile};
///
/// let hydra = Profile::custom("Ory Hydra")
///     .typ("JWT")
///     .scope_claim("scp")
///     .scope_as_list()
///     .access_tokens_have("scp");
/// let issuer = Issuer::new("https://hydra.example").audience("https://orders.example").profile(hydra);
/// # let _ = issuer;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a profile has no effect until it is passed to `Issuer::profile(…)`"]
pub struct CustomProfile {
    name: &'static str,
    types: Vec<&'static str>,
    type_optional: bool,
    client_id: Identifier,
    token_id: Identifier,
    scope: &'static str,
    scope_as_list: bool,
    roles_pointer: &'static str,
    markers: Vec<&'static str>,
    marker_values: Vec<(&'static str, &'static str)>,
    of_id_tokens: Vec<&'static str>,
    nonce_reason: Option<String>,
    lifetime: Option<(Duration, String)>,
}

/// A claim that identifies the client or the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identifier {
    claim: &'static str,
    is_optional: bool,
}

impl Identifier {
    const fn required(claim: &'static str) -> Self {
        Self {
            claim,
            is_optional: false,
        }
    }
}

impl Profile {
    /// Creates a profile for a provider without a named one, equal to RFC 9068 until it is relaxed.
    ///
    /// The inventory shows the name.
    pub fn custom(name: &'static str) -> CustomProfile {
        CustomProfile {
            name,
            types: Vec::new(),
            type_optional: false,
            client_id: Identifier::required("client_id"),
            token_id: Identifier::required("jti"),
            scope: "scope",
            scope_as_list: false,
            roles_pointer: "/roles",
            markers: Vec::new(),
            marker_values: Vec::new(),
            of_id_tokens: Vec::new(),
            nonce_reason: None,
            lifetime: None,
        }
    }
}

impl CustomProfile {
    /// Allows a `typ` in the header, instead of `at+jwt`; several calls allow several.
    ///
    /// Only `at+jwt` and types that end in `-at+jwt` or `.at+jwt` distinguish access tokens. `JWT` does not.
    pub fn typ(mut self, typ: &'static str) -> Self {
        self.types.push(typ);
        self
    }

    /// Allows a header without `typ`.
    pub fn typ_optional(mut self) -> Self {
        self.type_optional = true;
        self
    }

    /// Sets the claim with the client, instead of `client_id`.
    pub fn client_id_claim(mut self, claim: &'static str) -> Self {
        self.client_id.claim = claim;
        self
    }

    /// Allows tokens that do not name their client.
    pub fn client_id_optional(mut self) -> Self {
        self.client_id.is_optional = true;
        self
    }

    /// Sets the claim with the token's identifier, instead of `jti`.
    pub fn jti_claim(mut self, claim: &'static str) -> Self {
        self.token_id.claim = claim;
        self
    }

    /// Allows tokens without an identifier, which can only be revoked by subject or time.
    pub fn jti_optional(mut self) -> Self {
        self.token_id.is_optional = true;
        self
    }

    /// Sets the claim with the scopes, instead of `scope`.
    pub fn scope_claim(mut self, claim: &'static str) -> Self {
        self.scope = claim;
        self
    }

    /// Allows the scopes to be a list, besides a string ([RFC 6749 §3.3]).
    ///
    /// [RFC 6749 §3.3]: https://www.rfc-editor.org/rfc/rfc6749#section-3.3
    pub fn scope_as_list(mut self) -> Self {
        self.scope_as_list = true;
        self
    }

    /// Sets the claim with the roles, a JSON Pointer, instead of `/roles`.
    ///
    /// [`Issuer::roles_claim`](crate::Issuer::roles_claim) has precedence.
    pub fn roles_claim(mut self, pointer: &'static str) -> Self {
        self.roles_pointer = pointer;
        self
    }

    /// Requires a claim that the provider's access tokens have and its ID tokens do not.
    ///
    /// Its value may be anything but `null` and an empty string; an empty list counts.
    pub fn access_tokens_have(mut self, claim: &'static str) -> Self {
        self.markers.push(claim);
        self
    }

    /// Requires a claim with a value that the provider's access tokens have and its ID tokens do not.
    ///
    /// At most one claim can have a required value.
    pub fn access_tokens_have_value(mut self, claim: &'static str, value: &'static str) -> Self {
        self.marker_values.push((claim, value));
        self
    }

    /// Rejects tokens with a claim that only the provider's ID tokens have.
    ///
    /// It does not replace [`access_tokens_have`](Self::access_tokens_have): an ID token may lack an optional
    /// claim. With `auth_time`, `amr`, `acr` or `sid` here, `jti` may be the claim that only access tokens have.
    pub fn id_tokens_have(mut self, claim: &'static str) -> Self {
        self.of_id_tokens.push(claim);
        self
    }

    /// Allows access tokens with a `nonce`, for the given reason.
    ///
    /// By default a `nonce` marks an ID token. A profile that allows it needs a distinguishing claim, even if
    /// its `typ` distinguishes access tokens.
    pub fn nonce_allowed(mut self, reason: impl Into<String>) -> Self {
        self.nonce_reason = Some(reason.into());
        self
    }

    /// Sets the maximum token lifetime, `exp` minus `iat`: at most 90 minutes, for the given reason.
    ///
    /// By default it is 30 minutes. [`Issuer::max_token_lifetime`](crate::Issuer::max_token_lifetime) has precedence.
    pub fn max_token_lifetime(mut self, lifetime: Duration, reason: impl Into<String>) -> Self {
        self.lifetime = Some((lifetime, reason.into()));
        self
    }

    pub(super) const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the maximum lifetime and its reason, if the profile sets one.
    pub(crate) fn lifetime(&self) -> Option<(Duration, &str)> {
        let lifetime = self.lifetime.as_ref();
        lifetime.map(|(lifetime, reason)| (*lifetime, reason.as_str()))
    }

    /// Returns the rules; they are only meaningful if [`check`](Self::check) accepts the profile.
    pub(super) fn format(&self) -> TokenFormat {
        let types: Vec<_> = self.types.iter().map(|typ| subtype(typ)).collect();
        let mut claim_names = ClaimNames::new(
            self.client_id.claim,
            self.token_id.claim,
            if self.scope_as_list {
                ScopeClaim::StringOrArray(self.scope)
            } else {
                ScopeClaim::String(self.scope)
            },
        );
        claim_names.marker = self.marker_values.first().copied();
        claim_names.present = Cow::Owned(self.markers.clone());
        claim_names.of_id_tokens = Cow::Owned(self.of_id_tokens.clone());
        claim_names.allows_nonce = self.nonce_reason.is_some();
        claim_names.checks_kind = true;
        let mut required = Vec::new();
        if !self.token_id.is_optional {
            required.push(RequiredClaim::TokenId);
        }
        if !self.client_id.is_optional {
            required.push(RequiredClaim::ClientId);
        }
        TokenFormat {
            name: self.name,
            types: if types.is_empty() {
                Cow::Borrowed(&["at+jwt"])
            } else {
                Cow::Owned(types)
            },
            type_optional: self.type_optional,
            claim_names,
            audience: AudienceClaim::Aud,
            required: Cow::Owned(required),
            roles_pointer: self.roles_pointer,
            max_lifetime: self.lifetime.as_ref().map(|(lifetime, _)| *lifetime),
            max_token_len: None,
            relaxations: &[],
        }
    }

    /// Lists the relaxations, one sentence each.
    pub(super) fn relaxations(&self) -> Vec<String> {
        let mut listed = Vec::new();
        let by = self.distinction();
        for typ in self.types.iter().filter(|typ| !is_access_token_type(typ)) {
            listed.push(format!("the header's `typ` may be `{typ}`{by}"));
        }
        for typ in self.types.iter().filter(|typ| is_access_token_type(typ)) {
            if !subtype(typ).eq_ignore_ascii_case("at+jwt") {
                listed.push(format!("the header's `typ` may be `{typ}`"));
            }
        }
        if self.type_optional {
            listed.push(format!("the header may have no `typ`{by}"));
        }
        if let Some(reason) = &self.nonce_reason {
            listed.push(format!("a token may have a `nonce`, because {reason}"));
        }
        for (role, claim, default) in [
            ("the client is", self.client_id.claim, "client_id"),
            ("the token's identifier is", self.token_id.claim, "jti"),
            ("scopes are", self.scope, "scope"),
        ] {
            if claim != default {
                listed.push(format!("{role} in `{claim}`"));
            }
        }
        if self.scope_as_list {
            listed.push(format!("`{}` may be a list", self.scope));
        }
        for Identifier { claim, is_optional } in [self.client_id, self.token_id] {
            if is_optional {
                listed.push(format!("`{claim}` is not required"));
            }
        }
        if let Some((lifetime, reason)) = &self.lifetime {
            let seconds = lifetime.as_secs();
            listed.push(format!("tokens live up to {seconds} s, because {reason}"));
        }
        listed
    }

    /// Describes the claims that distinguish access tokens, as the end of a sentence.
    fn distinction(&self) -> String {
        let present = self.markers.iter().map(|claim| format!("`{claim}`"));
        let values = self.marker_values.iter();
        let values = values.map(|(claim, value)| format!("`{value}` in `{claim}`"));
        let claims: Vec<_> = present.chain(values).collect();
        if claims.is_empty() {
            return String::new();
        }
        format!("; access tokens are recognized by {}", claims.join(" and "))
    }
}

impl From<CustomProfile> for Profile {
    fn from(profile: CustomProfile) -> Self {
        Self::Custom(Box::new(profile))
    }
}
