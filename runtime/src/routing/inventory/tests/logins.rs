//! Logins in the JSON form.

use serde_json::json;

use super::*;
use crate::relying_party::Sessions;

/// A login replaces the token, or is an alternative to one.
#[tokio::test]
async fn json_has_the_logins_of_routes_and_the_sessions_of_the_server() {
    #[secured(login)]
    async fn page() {}

    #[secured(any(login, scopes = READ))]
    async fn either() {}

    let routes = SecureRouter::new()
        .route("/page", get(page))
        .route("/either", get(either));
    let sessions = Sessions::builder("https://app.example").build().unwrap();
    let server = ResourceServer::builder().sessions(sessions).build().await;
    let api = routes.protect(server.unwrap());
    let inventory = parsed(api.inventory());
    assert_eq!(inventory["has_sessions"], true);
    let [either, page] = &inventory["routes"].as_array().unwrap()[..] else {
        panic!("{inventory}");
    };
    assert_eq!(
        page["requires"],
        json!({ "token": false, "login": true, "scopes": null, "roles": null })
    );
    assert_eq!(
        either["requires"],
        json!({ "token": true, "login": true, "scopes": "orders:read", "roles": null })
    );
}
