//! OpenAPI documents of whole APIs.

mod extractors;
mod forms;
mod headers;
mod inputs;
mod lists;
mod names;
mod responses;
mod schemes;
mod security;
mod selections;
mod sessions;
mod shared_parameters;
mod validity;

use palisade::Api;
use palisade::prelude::*;
use palisade::testing::EmbeddedIssuer;
use serde_json::Value;

use self::validity::document;

/// Protects the routes with one issuer, whose keys are configured.
async fn api(routes: SecureRouter) -> Api {
    let issuer = EmbeddedIssuer::new("https://login.example");
    let server = ResourceServer::builder().trust(issuer.issuer("https://api.example"));
    routes.protect(server.build().await.unwrap())
}

/// Returns the document of the routes.
async fn described(routes: SecureRouter) -> Value {
    document(&api(routes).await)
}
