//! The tools: their list, the contents of those that always answer the same, and the questions of the others.

use serde_json::{Value, json};

use super::contents::{audio, embedded, image, text};

/// The tools without arguments.
const PLAIN: [&str; 19] = [
    "test_simple_text",
    "test_image_content",
    "test_audio_content",
    "test_embedded_resource",
    "test_multiple_content_types",
    "test_error_handling",
    "test_tool_with_progress",
    "test_missing_capability",
    "test_streaming_elicitation",
    "test_logging_tool",
    "test_input_required_result_elicitation",
    "test_input_required_result_sampling",
    "test_input_required_result_list_roots",
    "test_input_required_result_request_state",
    "test_input_required_result_multiple_inputs",
    "test_input_required_result_multi_round",
    "test_input_required_result_tampered_state",
    "test_input_required_result_capabilities",
    "test_reconnection",
];

/// The tool whose argument is repeated in the field `Mcp-Param-Region`.
const MIRRORED: &str = "test_mirrored_argument";

/// The tool whose schema has every kind of keyword.
const SCHEMA: &str = "json_schema_2020_12_tool";

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    PLAIN.into_iter().chain([MIRRORED, SCHEMA])
}

/// Returns the list of tools.
pub(super) fn list() -> Value {
    let tools = names().map(|name| {
        json!({ "name": name, "description": format!("The fixture {name}"), "inputSchema": schema(name) })
    });
    json!({ "resultType": "complete", "tools": tools.collect::<Vec<_>>() })
}

/// Returns a tool.
pub(super) fn tool(name: &str) -> Option<Value> {
    let tools = list();
    let mut tools = tools["tools"].as_array()?.iter();
    tools.find(|tool| tool["name"] == name).cloned()
}

fn schema(name: &str) -> Value {
    let mirrored = json!({ "region": { "type": "string", "x-mcp-header": "Region" } });
    match name {
        MIRRORED => json!({ "type": "object", "properties": mirrored, "required": ["region"] }),
        SCHEMA => json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "$defs": {
                "address": {
                    "$anchor": "addressDef",
                    "type": "object",
                    "properties": {
                        "street": { "type": "string" },
                        "city": { "type": "string" },
                    },
                },
            },
            "properties": {
                "name": { "type": "string" },
                "address": { "$ref": "#/$defs/address" },
                "contactMethod": { "type": "string", "enum": ["phone", "email"] },
                "phone": { "type": "string" },
                "email": { "type": "string" },
            },
            "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
            "if": {
                "properties": { "contactMethod": { "const": "phone" } },
                "required": ["contactMethod"],
            },
            "then": { "required": ["phone"] },
            "else": { "required": ["email"] },
            "additionalProperties": false,
        }),
        _ => json!({ "type": "object", "properties": {} }),
    }
}

/// Returns the result of a tool that needs nothing from the client.
pub(super) fn result(name: &str) -> Value {
    let is_error = name == "test_error_handling";
    let content = match name {
        "test_simple_text" => vec![text("This is a simple text response for testing.")],
        "test_image_content" => vec![image()],
        "test_audio_content" => vec![audio()],
        "test_embedded_resource" => vec![embedded(
            "test://embedded-resource",
            "text/plain",
            "This is an embedded resource content.",
        )],
        "test_multiple_content_types" => vec![
            text("Multiple content types test:"),
            image(),
            embedded(
                "test://mixed-content-resource",
                "application/json",
                r#"{"test":"data","value":123}"#,
            ),
        ],
        "test_error_handling" => vec![text("This tool intentionally returns an error for testing")],
        _ => vec![text("done")],
    };
    json!({ "resultType": "complete", "content": content, "isError": is_error })
}

/// A question to the person, with one answer of this type.
pub(super) fn question(message: &str, answer: &str, kind: &str) -> Value {
    let mut properties = json!({});
    properties[answer] = json!({ "type": kind });
    json!({
        "method": "elicitation/create",
        "params": {
            "mode": "form",
            "message": message,
            "requestedSchema": { "type": "object", "properties": properties, "required": [answer] },
        },
    })
}

/// A question to the client's model.
pub(super) fn sampling(question: &str) -> Value {
    let message = json!({ "role": "user", "content": text(question) });
    json!({
        "method": "sampling/createMessage",
        "params": { "messages": [message], "maxTokens": 100 },
    })
}

pub(super) fn roots() -> Value {
    json!({ "method": "roots/list", "params": {} })
}
