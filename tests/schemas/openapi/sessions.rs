//! The sessions of logins in a document.

use palisade::prelude::*;
use palisade::relying_party::Sessions;
use palisade::testing::EmbeddedIssuer;
use serde_json::json;

use super::document;

#[secured(login)]
async fn me() {}

#[secured(any(login, scopes = "orders:read"))]
async fn either() {}

#[secured(any(login, roles = "clerk"))]
async fn desk() {}

/// A session and a token are alternatives, and a handler for people has no token.
#[tokio::test]
async fn session_is_a_separate_requirement() {
    let routes = SecureRouter::new()
        .route("/me", get(me))
        .route("/orders", get(either))
        .route("/desk", get(desk));
    let issuer = EmbeddedIssuer::new("https://login.example").issuer("https://app.example");
    let sessions = Sessions::builder("https://app.example").build().unwrap();
    let server = ResourceServer::builder().trust(issuer).sessions(sessions);
    let document = document(&routes.protect(server.build().await.unwrap()));
    for (path, expected, description) in [
        ("/me", json!([{ "session": [] }]), "Requires a login."),
        (
            "/orders",
            json!([{ "session": [] }, { "login.example": ["orders:read"] }]),
            "Requires `login or (orders:read)`.",
        ),
        (
            "/desk",
            json!([{ "session": [] }, { "login.example": [] }]),
            "Requires `login or (role clerk)`.",
        ),
    ] {
        let operation = &document["paths"][path]["get"];
        assert_eq!(operation["security"], expected, "{path}");
        assert_eq!(operation["description"], description, "{path}");
    }
    let session = &document["components"]["securitySchemes"]["session"];
    assert_eq!(
        (&session["type"], &session["in"], &session["name"]),
        (&json!("apiKey"), &json!("cookie"), &json!("__Host-session"))
    );
}
