//! Messages of another operation than their header, and messages that are no operation.

use serde_json::{Value, json};

use crate::support::{
    REVISION, alice, api, call, code, list, message, named, place, placed, post, tool,
};

/// The fields of a request, with a message of another operation.
type Mismatch = (&'static [(&'static str, &'static str)], fn() -> Value);

const MISMATCHES: &[Mismatch] = &[
    (
        &[("mcp-method", "tools/call"), ("mcp-name", "list_orders")],
        place,
    ),
    (&[("mcp-method", "tools/list")], place),
    (
        &[("mcp-method", "tools/list"), ("mcp-name", "place_order")],
        place,
    ),
    (&[("mcp-method", "server/discover")], list),
    (
        &[("mcp-method", "tools/call"), ("mcp-name", "list_orders")],
        list_tools,
    ),
    (
        &[("mcp-method", "tools/call"), ("mcp-name", "list_orders")],
        initialize,
    ),
    // the fallback, behind its guard
    (&[], place),
    (&[("mcp-method", "tools/call")], place),
    (&[("mcp-name", "place_order")], place),
    (
        &[("mcp-method", "tools/call"), ("mcp-name", "Place_Order")],
        place,
    ),
    (
        &[("mcp-method", "TOOLS/CALL"), ("mcp-name", "place_order")],
        place,
    ),
    (
        &[("mcp-method", "tools/call"), ("mcp-name", "place%5Forder")],
        place,
    ),
    (
        &[
            ("mcp-method", "tools/call"),
            ("mcp-name", "=?base64?cGxhY2Vfb3JkZXI=?="),
        ],
        place,
    ),
    (
        &[
            ("mcp-method", "tools/call"),
            ("mcp-name", "\"place_order\""),
        ],
        place,
    ),
    (
        &[
            ("mcp-method", "tools/call"),
            ("mcp-name", "list_orders, place_order"),
        ],
        place,
    ),
    (
        &[
            ("mcp-method", "tools/call"),
            ("mcp-name", "list_orders"),
            ("mcp-name", "place_order"),
        ],
        place,
    ),
    (
        &[
            ("mcp-method", "tools/call"),
            ("mcp-name", "place_order"),
            ("mcp-name", "place_order"),
        ],
        place,
    ),
    (
        &[
            ("mcp-method", "tools/call"),
            ("mcp-method", "tools/list"),
            ("mcp-name", "place_order"),
        ],
        place,
    ),
    (&[("mcp-method", "ping")], place),
];

fn list_tools() -> Value {
    message("tools/list", json!({}))
}

fn initialize() -> Value {
    message("initialize", json!({}))
}

/// The guard decides by the header, so the body must name the same operation: with every revision, because a server of
/// an older one does not compare them.
#[tokio::test]
async fn body_of_another_operation_than_the_header_is_refused() {
    let api = api().await;
    for revision in [
        Some(REVISION),
        Some("2025-11-25"),
        Some("2025-03-26"),
        Some("1999-01-01"),
        None,
    ] {
        for (fields, body) in MISMATCHES {
            let mut request = post(alice(&api, "orders:read"));
            if let Some(revision) = revision {
                request = request.header("mcp-protocol-version", revision);
            }
            for (name, value) in *fields {
                request = request.header(name, value);
            }
            let response = request.json(&body()).send().await;
            assert_eq!(response.status(), 400, "{revision:?} {fields:?}");
            assert_eq!(code(&response), -32020, "{revision:?} {fields:?}");
            assert_eq!(response.json::<Value>()["id"], 7);
        }
    }
    assert_eq!(placed(&api).await, 0);
}

/// A member that appears twice has two values, for two parsers.
#[tokio::test]
async fn ambiguous_body_is_refused() {
    let api = api().await;
    let arguments = r#""arguments":{},"_meta":{}"#;
    for body in [
        format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"place_order","name":"list_orders",{arguments}}}}}"#
        ),
        format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"n\u0061me":"place_order","name":"list_orders",{arguments}}}}}"#
        ),
        format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"initialize","method":"tools/call","params":{{"name":"list_orders",{arguments}}}}}"#
        ),
        format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{}},"params":{{"name":"list_orders",{arguments}}}}}"#
        ),
        format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"list_orders",{arguments}}}}} {{}}"#
        ),
        format!(
            r#"{{"jsonrpc":"1.0","id":7,"method":"tools/call","params":{{"name":"list_orders",{arguments}}}}}"#
        ),
        format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","Params":{{}},"params":{{"name":"list_orders",{arguments}}}}}"#
        ),
        format!(
            r#"{{"jsonrpc":"2.0","id":1e999,"method":"tools/call","params":{{"name":"list_orders",{arguments}}}}}"#
        ),
        String::new(),
        "{".to_owned(),
        "null".to_owned(),
    ] {
        let request = named(
            alice(&api, "orders:read"),
            "tools/call",
            Some("list_orders"),
        );
        let response = request.body(body.clone(), "application/json").send().await;
        assert!(
            matches!(response.status().as_u16(), 400 | 422),
            "{body}: {}",
            response.status()
        );
        assert!(
            matches!(code(&response), -32700 | -32602 | -32600),
            "{body}"
        );
    }
}

