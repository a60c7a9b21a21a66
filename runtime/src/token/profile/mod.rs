//! What an issuer's access tokens look like: RFC 9068, or a provider that differs.

mod form;
mod providers;

pub(crate) use self::form::Form;
pub(super) use self::form::present;

/// The form of an issuer's access tokens.
///
/// Every profile demands a signature by one of the issuer's keys, `iss`, `sub`, `exp` and
/// `iat`, a token that is meant for this API, and refuses ID tokens and tokens that are bound
/// to a key. What a profile lowers against [`Rfc9068`](Self::Rfc9068) stands in
/// [`ResourceServer::relaxations`](crate::ResourceServer::relaxations) and in the
/// [inventory](crate::Api::inventory).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// JWT access tokens as [RFC 9068] describes them; the default.
    ///
    /// `typ` is `at+jwt`; `jti` and `client_id` are there. Scopes are in `scope`, roles in `roles`.
    ///
    /// [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068
    #[default]
    Rfc9068,
    /// Microsoft Entra ID, access tokens of version 2.0.
    ///
    /// The client is in `azp`, the token's identifier in `uti`, scopes are in `scp`, roles in
    /// `roles`. Its tokens live 60 to 90 minutes. Set `requestedAccessTokenVersion` to 2 in the
    /// API's manifest: tokens of version 1.0 have another issuer and other names. All tenants
    /// share their keys; trust one [`Issuer`](crate::Issuer) for each tenant.
    Entra,
    /// Auth0 with its own token profile; an API that is set to RFC 9068 needs none of this.
    ///
    /// The client is in `azp`, scopes are in `scope`, roles (permissions) in `permissions`.
    /// Tokens have no identifier. They live 24 hours until the API's settings say less.
    Auth0,
    /// Okta, tokens of a custom authorization server (`…/oauth2/default` and the like).
    ///
    /// The client is in `cid`, scopes are in `scp`, roles in `groups` where the server is set to
    /// add them. Tokens of the org authorization server are for Okta alone.
    Okta,
    /// Amazon Cognito user pools.
    ///
    /// The audience is the app client's id: `aud` is there only for tokens that are bound to a
    /// resource, and is then compared instead. Scopes are in `scope`, roles in `cognito:groups`.
    Cognito,
    /// Keycloak, from version 25 on: before, access tokens may have a `nonce` as ID tokens do.
    ///
    /// The client is in `azp`, scopes are in `scope`, roles in `realm_access.roles`. `aud` names
    /// this API only where the client has an audience mapper.
    Keycloak,
}

/// The form of what an introspection endpoint answers.
#[cfg(feature = "introspection")]
pub(crate) const INTROSPECTED: &Form = &providers::RFC_7662;

impl Profile {
    /// The profile as data.
    pub(crate) const fn form(self) -> &'static Form {
        match self {
            Self::Rfc9068 => &providers::RFC_9068,
            Self::Entra => &providers::ENTRA,
            Self::Auth0 => &providers::AUTH0,
            Self::Okta => &providers::OKTA,
            Self::Cognito => &providers::COGNITO,
            Self::Keycloak => &providers::KEYCLOAK,
        }
    }

    /// The profile's name, for people.
    pub const fn name(self) -> &'static str {
        self.form().name
    }
}
