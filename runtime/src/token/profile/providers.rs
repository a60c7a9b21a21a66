//! The formats of the profiles, according to each provider's documentation.
//!
//! The URL above a format is its source. If the documentation is ambiguous, the format follows
//! the stricter reading, and a comment says so.

use std::borrow::Cow;
use std::time::Duration;

use crate::token::claim_names::{ClaimNames, ScopeClaim};
use crate::token::profile::format::{AudienceClaim, RequiredClaim, TokenFormat};

const RFC_9068_CLAIMS: ClaimNames =
    ClaimNames::new("client_id", "jti", ScopeClaim::String("scope"));

pub(super) static RFC_9068: TokenFormat = TokenFormat {
    name: "RFC 9068",
    types: Cow::Borrowed(&["at+jwt"]),
    type_optional: false,
    claim_names: RFC_9068_CLAIMS,
    audience: AudienceClaim::Aud,
    required: Cow::Borrowed(&[RequiredClaim::TokenId, RequiredClaim::ClientId]),
    roles_pointer: "/roles",
    max_lifetime: None,
    max_token_len: None,
    relaxations: &[],
};

/// An introspection response ([RFC 7662 §2.2]).
///
/// The specification requires no member but `active`, so the format requires only `sub`, `aud`,
/// `exp` and `iat`, as every format does.
///
/// [RFC 7662 §2.2]: https://www.rfc-editor.org/rfc/rfc7662#section-2.2
#[cfg(feature = "introspection")]
pub(super) static RFC_7662: TokenFormat = TokenFormat {
    name: "RFC 7662",
    types: Cow::Borrowed(&[]),
    type_optional: false,
    claim_names: RFC_9068_CLAIMS,
    audience: AudienceClaim::Aud,
    required: Cow::Borrowed(&[]),
    roles_pointer: "/roles",
    max_lifetime: None,
    max_token_len: None,
    relaxations: &[
        "an opaque token's kind is checked only if the response has `token_type`, `token_use` or `typ`",
        "opaque tokens need no `iss`, `client_id` and `jti`: RFC 7662 makes them optional",
    ],
};

/// <https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference>
/// and the `id-token-claims-reference` next to it.
///
/// An ID token also has `typ`, `ver`, `uti` and `roles`, and the same `aud` if an API and its
/// client share a registration, but no `azp`. The documentation does not guarantee any claim; the
/// format requires those that every documented token has, including `uti`.
///
/// Lifetimes are random between 60 and 90 minutes (`configurable-token-lifetimes`). Entra sets
/// `iat` five minutes before the time of issue, which is not documented: the sample of a token
/// that is valid for an hour has `exp − iat` of 3900, and
/// <https://github.com/keycloakify/oidc-spa/issues/162> measured the same. A limit of 90
/// minutes would reject one token in six at random. A policy can set 10 minutes or more.
///
/// `groups` has up to 200 object IDs, which makes a token of about 12 KiB; above 200 the claim is
/// replaced by a link (`access-token-claims-reference`, "groups overage claim").
pub(super) static ENTRA: TokenFormat = TokenFormat {
    name: "Microsoft Entra ID",
    types: Cow::Borrowed(&["jwt"]),
    type_optional: false,
    claim_names: ClaimNames::new("azp", "uti", ScopeClaim::String("scp")).marked_by("ver", "2.0"),
    audience: AudienceClaim::Aud,
    required: Cow::Borrowed(&[
        RequiredClaim::TokenId,
        RequiredClaim::ClientId,
        RequiredClaim::Grant,
    ]),
    roles_pointer: "/roles",
    max_lifetime: Some(Duration::from_mins(95)),
    max_token_len: Some(16 * 1024),
    relaxations: &[
        "`typ` is `JWT`, as in ID tokens; access tokens are recognized by `azp` with `scp` or `roles`",
        "tokens live up to 5700 s: Entra issues them for 60 to 90 minutes and backdates `iat` by 5 minutes",
    ],
};

