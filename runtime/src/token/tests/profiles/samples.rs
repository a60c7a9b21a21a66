//! Sample access tokens, as each provider documents them.

use serde_json::{Value, json};

use crate::token::Profile;

/// A provider's tokens, and the settings of a server that trusts them.
pub(super) struct Sample {
    pub(super) profile: Profile,
    pub(super) issuer: &'static str,
    pub(super) audience: &'static str,
    /// The header's `typ`, if the provider sets one.
    pub(super) typ: Option<&'static str>,
    /// A token that a client obtained for a user.
    pub(super) user: SampleToken,
    /// A token that a client obtained for itself.
    pub(super) client: SampleToken,
}

/// Claims without `iat` and `exp`, and the values of the verified token.
pub(super) struct SampleToken {
    pub(super) claims: Value,
    pub(super) subject: &'static str,
    pub(super) client_id: Option<&'static str>,
    pub(super) jti: Option<&'static str>,
    pub(super) scopes: &'static str,
    pub(super) roles: &'static [&'static str],
}

pub(super) const PROVIDERS: [fn() -> Sample; 5] = [
    keycloak::sample,
    entra::sample,
    auth0::sample,
    cognito::sample,
    okta::sample,
];

pub(super) mod keycloak {
    use super::*;

    pub(in super::super) const REALM: &str = "https://sso.acme.test/realms/acme";
    pub(in super::super) const API: &str = "orders-api";
    pub(in super::super) const CLIENT: &str = "orders-web";

    pub(in super::super) fn sample() -> Sample {
        Sample {
            profile: Profile::Keycloak,
            issuer: REALM,
            audience: API,
            typ: Some("JWT"),
            user: SampleToken {
                claims: json!({
                    "jti": "onrtac:5d1f-alice",
                    "iss": REALM,
                    "aud": [API, "account"],
                    "sub": "f1c2-alice",
                    "typ": "Bearer",
                    "azp": CLIENT,
                    "sid": "s-1",
                    "acr": "1",
                    "allowed-origins": ["https://orders.acme.test"],
                    "realm_access": {"roles": ["approver", "offline_access"]},
                    "resource_access": {
                        API: {"roles": ["order-clerk"]},
                        "account": {"roles": ["manage-account"]},
                    },
                    "scope": "openid orders:read",
                    "email_verified": true,
                    "preferred_username": "alice",
                }),
                subject: "f1c2-alice",
                client_id: Some(CLIENT),
                jti: Some("onrtac:5d1f-alice"),
                scopes: "openid orders:read",
                roles: &["approver", "offline_access"],
            },
            client: SampleToken {
                claims: json!({
                    "jti": "trrtcc:7a2b-robot",
                    "iss": REALM,
                    "aud": API,
                    "sub": "a9d8-robot",
                    "typ": "Bearer",
                    "azp": "robot",
                    "acr": "1",
                    "realm_access": {"roles": ["importer"]},
                    "scope": "orders:write",
                    "clientHost": "192.0.2.7",
                    "preferred_username": "service-account-robot",
                    "client_id": "robot",
                }),
                subject: "a9d8-robot",
                client_id: Some("robot"),
                jti: Some("trrtcc:7a2b-robot"),
                scopes: "orders:write",
                roles: &["importer"],
            },
        }
    }
}

pub(super) mod entra {
    use super::*;

    pub(in super::super) const TENANT: &str =
        "https://login.microsoftonline.com/0b7c5d1e-4a52-4c0b-9d1f-7a3f2e9b6c10/v2.0";
    pub(in super::super) const OTHER_TENANT: &str =
        "https://login.microsoftonline.com/d2f6a8c3-90b4-4e7d-8a65-1c3b5d7e9f02/v2.0";
    pub(in super::super) const API: &str = "6f1c9a52-7b3e-4d08-a2c4-5e9d8b7f6a31";
    pub(in super::super) const CLIENT: &str = "a83e0d47-2c6b-4f95-b1d8-0e7c9a5f3b62";

    pub(in super::super) fn sample() -> Sample {
        Sample {
            profile: Profile::Entra,
            issuer: TENANT,
            audience: API,
            typ: Some("JWT"),
            user: SampleToken {
                claims: json!({
                    "aud": API,
                    "iss": TENANT,
                    "aio": "opaque",
                    "azp": CLIENT,
                    "azpacr": "0",
                    "name": "Alice",
                    "oid": "3c5e7a91-0b2d-4f68-9a1c-8d6e4b2f0a75",
                    "preferred_username": "alice@contoso.example",
                    "rh": "opaque",
                    "roles": ["Orders.Approver"],
                    "scp": "orders.read orders.write",
                    "sub": "pairwise-subject-of-alice",
                    "tid": "0b7c5d1e-4a52-4c0b-9d1f-7a3f2e9b6c10",
                    "uti": "u1-Alice",
                    "ver": "2.0",
                }),
                subject: "pairwise-subject-of-alice",
                client_id: Some(CLIENT),
                jti: Some("u1-Alice"),
                scopes: "orders.read orders.write",
                roles: &["Orders.Approver"],
            },
            client: SampleToken {
                claims: json!({
                    "aud": API,
                    "iss": TENANT,
                    "aio": "opaque",
                    "azp": CLIENT,
                    "azpacr": "1",
                    "idtyp": "app",
                    "oid": "7e2b4d60-1f8a-4c93-b5d7-6a0c8e3f9b14",
                    "rh": "opaque",
                    "roles": ["Orders.Read.All"],
                    "sub": "7e2b4d60-1f8a-4c93-b5d7-6a0c8e3f9b14",
                    "tid": "0b7c5d1e-4a52-4c0b-9d1f-7a3f2e9b6c10",
                    "uti": "u2-Robot",
                    "ver": "2.0",
                }),
                subject: "7e2b4d60-1f8a-4c93-b5d7-6a0c8e3f9b14",
                client_id: Some(CLIENT),
                jti: Some("u2-Robot"),
                scopes: "",
                roles: &["Orders.Read.All"],
            },
        }
    }
}

