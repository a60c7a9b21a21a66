//! Microsoft Entra ID.

use super::*;

const TENANT: &str = "https://login.microsoftonline.com/0b7c5d1e-4a52-4c0b-9d1f-7a3f2e9b6c10/v2.0";
const OTHER_TENANT: &str =
    "https://login.microsoftonline.com/d2f6a8c3-90b4-4e7d-8a65-1c3b5d7e9f02/v2.0";
const API: &str = "6f1c9a52-7b3e-4d08-a2c4-5e9d8b7f6a31";
const CLIENT: &str = "a83e0d47-2c6b-4f95-b1d8-0e7c9a5f3b62";

fn shape() -> Shape {
    Shape {
        profile: Profile::Entra,
        url: TENANT,
        audience: API,
        typ: Some("JWT"),
        user: json!({
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
        machine: json!({
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
    }
}

async fn provider() -> Provider {
    Provider::new(shape()).await
}

#[tokio::test]
async fn a_users_token_is_told_as_it_is() {
    let entra = provider().await;
    let token = entra.accept(&entra.shape.user).await;
    assert_eq!(token.issuer(), TENANT);
    assert_eq!(token.subject(), "pairwise-subject-of-alice");
    assert_eq!(token.client_id(), Some(CLIENT));
    assert_eq!(token.jti(), Some("u1-Alice"));
    assert_eq!(token.scopes().as_str(), "orders.read orders.write");
    assert_eq!(roles(&token), ["Orders.Approver"]);
}

#[tokio::test]
async fn a_clients_own_token_is_told_as_it_is() {
    let entra = provider().await;
    let token = entra.accept(&entra.shape.machine).await;
    assert_eq!(token.subject(), "7e2b4d60-1f8a-4c93-b5d7-6a0c8e3f9b14");
    assert_eq!(token.client_id(), Some(CLIENT));
    assert_eq!(token.jti(), Some("u2-Robot"));
    assert_eq!(token.scopes().as_str(), "");
    assert_eq!(roles(&token), ["Orders.Read.All"]);
}

/// An API and its client may be one registration: the same `aud`, `ver`, `uti` and `roles`.
#[tokio::test]
async fn an_id_token_of_the_same_registration_is_refused() {
    let entra = provider().await;
    let id_token = entra.user_without(&["azp", "azpacr", "scp"]);
    assert_eq!(
        entra.validate(&id_token).await,
        Err(TokenError::MissingClaim("azp"))
    );
    entra.refuses_id_tokens_and_bound_ones().await;
}

/// Version 1.0 has another issuer, `appid` for `azp`, and says `1.0`.
#[tokio::test]
async fn a_token_of_version_1_is_refused() {
    let entra = provider().await;
    let sts = "https://sts.windows.net/0b7c5d1e-4a52-4c0b-9d1f-7a3f2e9b6c10/";
    entra.refuses_issuers(&[sts]).await;
    let mut old = entra.user_without(&["azp", "azpacr"]);
    old["appid"] = CLIENT.into();
    old["ver"] = "1.0".into();
    assert_eq!(
        entra.validate(&old).await,
        Err(TokenError::WrongClaim("ver"))
    );
    let renamed = entra.user_with("ver", "1.0");
    assert_eq!(
        entra.validate(&renamed).await,
        Err(TokenError::WrongClaim("ver"))
    );
}

/// All tenants' tokens are signed with the same keys.
#[tokio::test]
async fn another_tenants_token_is_refused() {
    let entra = provider().await;
    entra
        .refuses_issuers(&[
            OTHER_TENANT,
            "https://login.microsoftonline.com/common/v2.0",
            "https://login.microsoftonline.com/organizations/v2.0",
            "https://login.microsoftonline.com/{tenantid}/v2.0",
            "https://login.microsoftonline.com/0B7C5D1E-4A52-4C0B-9D1F-7A3F2E9B6C10/v2.0",
        ])
        .await;
}

#[tokio::test]
async fn two_trusted_tenants_keep_their_own_audiences() {
    let entra = provider().await;
    let other = EmbeddedIssuer::new(OTHER_TENANT);
    let server = ResourceServer::builder()
        .trust(entra.test.issuer.issuer(API).profile(Profile::Entra))
        .trust(other.issuer("other-api").profile(Profile::Entra))
        .clock(entra.test.clock.clone())
        .build()
        .await
        .unwrap();
    for (iss, aud, expected) in [
        (TENANT, API, Ok(())),
        (OTHER_TENANT, "other-api", Ok(())),
        (TENANT, "other-api", Err(TokenError::Audience)),
        (OTHER_TENANT, API, Err(TokenError::Audience)),
    ] {
        let mut claims = entra.user_with("iss", iss);
        claims["aud"] = aud.into();
        let token = entra.sign(Some("JWT"), &claims);
        assert_eq!(validate(&server, &token).await, expected, "{iss} {aud}");
    }
}

/// Any client of a tenant gets a token for any API of it; without a role it may do nothing.
#[tokio::test]
async fn a_client_that_was_given_nothing_is_refused() {
    let entra = provider().await;
    let mut nothing = without(&entra.shape.machine, &["roles"]);
    let missing = Err(TokenError::MissingClaim("scp"));
    assert_eq!(entra.validate(&nothing).await, missing);
    nothing["roles"] = json!([]);
    assert_eq!(entra.validate(&nothing).await, missing);
    nothing["scp"] = "".into();
    assert_eq!(entra.validate(&nothing).await, missing);
}

#[tokio::test]
async fn what_every_token_has_is_demanded() {
    let entra = provider().await;
    entra
        .demands(&["iss", "sub", "aud", "exp", "iat", "azp", "uti", "ver"])
        .await;
    entra
        .demands_texts(&["iss", "sub", "azp", "uti", "ver"])
        .await;
}

#[tokio::test]
async fn scopes_are_one_text_and_roles_a_list() {
    let entra = provider().await;
    let list = entra.user_with("scp", json!(["orders.read"]));
    assert_eq!(
        entra.validate(&list).await,
        Err(TokenError::WrongClaim("scp"))
    );
    for roles in [json!("Orders.Approver"), json!({}), json!([1]), json!(null)] {
        let wrong = entra.user_with("roles", roles);
        assert_eq!(
            entra.validate(&wrong).await,
            Err(TokenError::WrongClaim("roles"))
        );
    }
    let elsewhere = entra.user_with("scope", "admin");
    let token = entra.accept(&elsewhere).await;
    assert_eq!(token.scopes().as_str(), "orders.read orders.write");
}

/// Above 200 groups the claim is no list any more; a text in its place is not "no roles".
#[tokio::test]
async fn groups_that_are_elsewhere_are_not_taken_for_none() {
    let entra = Provider::with(shape(), |issuer| issuer.roles_claim("/groups")).await;
    let few = entra.user_with("groups", json!(["g1"]));
    assert_eq!(roles(&entra.accept(&few).await), ["g1"]);
    let many = entra.user_with("groups", "src1");
    assert_eq!(
        entra.validate(&many).await,
        Err(TokenError::WrongClaim("roles"))
    );
}

#[tokio::test]
async fn only_jwt_is_its_type() {
    let entra = provider().await;
    let types = [None, Some("at+jwt"), Some("application/at+jwt"), Some("")];
    entra.refuses_types(&types).await;
    let token = &entra.shape.user;
    assert_eq!(
        entra.under_rfc_9068(Some("JWT"), token).await,
        Err(TokenError::Type)
    );
    assert_eq!(
        entra.under_rfc_9068(Some("at+jwt"), token).await,
        Err(TokenError::MissingClaim("jti"))
    );
}

#[tokio::test]
async fn another_apis_token_is_refused() {
    let entra = provider().await;
    let api_uri = format!("api://{API}");
    let graph = "00000003-0000-0000-c000-000000000000";
    entra
        .refuses_audiences(&[json!(CLIENT), json!(api_uri), json!(graph), json!([graph])])
        .await;
}

/// 60 to 90 minutes and five; what continuous access evaluation makes of it is refused.
#[tokio::test]
async fn a_token_lives_up_to_95_minutes() {
    let entra = provider().await;
    entra.lives_up_to(5_700).await;
    let lower = Provider::with(shape(), |issuer| {
        let lifetime = std::time::Duration::from_mins(15);
        issuer.max_token_lifetime(lifetime, "the tenant's policy says 10 minutes")
    })
    .await;
    lower.lives_up_to(900).await;
}

#[tokio::test]
async fn the_report_says_what_is_lowered() {
    assert_eq!(
        provider().await.relaxations(),
        [
            "`typ` is `JWT`, as in ID tokens; access tokens are recognized by `azp` with `scp` or `roles`",
            "tokens live up to 5700 s: Entra issues them for 60 to 90 minutes and backdates `iat` by 5 minutes",
        ]
    );
}