/// <https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles>
///
/// An ID token's `aud` is the client, and it has neither `azp` nor `scope`. An API's default
/// lifetime of 24 hours can be reduced to any number of seconds.
pub(super) static AUTH0: TokenFormat = TokenFormat {
    name: "Auth0",
    types: Cow::Borrowed(&["jwt"]),
    type_optional: false,
    claim_names: ClaimNames::new("azp", "jti", ScopeClaim::String("scope")),
    audience: AudienceClaim::Aud,
    required: Cow::Borrowed(&[RequiredClaim::ClientId, RequiredClaim::Grant]),
    roles_pointer: "/permissions",
    max_lifetime: None,
    max_token_len: None,
    relaxations: &[
        "`typ` is `JWT`, as in ID tokens; access tokens are recognized by `azp` with `scope` or `permissions`",
        "`jti` is not required: Auth0's tokens have no identifier",
    ],
};

/// <https://developer.okta.com/docs/reference/api/oidc/#access-token>
///
/// The header has only `alg` and `kid`. An ID token has `jti` and may have `groups`, but neither
/// `cid` nor `scp`, which every access token has. Tokens of the org authorization server are for
/// Okta only: their format may change, their keys are not published, and their `typ` is
/// `application/okta-internal-at+jwt`. The minimum lifetime is 5 minutes.
pub(super) static OKTA: TokenFormat = TokenFormat {
    name: "Okta",
    types: Cow::Borrowed(&[]),
    type_optional: true,
    claim_names: ClaimNames::new("cid", "jti", ScopeClaim::Array("scp")),
    audience: AudienceClaim::Aud,
    required: Cow::Borrowed(&[
        RequiredClaim::TokenId,
        RequiredClaim::ClientId,
        RequiredClaim::Scope,
    ]),
    roles_pointer: "/groups",
    max_lifetime: None,
    max_token_len: None,
    relaxations: &["the header has no `typ`; access tokens are recognized by `cid` with `scp`"],
};

/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html>
///
/// The header has only `alg` and `kid`. An ID token has the `token_use` `id`, its client in `aud`,
/// and `cognito:groups`. The minimum lifetime is 5 minutes.
pub(super) static COGNITO: TokenFormat = TokenFormat {
    name: "Amazon Cognito",
    types: Cow::Borrowed(&[]),
    type_optional: true,
    claim_names: ClaimNames::new("client_id", "jti", ScopeClaim::String("scope"))
        .marked_by("token_use", "access"),
    audience: AudienceClaim::AudOrClientId,
    required: Cow::Borrowed(&[
        RequiredClaim::TokenId,
        RequiredClaim::ClientId,
        RequiredClaim::Scope,
    ]),
    roles_pointer: "/cognito:groups",
    max_lifetime: None,
    max_token_len: None,
    relaxations: &[
        "the header has no `typ`; access tokens are recognized by the `token_use` `access`",
        "`aud` may be absent; then `client_id` must be the audience",
    ],
};

/// <https://www.keycloak.org/docs/latest/server_admin/> and the `upgrading` guide next to it.
///
/// The header's `typ` is `JWT`, or `at+jwt` if the client is configured so. The payload also has
/// a `typ`: `Bearer` for access tokens, `DPoP` for bound access tokens, and `ID`, `Refresh`,
/// `Offline` or `Logout` for other tokens. Access tokens before version 25 repeat the `nonce`.
/// They are rejected, because `nonce` generally marks an ID token.
pub(super) static KEYCLOAK: TokenFormat = TokenFormat {
    name: "Keycloak",
    types: Cow::Borrowed(&["jwt", "at+jwt"]),
    type_optional: false,
    claim_names: ClaimNames::new("azp", "jti", ScopeClaim::String("scope"))
        .marked_by("typ", "Bearer"),
    audience: AudienceClaim::Aud,
    required: Cow::Borrowed(&[
        RequiredClaim::TokenId,
        RequiredClaim::ClientId,
        RequiredClaim::Grant,
    ]),
    roles_pointer: "/realm_access/roles",
    max_lifetime: None,
    max_token_len: None,
    relaxations: &[
        "the header's `typ` may be `JWT`, as in ID tokens; access tokens are recognized by `Bearer` in the claim `typ`",
    ],
};
