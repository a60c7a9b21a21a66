//! A server of rmcp with two tools, of which one is declared.

use axum::http::HeaderName;
use axum::http::request::Parts;
use axum::middleware::from_fn;
use palisade::Shutdown;
use palisade::prelude::*;
use palisade::routing::{HeaderRouter, MethodFilter, on_headers};
use palisade::testing::TestApi;
use palisade_mcp_example::gateway::Gateway;
use palisade_mcp_example::message::{Message, NoArguments, ToolCall};
use palisade_mcp_example::operation::{MCP_METHOD, MCP_NAME, require_same_operation};
use palisade_mcp_example::orders::ENDPOINT;
use palisade_mcp_example::site::Site;
use rmcp::handler::server::common::Extension;
use rmcp::{ServerHandler, tool, tool_handler, tool_router};
use serde_json::{Value, json};

use crate::support::{RESOURCE, REVISION, alice, call, post, tool as message};

/// Two tools, of which one is declared. The tool reports the fields that it sees.
#[derive(Clone)]
struct Two;

#[tool_router]
impl Two {
    #[tool(description = "Returns the names of the header fields and the caller")]
    async fn declared(&self, Extension(parts): Extension<Parts>) -> String {
        let names: Vec<_> = parts.headers.keys().map(HeaderName::as_str).collect();
        let caller: Option<&Caller> = parts.extensions.get();
        format!("{} for {}", names.join(" "), caller.unwrap().subject())
    }

    #[tool(description = "Must not run")]
    async fn undeclared(&self) -> String {
        panic!("the tool runs without a declaration")
    }
}

#[tool_handler]
impl ServerHandler for Two {}

#[secured(scopes = "use", unvalidated = "a test")]
async fn declared(
    caller: Caller,
    shutdown: Shutdown,
    State(gateway): State<Gateway<Two>>,
    Unvalidated(parts): Unvalidated<Parts>,
    Valid(Json(message)): Valid<Json<Message<ToolCall<NoArguments>>>>,
) -> Response {
    gateway.call(caller, shutdown, parts, message).await
}

async fn two() -> TestApi {
    let operations =
        HeaderRouter::new([MCP_METHOD, MCP_NAME]).route(["tools/call", "declared"], declared);
    let routes = SecureRouter::new()
        .route(ENDPOINT, on_headers(MethodFilter::POST, operations))
        .inner_layer(from_fn(require_same_operation))
        .with_state(Gateway::new(Two, &Site::of(RESOURCE).unwrap()));
    TestApi::new(routes).await
}

#[tokio::test]
async fn tool_sees_the_caller_and_not_the_token() {
    let api = two().await;
    let request = alice(&api, "use").header("cookie", "session=1");
    let body: Value = call(request, &message("declared", &json!({}))).await.json();
    let text = body["result"]["content"][0]["text"].as_str().unwrap();
    assert!(text.ends_with(" for alice"), "{text}");
    assert!(text.contains("mcp-name"), "{text}");
    for field in ["authorization", "cookie"] {
        assert!(!text.contains(field), "{text}");
    }
}

#[tokio::test]
async fn tool_without_a_declaration_is_not_reachable() {
    let api = two().await;
    let undeclared = message("undeclared", &json!({}));
    assert_eq!(call(alice(&api, "use"), &undeclared).await.status(), 404);
    for revision in [REVISION, "2025-06-18"] {
        let request = post(alice(&api, "use")).header("mcp-protocol-version", revision);
        let request = request
            .header("mcp-method", "tools/call")
            .header("mcp-name", "declared");
        assert_eq!(request.json(&undeclared).send().await.status(), 400);
    }
}
