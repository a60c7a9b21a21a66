//! The OpenAPI document of every API of these tests is valid.

#[path = "../schemas/openapi/validity.rs"]
mod validity;

use palisade::prelude::*;
use palisade::relying_party::Sessions;
use palisade::resource_server::ProtectedResource;
use palisade::testing::EmbeddedIssuer;
use serde_json::json;

use self::validity::document;
use crate::support::Calls;

#[tokio::test]
async fn document_of_every_api_is_valid() {
    for (name, routes) in [
        ("allow", crate::allow::routes()),
        ("beside", crate::beside::routes()),
        ("binary_types", crate::binary_types::routes()),
        ("implied_scopes", crate::implied_scopes::routes()),
        ("inventory", crate::inventory::api()),
        ("issuers", crate::issuers::routes()),
        ("json_types", crate::json_types::routes()),
        ("multipart", crate::multipart::routes()),
        ("panics", crate::panics::routes()),
        ("request_ids", crate::request_ids::routes()),
        ("resource_metadata", crate::resource_metadata::routes()),
        ("streamed_bodies", crate::streamed_bodies::routes()),
        ("support", crate::support::routes(&Calls::default())),
        ("tickets", crate::tickets::routes()),
        ("sessions", crate::sessions::routes()),
    ] {
        let issuer = EmbeddedIssuer::new("https://login.example");
        let sessions = Sessions::builder("https://app.example").build().unwrap();
        let server = ResourceServer::builder()
            .resource(ProtectedResource::new("https://api.example"))
            .sessions(sessions)
            .trust(issuer.issuer("https://api.example"))
            .build()
            .await
            .unwrap();
        let document = document(&routes.protect(server));
        let paths = document["paths"].as_object().unwrap();
        // the routes, and the metadata of the resource
        assert!(paths.len() > 1, "{name}");
    }
}

#[tokio::test]
async fn login_is_a_cookie_of_the_document() {
    let issuer = EmbeddedIssuer::new("https://login.example");
    let sessions = Sessions::builder("https://app.example").build().unwrap();
    let server = ResourceServer::builder()
        .sessions(sessions)
        .trust(issuer.issuer("https://api.example"))
        .build()
        .await
        .unwrap();
    let document = document(&crate::sessions::routes().protect(server));
    let scheme = &document["components"]["securitySchemes"]["session"];
    let expected = [
        ("type", "apiKey"),
        ("in", "cookie"),
        ("name", "__Host-session"),
    ];
    for (member, value) in expected {
        assert_eq!(scheme[member], value);
    }
    let me = &document["paths"]["/me"]["get"];
    assert_eq!(me["security"], json!([{ "session": [] }]));
    assert!(
        me["responses"].get("403").is_some(),
        "a request of another origin"
    );
}
