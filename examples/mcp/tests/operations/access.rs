//! Scopes, challenges and lifetimes: each tool has its own declaration.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    HOST, RESOURCE, alice, api, call, code, list, message, named, place, placed, tool,
};

#[tokio::test]
async fn tools_are_called_with_their_own_scopes() {
    let api = api().await;
    let refund = tool("refund_order", &json!({ "order": 0 }));
    for (message, scopes, status) in [
        (&list(), "orders:read", 200),
        (&list(), "orders:write", 200), // implies the narrower one
        (&list(), "payments:refund", 403),
        (&place(), "orders:read", 403),
        (&place(), "orders:write", 200),
        (&refund, "orders:write", 403),
        (&refund, "payments:refund", 403),
        (&refund, "orders:write payments:refund", 200),
        (&message("tools/list", json!({})), "anything", 200),
        (&message("server/discover", json!({})), "anything", 200),
    ] {
        let response = call(alice(&api, scopes), message).await;
        assert_eq!(response.status(), status, "{scopes}: {message}");
    }
    assert_eq!(placed(&api).await, 1);
}

#[tokio::test]
async fn tool_acts_for_its_caller_only() {
    let api = api().await;
    call(alice(&api, "orders:write"), &place()).await;
    let bob = || api.caller("bob").scopes("orders:write payments:refund");
    let body: Value = call(bob(), &list()).await.json();
    assert_eq!(body["result"]["structuredContent"], json!([]));
    let refund = call(bob(), &tool("refund_order", &json!({ "order": 0 }))).await;
    assert_eq!(code(&refund), -32602);
}

#[tokio::test]
async fn challenges_name_the_metadata_and_every_scope_of_the_tool() {
    let api = api().await;
    let metadata =
        "resource_metadata=\"https://mcp.example/.well-known/oauth-protected-resource/mcp\"";
    let refund = tool("refund_order", &json!({ "order": 0 }));
    for (message, scopes) in [
        (&list(), "scope=\"orders:read\""),
        (&place(), "scope=\"orders:write\""),
        (&refund, "scope=\"orders:write payments:refund\""),
    ] {
        let unknown = call(api.anonymous(), message).await;
        assert_eq!(unknown.status(), 401);
        let narrow = call(alice(&api, "other"), message).await;
        assert_eq!(narrow.status(), 403);
        let challenge = narrow.header("www-authenticate").unwrap();
        assert!(
            challenge.contains("error=\"insufficient_scope\""),
            "{challenge}"
        );
        for response in [unknown, narrow] {
            assert_eq!(
                response
                    .headers()
                    .get_all("www-authenticate")
                    .iter()
                    .count(),
                1
            );
            let challenge = response.header("www-authenticate").unwrap();
            assert!(challenge.contains(metadata), "{challenge}");
            assert!(challenge.contains(scopes), "{challenge}");
            assert!(!challenge.contains("offline_access"), "{challenge}");
        }
    }
}

#[tokio::test]
async fn metadata_is_public_and_has_the_declared_scopes() {
    let api = api().await;
    let request = api.anonymous().header("host", HOST);
    let response = request
        .get("/.well-known/oauth-protected-resource/mcp")
        .send()
        .await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.header("access-control-allow-origin"), Some("*"));
    let document: Value = response.json();
    assert_eq!(document["resource"], RESOURCE);
    assert_eq!(
        document["scopes_supported"],
        json!(["orders:read", "orders:write", "payments:refund"])
    );
}

#[tokio::test]
async fn token_for_another_server_is_refused() {
    let api = api().await;
    let request =
        alice(&api, "orders:read").with_token(|token| token.audience("https://other.example/mcp"));
    let response = call(request, &list()).await;
    assert_eq!(response.status(), 401);
    assert!(
        response
            .header("www-authenticate")
            .unwrap()
            .contains("invalid_token")
    );
}

#[tokio::test]
async fn stream_ends_when_the_token_expires() {
    let api = api().await;
    let message = tool("watch_orders", &json!({}));
    let request = named(
        alice(&api, "orders:read"),
        "tools/call",
        Some("watch_orders"),
    );
    let mut stream = request.json(&message).stream().await;
    assert_eq!(stream.status(), 200);
    assert_eq!(stream.header("content-type"), Some("text/event-stream"));
    assert_eq!(stream.header("cache-control"), Some("no-store"));
    let event = stream.event().await.unwrap();
    assert!(
        event.data().contains("notifications/progress"),
        "{}",
        event.data()
    );
    api.clock().advance(Duration::from_mins(31));
    while let Some(event) = stream.event().await {
        assert!(
            event.data().contains("notifications/progress"),
            "{}",
            event.data()
        );
    }
    assert_eq!(
        call(alice(&api, "orders:read"), &list()).await.status(),
        200
    );
}

#[tokio::test]
async fn stream_needs_a_token() {
    let api = api().await;
    let response = call(api.anonymous(), &tool("watch_orders", &json!({}))).await;
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn every_tool_is_declared_with_its_scopes() {
    let api = api().await;
    let listed: Value = call(alice(&api, "any"), &message("tools/list", json!({})))
        .await
        .json();
    let tools = listed["result"]["tools"].as_array().unwrap();
    let tools: BTreeSet<_> = tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    let mut declared = Vec::new();
    for route in api.api().inventory() {
        let name = route.selection().and_then(|selection| {
            let (_, name) = selection.values().nth(1)?;
            Some(name.to_owned())
        });
        if let Some(name) = name {
            declared.push((name, route.declaration().access.to_string()));
        }
    }
    let names: BTreeSet<_> = declared.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(tools, names);
    assert!(
        declared.iter().all(|(_, access)| access.contains(':')),
        "{declared:?}"
    );
}
