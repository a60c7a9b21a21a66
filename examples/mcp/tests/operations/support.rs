//! The API under test, and its requests.

use palisade::testing::{TestApi, TestRequest, TestResponse};
use palisade_mcp_example::orders::{self, ENDPOINT};
use palisade_mcp_example::site::Site;
use serde_json::{Value, json};

pub(crate) const RESOURCE: &str = "https://mcp.example/mcp";
pub(crate) const HOST: &str = "mcp.example";
pub(crate) const REVISION: &str = "2026-07-28";

pub(crate) async fn api() -> TestApi {
    let site = Site::of(RESOURCE).unwrap();
    let routes = orders::routes().with_state(orders::shop(&site));
    let api = TestApi::with_server(routes, |server| server.resource(RESOURCE)).await;
    api.map_api(|api| orders::at_site(api, &site))
}

pub(crate) fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": REVISION,
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
        "progressToken": "progress",
    })
}

pub(crate) fn message(method: &str, mut params: Value) -> Value {
    params["_meta"] = meta();
    json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params })
}

pub(crate) fn tool(name: &str, arguments: &Value) -> Value {
    message(
        "tools/call",
        json!({ "name": name, "arguments": arguments }),
    )
}

pub(crate) fn place() -> Value {
    tool("place_order", &json!({ "sku": "A-1", "quantity": 2 }))
}

pub(crate) fn list() -> Value {
    tool("list_orders", &json!({}))
}

/// Adds the fields that every client sends.
pub(crate) fn post(request: TestRequest) -> TestRequest {
    request
        .post(ENDPOINT)
        .header("host", HOST)
        .header("accept", "application/json, text/event-stream")
}

/// Adds the fields of an operation in the current revision.
pub(crate) fn named(request: TestRequest, method: &str, name: Option<&str>) -> TestRequest {
    let request = post(request)
        .header("mcp-protocol-version", REVISION)
        .header("mcp-method", method);
    match name {
        Some(name) => request.header("mcp-name", name),
        None => request,
    }
}

/// Calls a tool with the header of its message.
pub(crate) async fn call(request: TestRequest, message: &Value) -> TestResponse {
    let name = message.pointer("/params/name").and_then(Value::as_str);
    let method = message["method"].as_str().unwrap();
    named(request, method, name).json(message).send().await
}

pub(crate) fn alice(api: &TestApi, scopes: &str) -> TestRequest {
    api.caller("alice").scopes(scopes)
}

/// Returns the number of orders that alice has placed.
pub(crate) async fn placed(api: &TestApi) -> usize {
    let response = call(alice(api, "orders:read"), &list()).await;
    let body: Value = response.json();
    body["result"]["structuredContent"]
        .as_array()
        .unwrap()
        .len()
}

pub(crate) fn code(response: &TestResponse) -> i64 {
    let body: Value = response.json();
    assert_eq!(body["jsonrpc"], "2.0", "{body}");
    body["error"]["code"]
        .as_i64()
        .unwrap_or_else(|| panic!("{body}"))
}