#[tokio::test]
async fn batches_and_messages_that_are_no_request_are_refused() {
    let api = api().await;
    for body in [
        json!([place()]),
        json!([list(), place()]),
        json!([]),
        json!({ "jsonrpc": "2.0", "id": 7, "result": {} }),
        json!({ "jsonrpc": "2.0", "id": 7, "method": ["tools/call"], "params": {} }),
        json!("tools/call"),
    ] {
        for name in ["list_orders", "no_such_tool"] {
            let request = named(alice(&api, "orders:read"), "tools/call", Some(name));
            let response = request.json(&body).send().await;
            assert_eq!(response.status(), 400, "{body}");
            assert_eq!(code(&response), -32600, "{body}");
        }
    }
    assert_eq!(placed(&api).await, 0);
}

/// A message without a name is of no operation, whichever decoder would read it later.
#[tokio::test]
async fn message_without_the_name_of_its_operation_is_refused_before_it_is_decoded() {
    let api = api().await;
    for (method, member) in [
        ("tools/call", "name"),
        ("prompts/get", "name"),
        ("resources/read", "uri"),
        ("tasks/get", "taskId"),
        ("tasks/update", "taskId"),
        ("tasks/cancel", "taskId"),
    ] {
        for params in [
            None,
            Some(Value::Null),
            Some(json!({})),
            Some(json!([])),
            Some(json!(["list_orders"])),
            Some(json!("list_orders")),
            Some(json!({ "arguments": {} })),
            Some(json!({ "Name": "list_orders", "URI": "list_orders" })),
            Some(json!({ member: null })),
            Some(json!({ member: 7 })),
            Some(json!({ member: ["list_orders"] })),
            Some(json!({ member: { "name": "list_orders" } })),
        ] {
            let mut message = json!({ "jsonrpc": "2.0", "id": 7, "method": method });
            if let Some(params) = &params {
                message["params"] = params.clone();
            }
            for name in [Some("list_orders"), Some("null"), Some(""), None] {
                let request = named(alice(&api, "orders:read"), method, name);
                let response = request.json(&message).send().await;
                assert_eq!(response.status(), 400, "{name:?} {message}");
                assert_eq!(code(&response), -32602, "{name:?} {message}");
                let body: Value = response.json();
                let text = body["error"]["message"].as_str().unwrap();
                assert!(text.contains(&format!("`{member}`")), "{text}");
            }
        }
    }
}

/// A client must learn that the revision has removed the method, but not under the name of another operation.
#[tokio::test]
async fn removed_method_is_unknown_with_and_without_a_name() {
    let api = api().await;
    for method in ["resources/subscribe", "resources/unsubscribe"] {
        for (params, name, status, error) in [
            (json!({}), None, 404, -32601),
            (json!({ "uri": "a" }), Some("a"), 404, -32601),
            (json!({}), Some("list_orders"), 400, -32020),
            (json!({ "uri": "a" }), None, 400, -32020),
            (json!({ "uri": "a" }), Some("list_orders"), 400, -32020),
        ] {
            let message = message(method, params);
            let request = named(alice(&api, "orders:read"), method, name);
            let response = request.json(&message).send().await;
            assert_eq!(response.status(), status, "{name:?} {message}");
            assert_eq!(code(&response), error, "{name:?} {message}");
        }
    }
}

#[tokio::test]
async fn undeclared_operations_need_a_token_and_do_nothing() {
    let api = api().await;
    for (message, status, error) in [
        (tool("delete_everything", &json!({})), 200, -32602),
        (tool("../place_order", &json!({})), 200, -32602),
        (message("ping", json!({})), 404, -32601),
        (
            message("initialize", json!({ "protocolVersion": "2025-06-18" })),
            404,
            -32601,
        ),
        (message("resources/list", json!({})), 404, -32601),
        (
            message("tools/Call", json!({ "name": "place_order" })),
            404,
            -32601,
        ),
        (message("subscriptions/listen", json!({})), 404, -32601),
        (
            message("notifications/cancelled", json!({ "requestId": 1 })),
            404,
            -32601,
        ),
    ] {
        let anonymous = call(api.anonymous(), &message).await;
        assert_eq!(anonymous.status(), 401, "{message}");
        let response = call(alice(&api, "orders:write payments:refund"), &message).await;
        assert_eq!(response.status(), status, "{message}");
        assert_eq!(code(&response), error, "{message}");
    }
}
