//! Methods, paths, hosts, origins, and bodies that are not valid.

use palisade_mcp_example::orders::ENDPOINT;
use serde_json::{Value, json};

use crate::support::{
    HOST, REVISION, alice, api, call, code, list, message, named, placed, post, tool,
};

/// Without sessions, there is nothing to resume and nothing to end.
#[tokio::test]
async fn methods_other_than_post_are_refused() {
    let api = api().await;
    for method in ["GET", "DELETE", "PUT", "HEAD", "OPTIONS"] {
        for request in [api.anonymous(), alice(&api, "orders:read")] {
            let request = request
                .request(method, ENDPOINT)
                .header("host", HOST)
                .header("accept", "text/event-stream")
                .header("mcp-method", "tools/list")
                .header("mcp-session-id", "1")
                .header("last-event-id", "0");
            let response = request.send().await;
            assert_eq!(response.status(), 405, "{method}");
            assert_eq!(response.header("allow"), Some("POST"), "{method}");
        }
    }
}

#[tokio::test]
async fn other_paths_are_not_the_endpoint() {
    let api = api().await;
    for path in ["/mcp/", "/MCP", "/%6Dcp", "//mcp", "/mcp/sse", "/sse", "/"] {
        let request = named(alice(&api, "orders:read"), "tools/list", None).post(path);
        let response = request.json(&message("tools/list", json!({}))).send().await;
        assert_eq!(response.status(), 404, "{path}");
    }
}

/// DNS rebinding: a page of another domain resolves to this server.
#[tokio::test]
async fn other_hosts_and_origins_are_refused() {
    let api = api().await;
    let request = |fields: &[(&str, &str)]| {
        let mut request = alice(&api, "orders:read").post(ENDPOINT);
        for (name, value) in fields {
            request = request.header(name, value);
        }
        request
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", REVISION)
            .header("mcp-method", "tools/list")
            .json(&message("tools/list", json!({})))
    };
    for (fields, status) in [
        (&[("host", HOST)][..], 200),
        (&[("host", HOST), ("origin", "https://mcp.example")], 200),
        (&[("host", HOST), ("origin", "https://evil.example")], 403),
        (&[("host", HOST), ("origin", "http://mcp.example")], 403),
        (
            &[("host", HOST), ("origin", "https://mcp.example:8443")],
            403,
        ),
        (
            &[
                ("host", HOST),
                ("origin", "https://mcp.example.evil.example"),
            ],
            403,
        ),
        (&[("host", HOST), ("origin", "null")], 403),
        (&[("host", "evil.example")], 421),
        (&[("host", "localhost")], 421),
        (&[("host", "mcp.example.evil.example")], 421),
        (&[("host", "evil.example"), ("x-forwarded-host", HOST)], 421),
        (&[("host", HOST), ("host", HOST)], 400),
        (&[], 400),
    ] {
        let response = request(fields).send().await;
        assert_eq!(response.status(), status, "{fields:?}");
    }
}

#[tokio::test]
async fn arguments_are_checked_before_the_tool_runs() {
    let api = api().await;
    for (arguments, pointer) in [
        (json!({ "sku": "", "quantity": 1 }), "/params/arguments/sku"),
        (
            json!({ "sku": "A", "quantity": 101 }),
            "/params/arguments/quantity",
        ),
        (
            json!({ "sku": "A", "quantity": "1" }),
            "/params/arguments/quantity",
        ),
        (
            json!({ "sku": "A", "quantity": 1, "price": 0 }),
            "/params/arguments",
        ),
        (json!({ "sku": "A" }), "/params/arguments"),
        (json!([]), "/params/arguments"),
    ] {
        let response = call(
            alice(&api, "orders:write"),
            &tool("place_order", &arguments),
        )
        .await;
        assert_eq!(response.status(), 422, "{arguments}");
        assert_eq!(code(&response), -32602, "{arguments}");
        let body: Value = response.json();
        assert_eq!(
            body["error"]["data"]["errors"][0]["pointer"], pointer,
            "{arguments}"
        );
    }
    assert_eq!(placed(&api).await, 0);
}

#[tokio::test]
async fn metadata_of_the_protocol_is_required() {
    let api = api().await;
    let mut other = list();
    other["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2025-06-18");
    let mut without = list();
    without["params"].as_object_mut().unwrap().remove("_meta");
    for message in [other, without] {
        for revision in [REVISION, "2025-06-18"] {
            let request = post(alice(&api, "orders:read")).header("mcp-protocol-version", revision);
            let request = request
                .header("mcp-method", "tools/call")
                .header("mcp-name", "list_orders");
            let response = request.json(&message).send().await;
            assert!(
                response.json::<Value>()["error"]["code"].is_i64(),
                "{revision}: {}",
                response.text()
            );
        }
    }
}

#[tokio::test]
async fn large_body_is_refused_before_the_tool_runs() {
    let api = api().await;
    let padding = "x".repeat(3_000_000);
    let message = tool("place_order", &json!({ "sku": padding, "quantity": 1 }));
    let response = call(alice(&api, "orders:write"), &message).await;
    assert_eq!(response.status(), 413);
    assert_eq!(call(api.anonymous(), &message).await.status(), 401);
}
