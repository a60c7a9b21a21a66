//! The facts of each line, and the endpoints and issuers of an API.

use serde_json::{Value, json};

use super::*;
use crate::testing::EmbeddedIssuer;
use crate::{Profile, ResourceServer};

pub(super) fn parsed(report: &Report<'_>) -> Value {
    serde_json::from_str(&report.to_json()).unwrap()
}

pub(super) fn line<'a>(report: &'a Value, id: &str) -> &'a Value {
    let mut lines = report["standard"].as_array().unwrap().iter();
    lines.find(|line| line["id"] == id).unwrap()
}

/// Returns whether attacks confirm a line.
pub(super) fn has_proof(report: &Value, id: &str) -> bool {
    line(report, id)["status"] == "proved"
}

#[secured(scopes = "orders:read", ticket, timeout = "1500ms")]
pub(super) async fn follow() {}

#[secured(roles = CLERK)]
pub(super) async fn unmatched() {}

/// Returns an API with everything that a line counts.
async fn api() -> crate::Api {
    let trusted = |url: &str| Issuer::new(url).jwks(EmbeddedIssuer::new(url).jwks());
    let grants = Grants::none().scopes([Scope::new("orders:read"), Scope::new("<orders:read>")]);
    let one = trusted("https://okta.example")
        .profile(Profile::Okta)
        .audience("orders")
        .grants(grants.clone());
    let other = trusted("https://other.example")
        .audience("orders")
        .grants(grants);
    let server = ResourceServer::builder().trust(one).trust(other);
    let routes = routes().route("/follow", get(follow)).fallback(unmatched);
    routes
        .protect(server.build().await.unwrap())
        .hosts(["orders.example", "api.example"])
        .beside(axum::Router::new(), "the old pages")
        .beside(axum::Router::new(), "the older pages")
}

#[tokio::test]
async fn each_line_has_the_facts_of_the_api() {
    let api = api().await;
    let report = parsed(&Report::new("Orders", api.inventory()));
    let relaxations: Vec<String> = api
        .inventory()
        .issuers()
        .iter()
        .flat_map(|issuer| {
            issuer
                .relaxations()
                .map(|text| format!("{}: {text}", issuer.issuer()))
        })
        .collect();
    let count = relaxations.len();
    assert!(count > 0);
    let relaxed = match count {
        1 => "1 relaxation, with a reason".to_owned(),
        count => format!("{count} relaxations, each with a reason"),
    };
    let issuers = format!(
        "tokens of https://okta.example by the profile Okta, https://other.example by the profile RFC 9068; {relaxed}"
    );
    let r7 = [
        vec!["a token that lives longer than 30 minutes is refused, unless a relaxation of its issuer says otherwise".to_owned()],
        relaxations,
    ]
    .concat();
    let none = "no fact of the API's code decides it; see the statement";
    for (id, evidence) in [
        (
            "P1",
            json!([
                "4 handlers with a declared path and method; 1 declared fallback handles other paths",
                "1 of 5 handlers is public, with a reason",
                "2 routers without a guard beside the API: the old pages; the older pages",
                "requests for other hosts than orders.example, api.example are refused",
            ]),
        ),
        (
            "P2",
            json!([
                "a handler without a declaration does not compile",
                format!("{relaxed} and 1 exception, with a reason"),
            ]),
        ),
        (
            "P3",
            json!([
                "the access rules of the handlers: <orders:read>; orders:read; orders:write and role \"<img src=x onerror=alert(1)>\"; public; role \"<img src=x onerror=alert(1)>\"",
                "issuers may grant: https://okta.example: <orders:read>, orders:read; https://other.example: <orders:read>, orders:read",
                "2 handlers require scopes or roles that no issuer grants",
                "objects: refused to other owners on 0 of 1 endpoint with an identifier in the path",
                "objects: not attacked on `GET /orders/{id}`",
            ]),
        ),
        (
            "P4",
            json!([
                "each request passes the limits of the route, the validation of its token, its authorization, and the validation of its input, in this order",
                "1 handler has limits that differ from the defaults",
            ]),
        ),
        (
            "P5",
            json!([
                "each refusal is a problem document without details of the cause; a panic is a 500 without its text",
                "no valid token without current keys: an issuer that does not answer refuses with 503",
            ]),
        ),
        (
            "P6",
            json!([issuers, "1 handler receives data without Palisade's checks"]),
        ),
        ("P7", json!(["2 handlers require a role"])),
        (
            "P8",
            json!([
                "access depends on declarations and tokens, never on a secret path",
                "1 of 5 handlers is public, with a reason",
            ]),
        ),
        (
            "P9",
            json!(["one declaration at each handler: 5 handlers and 5 different access rules"]),
        ),
        (
            "P10",
            json!([
                "the lock file and the attacks are tests of the declarations, and fail when one weakens"
            ]),
        ),
        (
            "R1",
            json!([
                "the listener is unknown: the inventory does not come from a server of `palisade::serve`"
            ]),
        ),
        (
            "R2",
            json!([
                "2 handlers have input, which is decoded strictly and checked field by field",
                "1 exception, with a reason",
            ]),
        ),
        ("R3", json!([none])),
        ("R4", json!([none])),
        ("R5", json!(["an ID token is refused as an access token"])),
        (
            "R6",
            json!([issuers, "4 handlers require a token or a login"]),
        ),
        ("R7", json!(r7)),
        (
            "R8",
            json!([
                "a refusal names the scopes of the route and no others, so that clients can request them one by one"
            ]),
        ),
        ("R9", json!([none])),
        ("R10", json!([none])),
    ] {
        assert_eq!(line(&report, id)["evidence"], evidence, "{id}");
    }
}

