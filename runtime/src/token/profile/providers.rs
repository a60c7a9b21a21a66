//! The profiles' data, each as the provider's own documentation has it.
//!
//! The address above each profile is where its lines come from. Where a document leaves a
//! point open, the stricter reading stands here, with a comment.

use std::time::Duration;

use crate::token::claim_names::{ClaimNames, ScopeClaim};
use crate::token::profile::form::{AudienceClaim, Demand, Form};

pub(super) const RFC_9068: Form = Form {
    name: "RFC 9068",
    types: &["at+jwt"],
    may_be_untyped: false,
    names: ClaimNames {
        client_id: "client_id",
        token_id: "jti",
        scope: ScopeClaim::Text("scope"),
        marker: None,
    },
    audience: AudienceClaim::Aud,
    demands: &[Demand::TokenId, Demand::ClientId],
    roles: "/roles",
    lifetime: None,
    lowers: &[],
};

/// What an introspection endpoint answers ([RFC 7662 §2.2]): nothing but `active` has to be there,
/// so that `sub`, `aud`, `exp` and `iat`, which are demanded of every token, are all.
///
/// [RFC 7662 §2.2]: https://www.rfc-editor.org/rfc/rfc7662#section-2.2
#[cfg(feature = "introspection")]
pub(super) const RFC_7662: Form = Form {
    name: "RFC 7662",
    types: &[],
    may_be_untyped: false,
    names: RFC_9068.names,
    audience: AudienceClaim::Aud,
    demands: &[],
    roles: "/roles",
    lifetime: None,
    lowers: &[
        "an opaque token's kind is judged only where the answer has `token_type`, `token_use` or `typ`",
        "`iss`, `client_id` and `jti` are not demanded of an opaque token: RFC 7662 leaves them open",
    ],
};

/// <https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference>,
/// and `id-token-claims-reference` beside it.
///
/// An ID token has `typ`, `ver`, `uti` and `roles` as well, and where an API and its client
/// are one registration the same `aud`; it has no `azp`. The document promises no claim for
/// ever; those that every documented token has are demanded, `uti` among them.
///
/// Lifetimes are from 60 to 90 minutes by chance (`configurable-token-lifetimes`). That `iat`
/// lies five minutes before the token is made is documented nowhere: the document's sample
/// of a token that is good for an hour has `exp − iat` of 3900, and
/// <https://github.com/keycloakify/oidc-spa/issues/162> measured the same. A limit of 90
/// minutes would refuse one token in six, at random. A policy can set less, from 10 minutes.
pub(super) const ENTRA: Form = Form {
    name: "Microsoft Entra ID",
    types: &["jwt"],
    may_be_untyped: false,
    names: ClaimNames {
        client_id: "azp",
        token_id: "uti",
        scope: ScopeClaim::Text("scp"),
        marker: Some(("ver", "2.0")),
    },
    audience: AudienceClaim::Aud,
    demands: &[Demand::TokenId, Demand::ClientId, Demand::Grant],
    roles: "/roles",
    lifetime: Some(Duration::from_mins(95)),
    lowers: &[
        "`typ` is `JWT`, which ID tokens have too; an access token is told by `azp` with `scp` or `roles`",
        "tokens live up to 5700 s: Entra issues them for 60 to 90 minutes and sets `iat` 5 minutes back",
    ],
};

/// <https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles>
///
/// An ID token's `aud` is the client, and it has neither `azp` nor `scope`. The lifetime of
/// 24 hours that an API begins with can be set down to any number of seconds.
pub(super) const AUTH0: Form = Form {
    name: "Auth0",
    types: &["jwt"],
    may_be_untyped: false,
    names: ClaimNames {
        client_id: "azp",
        token_id: "jti",
        scope: ScopeClaim::Text("scope"),
        marker: None,
    },
    audience: AudienceClaim::Aud,
    demands: &[Demand::ClientId, Demand::Grant],
    roles: "/permissions",
    lifetime: None,
    lowers: &[
        "`typ` is `JWT`, which ID tokens have too; an access token is told by `azp` with `scope` or `permissions`",
        "`jti` is not demanded: Auth0's tokens have no identifier",
    ],
};

/// <https://developer.okta.com/docs/reference/api/oidc/#access-token>
///
/// The header has `alg` and `kid` and nothing else. An ID token has `jti` and may have
/// `groups`; it has no `cid` and no `scp`, which every access token has. Tokens of the org
/// authorization server are Okta's own: their form may change, their keys are not published,
/// and they carry `typ` `application/okta-internal-at+jwt`. Lifetimes can be set from 5 minutes.
pub(super) const OKTA: Form = Form {
    name: "Okta",
    types: &[],
    may_be_untyped: true,
    names: ClaimNames {
        client_id: "cid",
        token_id: "jti",
        scope: ScopeClaim::List("scp"),
        marker: None,
    },
    audience: AudienceClaim::Aud,
    demands: &[Demand::TokenId, Demand::ClientId, Demand::Scope],
    roles: "/groups",
    lifetime: None,
    lowers: &["the header has no `typ`; an access token is told by `cid` with `scp`"],
};

/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html>
///
/// The header has `alg` and `kid` and nothing else. An ID token has `token_use` `id`, its
/// client in `aud`, and `cognito:groups` as well. Lifetimes can be set from 5 minutes.
pub(super) const COGNITO: Form = Form {
    name: "Amazon Cognito",
    types: &[],
    may_be_untyped: true,
    names: ClaimNames {
        client_id: "client_id",
        token_id: "jti",
        scope: ScopeClaim::Text("scope"),
        marker: Some(("token_use", "access")),
    },
    audience: AudienceClaim::AudOrClientId,
    demands: &[Demand::TokenId, Demand::ClientId, Demand::Scope],
    roles: "/cognito:groups",
    lifetime: None,
    lowers: &[
        "the header has no `typ`; an access token is told by `token_use` `access`",
        "`aud` may be absent; `client_id` is then compared with the audience",
    ],
};

/// <https://www.keycloak.org/docs/latest/server_admin/> and `upgrading` beside it.
///
/// The header's `typ` is `JWT`, or `at+jwt` where the client is set so. The payload has a `typ`
/// of its own: `Bearer` for access tokens, `ID`, `Refresh`, `Offline` or `Logout` for
/// others, `DPoP` for bound ones. Before version 25, access tokens repeat the `nonce`; as
/// nothing but that tells of an ID token in general, they stay refused.
pub(super) const KEYCLOAK: Form = Form {
    name: "Keycloak",
    types: &["jwt", "at+jwt"],
    may_be_untyped: false,
    names: ClaimNames {
        client_id: "azp",
        token_id: "jti",
        scope: ScopeClaim::Text("scope"),
        marker: Some(("typ", "Bearer")),
    },
    audience: AudienceClaim::Aud,
    demands: &[Demand::TokenId, Demand::ClientId, Demand::Grant],
    roles: "/realm_access/roles",
    lifetime: None,
    lowers: &[
        "the header's `typ` may be `JWT`, which ID tokens have too; an access token is told by `Bearer` in the claim `typ`",
    ],
};
