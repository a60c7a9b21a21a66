//! The hosts of an API: 421 for others, 400 for none or several (RFC 9110 §7.4, RFC 9112 §3.2).

use axum::Router;
use palisade::prelude::*;
use palisade::testing::TestApi;
use serde_json::Value;

#[secured(scopes = "a")]
async fn list() -> &'static str {
    "[]"
}

async fn api() -> TestApi {
    let routes = SecureRouter::new().route("/orders", get(list));
    let pages = Router::new().route("/pages", axum::routing::get(async || "page"));
    TestApi::new(routes).await.map_api(|api| {
        let api = api
            .beside(pages, "a test")
            .hosts(["api.example", "localhost:8443"]);
        api.map_problems(|problem| problem.member("support", "help@example"))
    })
}

#[tokio::test]
async fn every_path_is_served_for_listed_hosts_only() {
    let api = api().await;
    for (path, status) in [("/orders", 200), ("/pages", 200), ("/nowhere", 404)] {
        for (hosts, expected) in [
            (&["api.example"][..], status),
            (&["API.example:8080"], status),
            (&["localhost:8443"], status),
            (&["localhost"], 421),
            (&["evil.example"], 421),
            (&[], 400),
            (&["api.example", "evil.example"], 400),
            (&["api.example@evil.example"], 400),
        ] {
            let mut request = api.caller("alice").scopes("a");
            for host in hosts {
                request = request.header("host", host);
            }
            let response = request.get(path).send().await;
            assert_eq!(response.status(), expected, "{path} {hosts:?}");
        }
    }
}

/// A handler that builds a link from `Host` gets the host that was checked.
#[tokio::test]
async fn host_of_an_absolute_target_replaces_the_field() {
    #[public(reason = "a test", unvalidated = "a test")]
    async fn host(Unvalidated(headers): Unvalidated<axum::http::HeaderMap>) -> String {
        headers["host"].to_str().unwrap().to_owned()
    }
    let routes = SecureRouter::new().route("/", get(host));
    let api = TestApi::new(routes)
        .await
        .map_api(|api| api.hosts(["api.example"]));
    for (target, host, status, expected) in [
        ("/", "api.example:81", 200, "api.example:81"),
        ("http://api.example/", "evil.example", 200, "api.example"),
        (
            "http://api.example:82/",
            "api.example",
            200,
            "api.example:82",
        ),
        ("http://evil.example/", "api.example", 421, ""),
    ] {
        let request = axum::extract::Request::get(target).header("host", host);
        let request = request.body(axum::body::Body::empty()).unwrap();
        let response = tower::ServiceExt::oneshot(api.router(), request)
            .await
            .unwrap();
        assert_eq!(response.status(), status, "{target} {host}");
        if status == 200 {
            let body = axum::body::to_bytes(response.into_body(), 1_000)
                .await
                .unwrap();
            assert_eq!(body, expected, "{target} {host}");
        }
    }
}

#[tokio::test]
async fn refusal_is_a_mapped_problem_without_the_host() {
    let api = api().await;
    let request = api.anonymous().header("host", "evil.example");
    let response = request
        .header("x-forwarded-host", "api.example")
        .get("/orders")
        .send()
        .await;
    assert_eq!(response.status(), 421);
    assert_eq!(response.header("cache-control"), Some("no-store"));
    assert_eq!(response.header("www-authenticate"), None);
    assert!(!response.text().contains("evil"));
    assert_eq!(response.json::<Value>()["support"], "help@example");
}

#[tokio::test]
async fn inventory_lists_the_hosts() {
    let api = api().await;
    let inventory = api.api().inventory();
    let hosts = ["api.example", "localhost:8443"].map(str::to_owned);
    assert_eq!(inventory.hosts(), Some(&hosts[..]));
    let line = "served for the hosts api.example, localhost:8443 only\n";
    assert!(inventory.to_string().contains(line), "{inventory}");
    let api = api.map_api(|api| api.mounted_at("/v1"));
    assert_eq!(api.api().inventory().hosts(), Some(&hosts[..]));
    let api = TestApi::new(SecureRouter::new().route("/orders", get(list))).await;
    assert_eq!(api.api().inventory().hosts(), None);
}

#[tokio::test]
async fn api_without_hosts_accepts_every_host() {
    let api = TestApi::new(SecureRouter::new().route("/orders", get(list))).await;
    let request = api
        .caller("alice")
        .scopes("a")
        .header("host", "evil.example");
    assert_eq!(request.get("/orders").send().await.status(), 200);
}