#[test]
fn router_without_a_server_has_the_facts_of_its_routes() {
    let routes: SecureRouter = SecureRouter::new().route("/orders", get(follow));
    let report = parsed(&Report::new("Orders", routes.inventory()));
    let evidence = |id: &str| line(&report, id)["evidence"].clone();
    assert_eq!(
        evidence("P1")[2],
        "no routes without a guard beside the API"
    );
    assert_eq!(evidence("P1")[3], "requests for every host are served");
    assert_eq!(
        evidence("P3")[1],
        "at most one issuer is trusted, so its grants are not limited; access rules: 1"
    );
    assert_eq!(
        evidence("P3")[2],
        "no handler is out of reach for every issuer"
    );
    assert_eq!(
        evidence("P6")[0],
        "no issuer is known: this is the report of a router without a resource server"
    );
    assert_eq!(
        (&report["listener"], &report["hosts"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn endpoint_has_its_access_checks_limits_and_exceptions() {
    let api = api().await;
    let report = parsed(&Report::new("Orders", api.inventory()));
    let endpoints = report["endpoints"].as_array().unwrap();
    let names: Vec<String> = endpoints
        .iter()
        .map(|endpoint| {
            let text = |member: &str| endpoint[member].as_str().unwrap().to_owned();
            text("method") + " " + &text("path")
        })
        .collect();
    assert_eq!(
        names,
        [
            "GET /follow",
            "GET /health",
            "POST /orders",
            "GET /orders/{id}",
            "* /… (fallback)"
        ]
    );
    let [follow, health, create, show, fallback] = &endpoints[..] else {
        panic!("{names:?}");
    };
    assert_eq!(
        follow,
        &json!({
            "method": "GET",
            "path": "/follow",
            "handler": concat!(module_path!(), "::follow"),
            "access": "orders:read",
            "public_because": null,
            "checks": ["a valid access token: orders:read"],
            "limits": ["timeout = \"1500 ms\"", "otherwise the defaults"],
            "exceptions": ["accepts a single-use ticket in the query instead of a token"],
            "refused_attacks": 0,
            "attack_gaps": [],
            "objects": null,
        })
    );
    assert_eq!(show["objects"], "objects: not attacked");
    assert_eq!(health["checks"], json!([]));
    assert_eq!(
        health["limits"],
        json!(["the defaults: 64 KiB in 30 s, a response within 30 s"])
    );
    assert_eq!(health["exceptions"], json!([]));
    assert_eq!(
        create["checks"][1],
        "the body as application/json: decoded strictly, each field within its bounds"
    );
    assert_eq!(
        show["checks"][1],
        "the path: decoded strictly, each field within its bounds"
    );
    assert_eq!(fallback["access"], "role \"<img src=x onerror=alert(1)>\"");
    assert_eq!(report["hosts"], json!(["orders.example", "api.example"]));
    assert_eq!(
        report["undeclared"],
        json!(["the old pages", "the older pages"])
    );
    assert_eq!(report["unreachable"], json!(["/orders", ""]));
}

#[tokio::test]
async fn exceptions_of_routes_issuers_and_routers_are_in_each_form() {
    let api = api().await;
    let report = Report::new("Orders", api.inventory());
    let relaxation = api.inventory().issuers()[0].relaxations().next().unwrap();
    for (text, separator) in [(report.to_html(), ": "), (report.to_markdown(), "\\: ")] {
        let list = &text[text.find("Exceptions and relaxations").unwrap()..];
        for exception in [
            format!("GET /follow{separator}accepts a single-use ticket"),
            format!("unvalidated field /note in the body{separator}printed"),
            format!("routes without a guard beside the API{separator}the old pages"),
            format!("routes without a guard beside the API{separator}the older pages"),
        ] {
            assert!(list.contains(&exception), "{exception}: {list}");
        }
        let start: String = relaxation
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == ' ')
            .collect();
        assert!(
            start.len() > 3 && list.contains(&start),
            "{relaxation}: {list}"
        );
        assert!(text.contains("okta.example"));
    }
    let without: SecureRouter = SecureRouter::new().route("/health", get(health));
    let html = Report::new("Orders", without.inventory()).to_html();
    assert!(
        html.ends_with("relaxations</h2>\n<ul><li>none</li></ul>\n</section>\n</main>\n")
            || html.contains("<ul><li>none</li></ul>")
    );
    assert!(
        html.contains("<p>None: this is the report of a router without a resource server.</p>")
    );
}

#[test]
fn issuer_has_its_audiences_profile_and_grants() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let api = runtime.block_on(api());
    let report = parsed(&Report::new("Orders", api.inventory()));
    let issuer = &report["issuers"][0];
    assert_eq!(issuer["url"], "https://okta.example");
    assert_eq!(issuer["audiences"], json!(["orders"]));
    assert_eq!(issuer["validation"], "the profile Okta");
    assert_eq!(issuer["grants"], "<orders:read>, orders:read");
    assert!(!issuer["relaxations"].as_array().unwrap().is_empty());
    let only = runtime.block_on(async {
        let url = "https://login.example";
        let issuer = Issuer::new(url)
            .audience("orders")
            .jwks(EmbeddedIssuer::new(url).jwks());
        routes().protect(
            ResourceServer::builder()
                .trust(issuer)
                .build()
                .await
                .unwrap(),
        )
    });
    let report = parsed(&Report::new("Orders", only.inventory()));
    assert_eq!(
        report["issuers"][0]["grants"],
        "everything (the only issuer)"
    );
    assert_eq!(report["unreachable"], json!([]));
}