/// Auth0 with its own token format instead of RFC 9068.
pub(super) mod auth0 {
    use super::*;

    pub(in super::super) const TENANT: &str = "https://acme.au.auth0.test/";
    pub(in super::super) const API: &str = "https://orders.acme.test";
    pub(in super::super) const USERINFO: &str = "https://acme.au.auth0.test/userinfo";
    pub(in super::super) const CLIENT: &str = "q7RkZ2nLw5";

    pub(in super::super) fn sample() -> Sample {
        Sample {
            profile: Profile::Auth0,
            issuer: TENANT,
            audience: API,
            typ: Some("JWT"),
            user: SampleToken {
                claims: json!({
                    "iss": TENANT,
                    "sub": "auth0|65a1c0ffee",
                    "aud": [API, USERINFO],
                    "azp": CLIENT,
                    "scope": "openid profile read:orders",
                    "permissions": ["read:orders"],
                }),
                subject: "auth0|65a1c0ffee",
                client_id: Some(CLIENT),
                jti: None,
                scopes: "openid profile read:orders",
                roles: &["read:orders"],
            },
            client: SampleToken {
                claims: json!({
                    "iss": TENANT,
                    "sub": "q7RkZ2nLw5@clients",
                    "aud": API,
                    "azp": CLIENT,
                    "scope": "read:orders write:orders",
                    "gty": "client-credentials",
                }),
                subject: "q7RkZ2nLw5@clients",
                client_id: Some(CLIENT),
                jti: None,
                scopes: "read:orders write:orders",
                roles: &[],
            },
        }
    }
}

/// Amazon Cognito user pools.
pub(super) mod cognito {
    use super::*;

    pub(in super::super) const POOL: &str =
        "https://cognito-idp.ap-southeast-2.amazonaws.test/ap-southeast-2_pool1";
    pub(in super::super) const CLIENT: &str = "57client890";
    pub(in super::super) const API: &str = "https://orders.acme.test";

    pub(in super::super) fn sample() -> Sample {
        Sample {
            profile: Profile::Cognito,
            issuer: POOL,
            audience: CLIENT,
            typ: None,
            user: SampleToken {
                claims: json!({
                    "sub": "9b1e6f0a-user",
                    "cognito:groups": ["approvers"],
                    "iss": POOL,
                    "version": 2,
                    "client_id": CLIENT,
                    "origin_jti": "origin-1",
                    "event_id": "event-1",
                    "token_use": "access",
                    "scope": "openid orders/read",
                    "auth_time": 1_700_000_000,
                    "jti": "jti-1",
                    "username": "alice",
                }),
                subject: "9b1e6f0a-user",
                client_id: Some(CLIENT),
                jti: Some("jti-1"),
                scopes: "openid orders/read",
                roles: &["approvers"],
            },
            client: SampleToken {
                claims: json!({
                    "sub": CLIENT,
                    "token_use": "access",
                    "scope": "orders/write",
                    "auth_time": 1_700_000_000,
                    "iss": POOL,
                    "version": 2,
                    "jti": "jti-2",
                    "client_id": CLIENT,
                }),
                subject: CLIENT,
                client_id: Some(CLIENT),
                jti: Some("jti-2"),
                scopes: "orders/write",
                roles: &[],
            },
        }
    }
}

/// Okta, custom authorization servers.
pub(super) mod okta {
    use super::*;

    pub(in super::super) const SERVER: &str = "https://acme.okta.test/oauth2/aus1orders";
    pub(in super::super) const ORG_SERVER: &str = "https://acme.okta.test";
    pub(in super::super) const API: &str = "api://orders";
    pub(in super::super) const CLIENT: &str = "0oa1client";

    pub(in super::super) fn sample() -> Sample {
        Sample {
            profile: Profile::Okta,
            issuer: SERVER,
            audience: API,
            typ: None,
            user: SampleToken {
                claims: json!({
                    "ver": 1,
                    "jti": "AT.alice-1",
                    "iss": SERVER,
                    "aud": API,
                    "sub": "alice@acme.test",
                    "cid": CLIENT,
                    "uid": "00u1alice",
                    "scp": ["openid", "orders.read"],
                    "groups": ["Approvers"],
                    "auth_time": 1_700_000_000,
                }),
                subject: "alice@acme.test",
                client_id: Some(CLIENT),
                jti: Some("AT.alice-1"),
                scopes: "openid orders.read",
                roles: &["Approvers"],
            },
            client: SampleToken {
                claims: json!({
                    "ver": 1,
                    "jti": "AT.robot-1",
                    "iss": SERVER,
                    "aud": API,
                    "sub": CLIENT,
                    "cid": CLIENT,
                    "scp": ["orders.write"],
                }),
                subject: CLIENT,
                client_id: Some(CLIENT),
                jti: Some("AT.robot-1"),
                scopes: "orders.write",
                roles: &[],
            },
        }
    }
}
