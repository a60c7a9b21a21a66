//! The listener as evidence.

use serde_json::{Value, json};

use super::*;
use crate::testing::EmbeddedIssuer;
use crate::{ResourceServer, Server};

async fn server(url: &str) -> Server {
    let issuer = Issuer::new(url)
        .audience("orders")
        .jwks(EmbeddedIssuer::new(url).jwks());
    let issuer = if url.starts_with("http:") {
        issuer.allow_loopback_http()
    } else {
        issuer
    };
    let server = ResourceServer::builder().trust(issuer).build().await;
    crate::serve(routes().protect(server.unwrap()))
}

fn parsed(report: &Report<'_>) -> Value {
    serde_json::from_str(&report.to_json()).unwrap()
}

/// Returns the line about TLS of a report without statements.
fn tls_line(inventory: &Inventory) -> Value {
    parsed(&Report::new("Orders", inventory))["standard"][10].clone()
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn tls_of_the_program_needs_no_statement() {
    let server = server("https://login.example")
        .await
        .tls("cert.pem", "key.pem");
    let inventory = server.inventory();
    let line = tls_line(&inventory);
    assert_eq!((&line["id"], &line["gaps"]), (&json!("R1"), &json!([])));
    assert_eq!(
        (&line["status"], &line["basis"]),
        (&json!("declared"), &json!("declared"))
    );
    assert_eq!(
        line["evidence"],
        json!(["the program serves TLS 1.2 and 1.3"])
    );
    // the other statements are still missing
    let report = Report::new("Orders", &inventory);
    assert!(!gaps(&report).iter().any(|gap| gap.contains("TLS")));
    assert!(
        gaps(&report)
            .iter()
            .any(|gap| gap.starts_with("R9: missing statement"))
    );
    let stated = report.statement(statement(Topic::TlsTermination));
    assert_eq!(parsed(&stated)["standard"][10]["status"], "stated");
    // a statement that is not required must still be complete
    let without_owner = Statement::new(Topic::TlsTermination, "the load balancer");
    assert!(
        gaps(&stated.statement(without_owner))
            .contains(&"R1: the statement about TLS termination has no owner".to_owned())
    );
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn tls_outside_the_program_needs_a_statement() {
    let network = || ["10.0.0.0/8".parse().unwrap()];
    let plain = server("https://login.example").await;
    let proxied = server("https://login.example")
        .await
        .behind_proxy(network());
    let tls_behind_proxy = server("https://login.example")
        .await
        .tls("cert.pem", "key.pem")
        .behind_proxy(network());
    let unix_peers = server("https://login.example")
        .await
        .tls("cert.pem", "key.pem")
        .behind_proxy([]);
    let development = server("http://127.0.0.1:1")
        .await
        .tls("cert.pem", "key.pem");
    for (server, evidence) in [
        (
            plain,
            "the program serves plain HTTP, on loopback or a Unix socket",
        ),
        (
            proxied,
            "the program serves plain HTTP, for proxies and processes of this host",
        ),
        (tls_behind_proxy, "the program serves TLS 1.2 and 1.3"),
        (unix_peers, "the program serves TLS 1.2 and 1.3"),
        (development, "the program serves TLS 1.2 and 1.3"),
    ] {
        let line = tls_line(&server.inventory());
        assert_eq!(line["status"], "gap", "{server:?}");
        assert_eq!(line["evidence"], json!([evidence]));
    }
}

#[tokio::test]
async fn listener_is_evidence_for_limits_and_proxies() {
    let server = server("https://login.example")
        .await
        .behind_proxy(["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()])
        .probe("/health")
        .connection_limit(77);
    let inventory = server.inventory();
    let report = Report::new("Orders", &inventory);
    let json = parsed(&report);
    let limits = json["standard"][3]["evidence"][2].as_str().unwrap();
    assert!(
        limits.starts_with("the listener has limits before those of a route: connection_limit 77, peer_connection_limit 256, "),
        "{limits}"
    );
    assert_eq!(
        json["standard"][5]["evidence"][2],
        "the client's address and the request id are trusted only from 10.0.0.0/8, ::1/128"
    );
    let listener = &json["listener"];
    assert_eq!(
        listener["transport"],
        "plain HTTP, for proxies and processes of this host"
    );
    assert_eq!(listener["proxies"], "10.0.0.0/8, ::1/128");
    assert_eq!(listener["probes"], json!(["/health"]));
    assert_eq!(listener["client_certificates"], Value::Null);
    let limits = listener["limits"].as_array().unwrap();
    assert_eq!(
        (limits.len(), &limits[0]),
        (14, &json!("connection_limit: 77"))
    );
    for text in [report.to_html(), report.to_markdown()] {
        let part = &text[text.rfind("Listener").unwrap()..];
        for fact in [
            "plain HTTP, for proxies",
            "10.0.0.0/8",
            "/health",
            "77",
            "grace",
            "does not apply to loopback",
        ] {
            assert!(part.contains(fact), "{fact}: {part}");
        }
    }

    let without = self::server("https://login.example").await.inventory();
    let report = parsed(&Report::new("Orders", &without));
    assert_eq!(
        report["standard"][5]["evidence"][2],
        "forwarded header fields are removed from every request"
    );
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn certificates_of_clients_are_evidence() {
    let tls = crate::Tls::new("cert.pem", "key.pem").client_certificates("clients.pem");
    let inventory = server("https://login.example")
        .await
        .tls_with(tls)
        .inventory();
    let required = "certificates of clients are required, by the authorities in `clients.pem`";
    assert_eq!(tls_line(&inventory)["evidence"][1], required);
    let report = Report::new("Orders", &inventory);
    assert!(report.to_html().contains(required));
    assert!(report.to_markdown().contains(&required.replace('`', "\\`")));
}

#[test]
fn report_of_an_api_states_that_the_listener_is_unknown() {
    let routes = routes();
    let report = Report::new("Orders", routes.inventory());
    for text in [report.to_html(), report.to_markdown()] {
        assert!(text.contains("Unknown: the inventory does not come from a server of"));
    }
}
