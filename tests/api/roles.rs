//! Required roles, alone and beside scopes.

use palisade::prelude::*;
use palisade::testing::{TestApi, TestRequest, TestResponse};
use serde_json::{Value, json};

const CLERK: Role = Role::new("clerk");
const DOMAIN_ADMINS: Role = Role::new("Domain Admins");

#[secured(roles = "admin")]
async fn admin() {}

#[secured(roles = any(DOMAIN_ADMINS, all(CLERK, "auditor")))]
async fn lists() {}

#[secured(scopes = any("orders:write orders:delete", "all"), roles = any("admin", CLERK))]
async fn scopes_and_roles() {}

#[secured(authenticated)]
async fn held(caller: Caller) -> Json<(Vec<String>, bool, bool)> {
    Json((
        caller.roles().iter().map(str::to_owned).collect(),
        caller.has_role(CLERK),
        caller.has_role(DOMAIN_ADMINS),
    ))
}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/admin", get(admin))
        .route("/lists", get(lists))
        .route("/both", get(scopes_and_roles))
        .route("/held", get(held));
    TestApi::new(routes).await
}

fn challenge(response: &TestResponse) -> &str {
    response.header("www-authenticate").unwrap_or_default()
}

/// Returns `required_scopes` and `required_roles` of the problem, or null.
fn required(response: &TestResponse) -> (Value, Value) {
    let problem: Value = response.json();
    (
        problem["required_scopes"].clone(),
        problem["required_roles"].clone(),
    )
}

async fn assert_statuses(cases: impl IntoIterator<Item = (TestRequest, &str, u16)>) {
    for (case, (request, path, status)) in cases.into_iter().enumerate() {
        let response = request.get(path).send().await;
        assert_eq!(response.status().as_u16(), status, "case {case}: {path}");
    }
}

#[tokio::test]
async fn role_requirement_checks_only_the_roles() {
    let api = api().await;
    let roles = |roles: &[&str]| api.caller("alice").roles(roles.iter().copied());
    assert_statuses([
        (roles(&["admin"]), "/admin", 200),
        (roles(&["clerk", "admin"]), "/admin", 200),
        (roles(&["clerk"]), "/admin", 403),
        (roles(&[]), "/admin", 403),
        (api.caller("alice"), "/admin", 403),
        (api.anonymous(), "/admin", 401),
        (roles(&["Domain Admins"]), "/lists", 200),
        (roles(&["auditor", "clerk"]), "/lists", 200),
        (roles(&["auditor"]), "/lists", 403),
        (roles(&["clerk"]), "/lists", 403),
        (roles(&["Domain", "Admins"]), "/lists", 403),
    ])
    .await;
}

#[tokio::test]
async fn scopes_and_roles_are_both_required() {
    let api = api().await;
    let with = |scopes: &str, role: &str| api.caller("alice").scopes(scopes).roles([role]);
    assert_statuses([
        (with("all", "clerk"), "/both", 200),
        (with("orders:delete orders:write", "admin"), "/both", 200),
        (with("all", "auditor"), "/both", 403),
        (with("orders:write", "admin"), "/both", 403),
        (api.caller("alice").scopes("all"), "/both", 403),
        (api.caller("alice").roles(["admin"]), "/both", 403),
        (api.caller("alice"), "/both", 403),
    ])
    .await;
}

/// RFC 6750 §3: `scope` names the required scopes, so it is present only if scopes are missing.
#[tokio::test]
async fn insufficient_token_response_lists_only_unmet_requirements() {
    const INSUFFICIENT: &str = "Bearer realm=\"api\", error=\"insufficient_scope\"";
    const FIRST_SCOPES: &str = ", scope=\"orders:write orders:delete\"";
    let api = api().await;
    let scopes = json!(["orders:write orders:delete", "all"]);
    let roles = json!([["admin"], ["clerk"]]);

    let response = api.caller("alice").get("/lists").send().await;
    assert_eq!(challenge(&response), INSUFFICIENT);
    let alternatives = json!([["Domain Admins"], ["clerk", "auditor"]]);
    assert_eq!(required(&response), (Value::Null, alternatives));

    let both = api.caller("alice").roles(["x"]).get("/both").send().await;
    assert_eq!(challenge(&both), format!("{INSUFFICIENT}{FIRST_SCOPES}"));
    assert_eq!(required(&both), (scopes.clone(), roles.clone()));

    let roles_only = api.caller("alice").scopes("all").get("/both").send().await;
    assert_eq!(challenge(&roles_only), INSUFFICIENT);
    assert_eq!(required(&roles_only), (Value::Null, roles));

    let clerk = api.caller("alice").roles(["clerk"]);
    let scopes_only = clerk.get("/both").send().await;
    assert_eq!(
        challenge(&scopes_only),
        format!("{INSUFFICIENT}{FIRST_SCOPES}")
    );
    assert_eq!(required(&scopes_only), (scopes, Value::Null));
}

#[tokio::test]
async fn insufficient_role_response_has_no_part_of_the_token() {
    const CANARY: &str = "canary-5e1d";
    let api = api().await;
    for path in ["/admin", "/both"] {
        let caller = api.caller(CANARY).scopes(CANARY).roles([CANARY]);
        let response = caller.get(path).send().await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(
            response.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(response.header("cache-control"), Some("no-store"));
        let everything = format!("{:?} {}", response.headers(), response.text());
        assert!(!everything.contains(CANARY), "{everything}");
    }
}

#[tokio::test]
async fn caller_returns_roles_of_the_token() {
    let api = api().await;
    let alice = api.caller("alice").roles(["Domain Admins", "x"]);
    let response = alice.get("/held").send().await;
    assert_eq!(
        response.json::<Value>(),
        json!([["Domain Admins", "x"], false, true])
    );
    let response = api.caller("bob").get("/held").send().await;
    assert_eq!(response.json::<Value>(), json!([[], false, false]));
}

#[tokio::test]
async fn unguarded_handler_can_be_called_with_roles() {
    let caller = palisade::testing::caller_with("alice", "a b").with_roles(["clerk"]);
    assert_eq!(caller.scopes().as_str(), "a b");
    let Json(roles) = held().unguarded(caller).await;
    assert_eq!(roles, (vec!["clerk".to_owned()], true, false));
}

#[test]
fn inventory_shows_the_roles() {
    let routes = SecureRouter::<()>::new()
        .route("/admin", get(admin).post(lists))
        .route("/both", get(scopes_and_roles));
    let access: Vec<_> = routes
        .inventory()
        .iter()
        .map(|route| route.declaration().access.to_string())
        .collect();
    assert_eq!(
        access,
        [
            "role admin",
            "role \"Domain Admins\" or (role clerk and role auditor)",
            "((orders:write and orders:delete) or all) and (role admin or role clerk)",
        ]
    );
}
