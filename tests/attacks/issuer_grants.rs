//! An issuer that grants scopes or roles which another issuer is trusted for.
//!
//! CWE-269, improper privilege management: the issuer of a partner is compromised, or misconfigured, and
//! issues tokens for administrators.

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use palisade::prelude::*;
use palisade::testing::{EmbeddedIssuer, TokenBuilder};
use palisade_tests::Log;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::all_claims::AllClaims;

const AUDIENCE: &str = "https://api.test";

scopes! {
    /// Read orders.
    ORDERS_READ = "orders:read";
    /// Change orders.
    ORDERS_WRITE = "orders:write";
}

const CLERK: Role = Role::new("clerk");

#[secured(authenticated)]
async fn show_claims(caller: Caller<AllClaims>) -> String {
    json!({
        "claims": caller.claims().members,
        "scopes": caller.scopes().iter().collect::<Vec<_>>(),
        "roles": caller.roles().iter().collect::<Vec<_>>(),
    })
    .to_string()
}

#[secured(scopes = ORDERS_READ)]
async fn read_orders() {}

#[secured(scopes = ORDERS_WRITE)]
async fn write_orders() {}

#[secured(roles = CLERK)]
async fn serve_counter() {}

#[secured(roles = "admin")]
async fn administrate() {}

#[secured(scopes = any(ORDERS_WRITE, "admin"), roles = any(CLERK, "admin"))]
async fn write_as_clerk() {}

#[derive(Clone, Deserialize, Validate)]
struct Account {
    #[garde(skip)]
    number: u128,
    #[garde(skip)]
    limits: [u128; 2],
}

#[secured(authenticated)]
async fn show_account(caller: Caller<Account>) -> String {
    let Account { number, limits } = caller.claims();
    json!(format!("{number} {limits:?} {}", caller.scopes().as_str())).to_string()
}

fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/me", get(show_claims))
        .route("/account", get(show_account))
        .route("/read", get(read_orders))
        .route("/write", get(write_orders))
        .route("/counter", get(serve_counter))
        .route("/admin", get(administrate))
        .route("/both", get(write_as_clerk))
}

/// An API with its own issuer, and a partner's with fewer grants.
struct TwoIssuers {
    api: axum::Router,
    own: EmbeddedIssuer,
    partner: EmbeddedIssuer,
}

impl TwoIssuers {
    async fn new(grants: Grants) -> Self {
        let own = EmbeddedIssuer::new("https://login.example");
        let partner = EmbeddedIssuer::with_own_keys("https://partner.example");
        let server = ResourceServer::builder()
            .trust(own.issuer(AUDIENCE).grants_everything())
            .trust(partner.issuer(AUDIENCE).grants(grants))
            .build()
            .await
            .unwrap();
        let api = routes().protect(server).into_router();
        Self { api, own, partner }
    }

