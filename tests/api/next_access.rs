//! `next(…)`: the access that will replace the present one, evaluated without effect.

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use palisade::prelude::*;
use palisade::testing::TestApi;
use palisade_tests::Log;
use serde_json::{Value, json};

const AUDIT: &str = "palisade::audit";

scopes! {
    /// Read orders.
    READ = "orders:read";
    /// List orders.
    LIST = "orders:list";
    /// Administer the shop.
    ADMIN = "admin" implies READ, LIST;
}

#[secured(scopes = READ, next(scopes = all(READ, LIST)))]
async fn list() -> &'static str {
    "listed"
}

#[secured(authenticated, next(scopes = READ, roles = "clerk"))]
async fn count() -> &'static str {
    "counted"
}

#[secured(roles = any("clerk", "boss"), next(roles = "boss"))]
async fn close() -> &'static str {
    "closed"
}

fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/list", get(list))
        .route("/count", get(count))
        .route("/close", get(close))
}

#[tokio::test]
async fn request_that_the_next_access_would_refuse_is_served_and_logged() {
    let api = TestApi::new(routes()).await;
    let (log, _capturing) = Log::capture();
    for (path, scopes, roles, refused) in [
        ("/list", "orders:read", &[][..], true),
        ("/list", "orders:read orders:list", &[], false),
        ("/list", "admin", &[], false),
        ("/count", "", &[], true),
        ("/count", "orders:read", &[], true),
        ("/count", "orders:read", &["clerk"], false),
        ("/close", "", &["clerk"], true),
        ("/close", "", &["boss"], false),
    ] {
        let caller = api
            .caller("alice")
            .scopes(scopes)
            .roles(roles.iter().copied());
        let response = caller.get(path).send().await;
        assert_eq!(response.status(), 200, "{path} {scopes} {roles:?}");
        let events: Vec<Value> = log.take(AUDIT);
        let names: Vec<&str> = events
            .iter()
            .map(|event| event["fields"]["event"].as_str().unwrap())
            .collect();
        let expected = if refused {
            &["authn_login_success", "authz_next_fail"][..]
        } else {
            &["authn_login_success"]
        };
        assert_eq!(names, expected, "{path} {scopes} {roles:?}");
    }
}

#[tokio::test]
async fn refused_request_is_not_evaluated_for_the_next_access() {
    let api = TestApi::new(routes()).await;
    let (log, _capturing) = Log::capture();
    for (path, status) in [("/list", 403), ("/close", 403)] {
        let response = api.caller("alice").scopes("other").get(path).send().await;
        assert_eq!(response.status(), status);
        assert_eq!(log.take(AUDIT).len(), 1, "{path}");
    }
    assert_eq!(api.anonymous().get("/count").send().await.status(), 401);
    assert_eq!(log.take(AUDIT).len(), 1);
}

#[tokio::test]
async fn event_names_both_accesses_and_the_client() {
    let api = TestApi::new(routes()).await;
    let (log, _capturing) = Log::capture();
    let caller = api.caller("alice").scopes("orders:read");
    caller
        .with_token(|token| token.claim("client_id", "old-app"))
        .get("/list")
        .send()
        .await;
    let events = log.take(AUDIT);
    let fields = &events[1]["fields"];
    for (name, value) in [
        ("event", "authz_next_fail"),
        ("outcome", "allow"),
        ("access", "orders:read"),
        ("next", "orders:read and orders:list"),
        ("handler", "list"),
        ("client_id", "old-app"),
    ] {
        assert_eq!(fields[name], value, "{name}");
    }
    assert_eq!(events[1]["level"], "INFO");
    assert_eq!(fields["subject"], Value::Null);
}

#[tokio::test]
async fn refusals_of_the_next_access_are_counted_by_handler_and_client() {
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let api = TestApi::new(routes()).await;
    for (client, times) in [("app-1", 2), ("app-2", 1)] {
        for _ in 0..times {
            let caller = api.caller("alice").scopes("orders:read");
            caller
                .with_token(|token| token.claim("client_id", client))
                .get("/list")
                .send()
                .await;
        }
    }
    let long = "x".repeat(257);
    let caller = api.caller("alice").scopes("orders:read");
    caller
        .with_token(|token| token.claim("client_id", &*long))
        .get("/list")
        .send()
        .await;
    let mut counted: Vec<(String, u64)> = Vec::new();
    for (key, _, _, value) in snapshots.snapshot().into_vec() {
        if let (DebugValue::Counter(count), "palisade_next_refusals_total") =
            (value, key.key().name())
        {
            let labels: Vec<_> = key.key().labels().map(metrics::Label::value).collect();
            counted.push((labels.join(" "), count));
        }
    }
    counted.sort();
    let expected = [("list app-1", 2), ("list app-2", 1), ("list other", 1)];
    assert_eq!(
        counted,
        expected.map(|(labels, count)| (labels.to_owned(), count))
    );
}

#[tokio::test]
async fn inventory_and_metadata_name_the_next_access() {
    let inventory = routes().inventory().clone();
    let text = inventory.to_string();
    for line in [
        "\n  next: orders:read and orders:list\n",
        "\n  next: orders:read and role clerk\n",
        "\n  next: role boss\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let next = inventory.routes()[2].declaration().next.unwrap();
    assert_eq!(next.to_string(), "role boss");
    let api = TestApi::with_server(routes(), |server| server.resource("https://orders.test")).await;
    let document = api.anonymous().get("/.well-known/oauth-protected-resource");
    let document: Value = document.send().await.json();
    assert_eq!(
        document["scopes_supported"],
        json!(["orders:list", "orders:read"])
    );
}
