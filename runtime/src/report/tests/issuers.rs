//! How an issuer's tokens are verified, in each form.

use std::time::Duration;

use serde_json::{Value, json};

use super::evidence::parsed;
use super::*;
use crate::resource_server::WithAudience;
use crate::testing::EmbeddedIssuer;
use crate::{Algorithm, ResourceServer, RevocationList, Secret};

const URL: &str = "https://login.example";

fn with_jwks() -> Issuer<WithAudience> {
    Issuer::new(URL)
        .audience("orders")
        .jwks(EmbeddedIssuer::new(URL).jwks())
}

async fn api(issuer: Issuer<WithAudience>, checks_revocations: bool) -> crate::Api {
    let mut server = ResourceServer::builder()
        .startup(crate::resource_server::Startup::Deferred)
        .trust(issuer);
    if checks_revocations {
        server = server.revocations(RevocationList::new());
    }
    routes().protect(server.build().await.unwrap())
}

/// Asserts the members of an issuer in JSON, and its rows in HTML.
async fn assert_issuer(issuer: Issuer<WithAudience>, members: Value, rows: &str) {
    let api = api(issuer, false).await;
    let report = Report::new("Orders", api.inventory());
    let json = parsed(&report);
    for (name, value) in members.as_object().unwrap() {
        assert_eq!(&json["issuers"][0][name], value, "{name}");
    }
    let html = report.to_html();
    let start = html.find("<article class=\"issuer\">").unwrap();
    let (list, _) = html[start..].split_once("</dl>").unwrap();
    assert!(list.ends_with(rows), "{rows}\n{list}");
}

#[tokio::test]
async fn algorithms_keys_clock_skew_and_roles_claim_are_in_words() {
    let pem = EmbeddedIssuer::new(URL).pem(Algorithm::ES256);
    assert_issuer(
        with_jwks()
            .algorithms([Algorithm::ES256, Algorithm::RS256])
            .pem(Algorithm::ES256, pem)
            .clock_skew(Duration::from_millis(1_500))
            .roles_claim("/staff roles"),
        json!({
            "algorithms": ["ES256", "RS256"],
            "keys": ["a JWK set in the configuration", "a public key in the configuration (ES256)"],
            "max_key_age": null,
            "clock_skew": "1 second 500 milliseconds",
            "roles_claim": "/staff roles",
            "introspection": null,
        }),
        "<dt>Algorithms</dt><dd>ES256, RS256</dd><dt>Keys</dt><dd>a JWK set in the configuration; a public key in the configuration (ES256)</dd>\
         <dt>Clock skew</dt><dd>1 second 500 milliseconds</dd><dt>Claim with the roles</dt><dd>/staff roles</dd><dt>Grants</dt><dd>everything (the only issuer)</dd>",
    )
    .await;
    let secret = Secret::new("s".repeat(64));
    let issuer = Issuer::new(URL).audience("orders");
    assert_issuer(
        issuer.hmac(Algorithm::HS256, secret).clock_skew(Duration::ZERO),
        json!({
            "algorithms": ["HS256"],
            "keys": ["a secret that the issuer shares with the API (HS256)"],
            "clock_skew": "0 seconds",
        }),
        "<dt>Algorithms</dt><dd>HS256</dd><dt>Keys</dt><dd>a secret that the issuer shares with the API (HS256)</dd>\
         <dt>Clock skew</dt><dd>0 seconds</dd><dt>Claim with the roles</dt><dd>/roles</dd><dt>Grants</dt><dd>everything (the only issuer)</dd>",
    )
    .await;
}

#[cfg(feature = "discovery")]
#[tokio::test]
async fn fetched_keys_have_their_source_and_age() {
    let plain = || Issuer::new(URL).audience("orders");
    for (issuer, keys, age) in [
        (
            plain().max_key_age(Duration::from_mins(90)),
            "fetched from the URL in the issuer's metadata document",
            "1 hour 30 minutes",
        ),
        (
            plain().keys_url("https://login.example/keys?code=k3y"),
            "fetched from https://login.example/keys",
            "1 hour",
        ),
    ] {
        let api = api(issuer, false).await;
        let report = Report::new("Orders", api.inventory());
        let issuer = &parsed(&report)["issuers"][0];
        assert_eq!(issuer["keys"], json!([keys]));
        assert_eq!(issuer["max_key_age"], age);
        let row =
            format!("<dt>Maximum age of keys</dt><dd>{age}, while the issuer is unavailable</dd>");
        assert!(report.to_html().contains(&row));
        assert!(!report.to_html().contains("k3y"));
    }
}

#[cfg(feature = "introspection")]
#[tokio::test]
async fn introspection_has_its_endpoint_and_cache_time() {
    use crate::Introspection;

    let new = || Introspection::new("orders", Secret::new("s3cret"));
    for (introspection, expected) in [
        (
            new().endpoint("https://login.example/introspect?code=k3y"),
            "by https://login.example/introspect; a response is cached for 1 minute",
        ),
        (
            new().cache_for(Duration::ZERO),
            "by the endpoint in the issuer's metadata document; no response is cached",
        ),
        (
            new().cache_for(Duration::from_secs(2)),
            "by the endpoint in the issuer's metadata document; a response is cached for 2 seconds",
        ),
    ] {
        let issuer = Issuer::new(URL).audience("orders");
        let api = api(issuer.introspect(introspection), false).await;
        let report = Report::new("Orders", api.inventory());
        assert_eq!(parsed(&report)["issuers"][0]["introspection"], expected);
        let html = report.to_html();
        let expected = expected.replace('\'', "&#39;");
        assert!(html.contains(&format!("<dt>Introspection</dt><dd>{expected}</dd>")));
        assert!(!html.contains("k3y") && !html.contains("s3cret"));
    }
}

#[tokio::test]
async fn revocations_are_stated_beside_the_issuers() {
    for (is_checked, expected) in [
        (true, "Revocations are checked: a revoked token is refused."),
        (
            false,
            "Revocations are not checked: a token is accepted until it expires, unless introspection rejects it.",
        ),
    ] {
        let api = api(with_jwks(), is_checked).await;
        let report = Report::new("Orders", api.inventory());
        assert_eq!(parsed(&report)["checks_revocations"], is_checked);
        assert!(report.to_html().contains(&format!("<p>{expected}</p>")));
        let markdown = report.to_markdown();
        let (_, issuers) = markdown.split_once("\n## Issuers\n").unwrap();
        assert!(issuers.contains(&format!("\n{}\n", expected.replace(':', "\\:"))));
    }
    // a router trusts no issuer
    let routes = routes();
    let report = Report::new("Orders", routes.inventory());
    assert!(!report.to_html().contains("Revocations are"));
    assert!(!report.to_markdown().contains("Revocations are"));
}

#[tokio::test]
async fn markdown_has_a_line_for_each_fact_of_an_issuer() {
    let api = api(with_jwks().algorithms([Algorithm::ES256]), false).await;
    let markdown = Report::new("Orders", api.inventory()).to_markdown();
    let (_, issuers) = markdown.split_once("\n## Issuers\n").unwrap();
    let (issuers, _) = issuers.split_once("\n## ").unwrap();
    assert_eq!(
        issuers,
        "
- https\\://login.example
  - Audiences: orders
  - Tokens are validated by: the profile RFC 9068
  - Algorithms: ES256
  - Keys: a JWK set in the configuration
  - Clock skew: 30 seconds
  - Claim with the roles: /roles
  - Grants: everything \\(the only issuer\\)

Revocations are not checked\\: a token is accepted until it expires, unless introspection rejects it.
"
    );
}