    async fn send(&self, path: &str, token: TokenBuilder) -> (u16, Value) {
        let token = token.audience(AUDIENCE).sign();
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        let request = request.body(Body::empty()).unwrap();
        let response = self.api.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn statuses(&self, token: &TokenBuilder) -> [u16; 6] {
        let mut statuses = [0; 6];
        for (status, path) in statuses
            .iter_mut()
            .zip(["/me", "/read", "/write", "/counter", "/admin", "/both"])
        {
            *status = self.send(path, token.clone()).await.0;
        }
        statuses
    }
}

/// Returns a token of an issuer with every scope and role.
fn powerful(issuer: &EmbeddedIssuer) -> TokenBuilder {
    let token = issuer
        .token("mallory")
        .scopes("orders:read orders:write admin");
    token.roles(["clerk", "admin"])
}

#[tokio::test]
async fn issuer_grants_only_what_it_may() {
    for (grants, expected) in [
        (Grants::none(), [200, 403, 403, 403, 403, 403]),
        (
            Grants::none().scopes([ORDERS_READ]),
            [200, 200, 403, 403, 403, 403],
        ),
        (
            Grants::none().roles([CLERK]),
            [200, 403, 403, 200, 403, 403],
        ),
        (
            Grants::none().scopes([ORDERS_WRITE]).roles([CLERK]),
            [200, 403, 200, 200, 403, 200],
        ),
    ] {
        let test = TwoIssuers::new(grants.clone()).await;
        let partner = test.statuses(&powerful(&test.partner)).await;
        assert_eq!(partner, expected, "{grants}");
        assert_eq!(test.statuses(&powerful(&test.own)).await, [200; 6]);
    }
}

#[tokio::test]
async fn handler_never_sees_what_the_issuer_may_not_grant() {
    let test = TwoIssuers::new(Grants::none().scopes([ORDERS_READ])).await;
    let (status, seen) = test.send("/me", powerful(&test.partner)).await;
    assert_eq!(status, 200);
    assert_eq!(seen["scopes"], json!(["orders:read"]));
    assert_eq!(seen["roles"], json!([]));
    assert_eq!(seen["claims"]["scope"], "orders:read");
    assert_eq!(seen["claims"]["roles"], json!([]));
    assert_eq!(seen["claims"]["sub"], "mallory");
    let text = seen.to_string();
    for absent in ["admin", "clerk", "write"] {
        assert!(!text.contains(absent), "{text}");
    }
}

/// Similar names are other names, and no name is a pattern.
#[tokio::test]
async fn pattern_in_a_token_or_in_grants_matches_only_itself() {
    for scope in [
        "*",
        "orders:*",
        "orders",
        "orders:",
        "ORDERS:READ",
        "orders:read:all",
    ] {
        let test = TwoIssuers::new(Grants::none().scopes([ORDERS_READ])).await;
        let token = test.partner.token("mallory").scopes(scope);
        assert_eq!(test.statuses(&token).await[1], 403, "{scope}");
    }
    let patterns = [
        Scope::new("*"),
        Scope::new("orders:*"),
        Scope::new("orders:"),
    ];
    let test = TwoIssuers::new(Grants::none().scopes(patterns)).await;
    assert_eq!(test.statuses(&powerful(&test.partner)).await[1], 403);
}

#[tokio::test]
async fn ignored_scopes_are_counted_in_the_audit_event() {
    let test = TwoIssuers::new(Grants::none().scopes([ORDERS_READ])).await;
    let (log, _capturing) = Log::capture();
    for (path, issuer, ungranted) in [
        ("/read", &test.partner, json!(4)),
        ("/write", &test.partner, json!(4)),
        ("/write", &test.own, json!(null)),
    ] {
        test.send(path, powerful(issuer)).await;
        let text = log.text();
        let event = log.take("palisade::audit").pop().unwrap();
        assert_eq!(event["fields"]["ungranted"], ungranted, "{path}");
        assert!(
            !text.contains("admin"),
            "no name of a token is logged: {text}"
        );
    }
}

#[tokio::test]
async fn inventory_shows_grants_and_unreachable_routes() {
    let own = EmbeddedIssuer::new("https://login.example");
    let partner = EmbeddedIssuer::with_own_keys("https://partner.example");
    let server = |everything: bool| {
        let own = own.issuer(AUDIENCE);
        ResourceServer::builder()
            .trust(if everything {
                own.grants_everything()
            } else {
                own.grants(Grants::none().scopes([ORDERS_WRITE, ORDERS_READ]))
            })
            .trust(
                partner
                    .issuer(AUDIENCE)
                    .grants(Grants::none().roles([CLERK])),
            )
            .build()
    };
    let (log, _capturing) = Log::capture();
    let api = routes().protect(server(false).await.unwrap());
    let paths: Vec<_> = api
        .inventory()
        .unreachable()
        .map(palisade::routing::Route::path)
        .collect();
    // no single issuer grants the scope and the role of `/both`
    assert_eq!(paths, ["/admin", "/both"]);
    let events = log.take("palisade::config");
    let paths: Vec<_> = events
        .iter()
        .map(|event| &event["fields"]["path"])
        .collect();
    assert_eq!(paths, ["/admin", "/both"]);
    let table = api.inventory().to_string();
    for line in [
        "  grants: orders:read, orders:write",
        "  grants: role clerk",
        "unreachable: GET /admin requires role admin, which no issuer grants",
    ] {
        assert!(table.lines().any(|found| found == line), "{line}\n{table}");
    }
    let api = routes().protect(server(true).await.unwrap());
    assert_eq!(api.inventory().unreachable().count(), 0);
    assert!(log.take("palisade::config").is_empty());
    let table = api.inventory().to_string();
    assert!(table.contains("\n  grants: everything\n"), "{table}");
    let routes = routes();
    assert_eq!(routes.inventory().unreachable().count(), 0, "no issuer yet");
}

/// A single issuer grants everything unless it is limited.
#[tokio::test]
async fn grants_of_a_single_issuer_are_optional() {
    let issuer = EmbeddedIssuer::new("https://login.example");
    for (trusted, expected) in [
        (issuer.issuer(AUDIENCE), 200),
        (issuer.issuer(AUDIENCE).grants_everything(), 200),
        (issuer.issuer(AUDIENCE).grants(Grants::none()), 403),
    ] {
        let server = ResourceServer::builder().trust(trusted).build().await;
        let test = TwoIssuers {
            api: routes().protect(server.unwrap()).into_router(),
            own: issuer.clone(),
            partner: issuer.clone(),
        };
        assert_eq!(test.send("/write", powerful(&issuer)).await.0, expected);
    }
}

/// Removing a scope writes the claims again; rounded to doubles, two accounts would be one.
#[tokio::test]
async fn number_beyond_64_bits_is_exact_beside_a_removed_scope() {
    let test = TwoIssuers::new(Grants::none().scopes([ORDERS_READ])).await;
    for scopes in ["orders:read", "orders:read orders:write"] {
        let token = test.partner.token("mallory").scopes(scopes);
        let token = token.audience(AUDIENCE);
        let claims = token.claims_json();
        let claims = claims.strip_suffix('}').unwrap();
        let token = token.payload_bytes(format!(
            r#"{claims},"number":18446744073709551617,"limits":[ 0, 340282366920938463463374607431768211455]}}"#
        ));
        let shown = "18446744073709551617 [0, 340282366920938463463374607431768211455] orders:read";
        assert_eq!(test.send("/account", token).await, (200, json!(shown)));
    }
}
