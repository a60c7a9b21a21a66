//! The formats of access tokens: RFC 9068, and the providers that differ from it.

mod custom;
mod format;
mod providers;

use std::borrow::Cow;

pub use self::custom::{CustomProfile, ProfileError};
pub(crate) use self::format::TokenFormat;
pub(super) use self::format::require_non_empty;

/// The format of an issuer's access tokens.
///
/// Every profile requires a signature by one of the issuer's keys, this API as the audience,
/// and `iss`, `sub`, `exp` and `iat`. Every profile rejects ID tokens and tokens that are bound to
/// a key. The relaxations relative to [`Rfc9068`](Self::Rfc9068) are listed by
/// [`ResourceServer::relaxations`](crate::ResourceServer::relaxations) and the
/// [inventory](crate::Api::inventory). [`Profile::custom`] describes any other provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// JWT access tokens according to [RFC 9068]; the default.
    ///
    /// `typ` is `at+jwt`; `jti` and `client_id` are required. Scopes are in `scope`, roles in
    /// `roles`.
    ///
    /// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068
    #[default]
    Rfc9068,
    /// Microsoft Entra ID, access tokens of version 2.0.
    ///
    /// The client is in `azp`, the token's identifier in `uti`, scopes are in `scp`, roles in
    /// `roles`. Tokens are valid for 60 to 90 minutes. Set `requestedAccessTokenVersion` to 2 in the
    /// API's manifest: tokens of version 1.0 have another issuer and other claim names. All tenants
    /// share their keys; trust one [`Issuer`](crate::Issuer) per tenant.
    Entra,
    /// Auth0's own token profile; an API that uses Auth0's RFC 9068 profile does not need this one.
    ///
    /// The client is in `azp`, scopes are in `scope`, roles (permissions) in `permissions`.
    /// Tokens have no identifier. They are valid for 24 hours unless the API's settings shorten that.
    Auth0,
    /// Okta, tokens of a custom authorization server such as `…/oauth2/default`.
    ///
    /// The client is in `cid`, scopes are in `scp`, roles in `groups` if the server is configured
    /// to add them. Tokens of the org authorization server are for Okta itself only.
    Okta,
    /// Amazon Cognito user pools.
    ///
    /// The audience is `aud` if the token is bound to a resource, and otherwise the app client's ID.
    /// Scopes are in `scope`, roles in `cognito:groups`.
    Cognito,
    /// Keycloak 25 and later; access tokens of earlier versions may have a `nonce`, as ID tokens do.
    ///
    /// The client is in `azp`, scopes are in `scope`, roles in `realm_access.roles`. `aud` names
    /// this API only if the client has an audience mapper.
    Keycloak,
    /// Another provider, with explicit relaxations; see [`Profile::custom`].
    Custom(Box<CustomProfile>),
}

/// The format of introspection responses.
#[cfg(feature = "introspection")]
pub(crate) static INTROSPECTION_FORMAT: &TokenFormat = &providers::RFC_7662;

impl Profile {
    /// Returns the profile's rules.
    pub(crate) fn format(&self) -> Cow<'static, TokenFormat> {
        Cow::Borrowed(match self {
            Self::Rfc9068 => &providers::RFC_9068,
            Self::Entra => &providers::ENTRA,
            Self::Auth0 => &providers::AUTH0,
            Self::Okta => &providers::OKTA,
            Self::Cognito => &providers::COGNITO,
            Self::Keycloak => &providers::KEYCLOAK,
            Self::Custom(custom) => return Cow::Owned(custom.format()),
        })
    }

    /// Returns the profile's name for display.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Custom(custom) => custom.name(),
            named => named.format().name,
        }
    }

    /// Lists the relaxations relative to RFC 9068, one sentence each.
    pub(crate) fn relaxations(&self) -> Vec<String> {
        match self {
            Self::Custom(custom) => custom.relaxations(),
            named => {
                let relaxations = named.format().relaxations.iter();
                relaxations.map(|&text| text.to_owned()).collect()
            }
        }
    }
}
