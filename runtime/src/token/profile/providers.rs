//! The profiles' data, each line as the provider's own documentation has it.

use std::time::Duration;

use crate::token::profile::form::{AudienceClaim, Demand, Form, Names, ScopeClaim};

const UNTYPED: &str = "the header's `typ` does not tell access tokens from others; their claims do";

pub(super) const RFC_9068: Form = Form {
    name: "RFC 9068",
    types: &["at+jwt"],
    may_be_untyped: false,
    names: Names {
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

pub(super) const ENTRA: Form = Form {
    name: "Microsoft Entra ID",
    types: &["jwt"],
    may_be_untyped: false,
    names: Names {
        client_id: "azp",
        token_id: "uti",
        scope: ScopeClaim::Text("scp"),
        marker: Some(("ver", "2.0")),
    },
    audience: AudienceClaim::Aud,
    demands: &[Demand::ClientId, Demand::Grant],
    roles: "/roles",
    lifetime: Some(Duration::from_mins(90)),
    lowers: &[
        UNTYPED,
        "tokens live up to 5400 s, as Entra issues them for 60 to 90 minutes",
        "`jti` is not demanded; the token's identifier is `uti`",
    ],
};

pub(super) const AUTH0: Form = Form {
    name: "Auth0",
    types: &["jwt"],
    may_be_untyped: false,
    names: Names {
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
        UNTYPED,
        "`jti` is not demanded: its tokens have no identifier",
    ],
};

pub(super) const OKTA: Form = Form {
    name: "Okta",
    types: &["jwt"],
    may_be_untyped: true,
    names: Names {
        client_id: "cid",
        token_id: "jti",
        scope: ScopeClaim::List("scp"),
        marker: None,
    },
    audience: AudienceClaim::Aud,
    demands: &[Demand::TokenId, Demand::ClientId, Demand::Grant],
    roles: "/groups",
    lifetime: None,
    lowers: &[UNTYPED],
};

pub(super) const COGNITO: Form = Form {
    name: "Amazon Cognito",
    types: &["jwt"],
    may_be_untyped: true,
    names: Names {
        client_id: "client_id",
        token_id: "jti",
        scope: ScopeClaim::Text("scope"),
        marker: Some(("token_use", "access")),
    },
    audience: AudienceClaim::AudOrClientId,
    demands: &[Demand::TokenId, Demand::ClientId, Demand::Grant],
    roles: "/cognito:groups",
    lifetime: None,
    lowers: &[
        UNTYPED,
        "`aud` may be absent; `client_id` is then compared with the audience",
    ],
};

pub(super) const KEYCLOAK: Form = Form {
    name: "Keycloak",
    types: &["jwt"],
    may_be_untyped: false,
    names: Names {
        client_id: "azp",
        token_id: "jti",
        scope: ScopeClaim::Text("scope"),
        marker: Some(("typ", "Bearer")),
    },
    audience: AudienceClaim::Aud,
    demands: &[Demand::TokenId, Demand::ClientId, Demand::Grant],
    roles: "/realm_access/roles",
    lifetime: None,
    lowers: &[UNTYPED],
};
