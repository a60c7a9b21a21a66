//! Prompts, resources and contents, as JSON.

use serde_json::{Value, json};

/// The prompts.
pub(super) const PROMPTS: [&str; 5] = [
    "test_simple_prompt",
    "test_prompt_with_arguments",
    "test_prompt_with_embedded_resource",
    "test_prompt_with_image",
    "test_input_required_result_prompt",
];

/// A PNG of one pixel.
const IMAGE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// A WAV without samples.
const AUDIO: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";

pub(super) fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

pub(super) fn image() -> Value {
    json!({ "type": "image", "data": IMAGE, "mimeType": "image/png" })
}

pub(super) fn audio() -> Value {
    json!({ "type": "audio", "data": AUDIO, "mimeType": "audio/wav" })
}

pub(super) fn embedded(uri: &str, media_type: &str, text: &str) -> Value {
    let resource = json!({ "uri": uri, "mimeType": media_type, "text": text });
    json!({ "type": "resource", "resource": resource })
}

/// Returns the list of prompts.
pub(super) fn prompts() -> Value {
    let argument = |name: &str| json!({ "name": name, "description": name, "required": true });
    let prompts = PROMPTS.map(|name| {
        let arguments = match name {
            "test_prompt_with_arguments" => vec![argument("arg1"), argument("arg2")],
            "test_prompt_with_embedded_resource" => vec![argument("resourceUri")],
            _ => Vec::new(),
        };
        json!({ "name": name, "description": name, "arguments": arguments })
    });
    json!({ "resultType": "complete", "prompts": prompts })
}

/// Returns the messages of a prompt with these arguments.
pub(super) fn messages(prompt: &str, arguments: &Value) -> Value {
    let argument = |name: &str| {
        arguments
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let contents = match prompt {
        "test_prompt_with_arguments" => vec![text(&format!(
            "Prompt with arguments: arg1='{}', arg2='{}'",
            argument("arg1"),
            argument("arg2")
        ))],
        "test_prompt_with_embedded_resource" => vec![
            embedded(
                argument("resourceUri"),
                "text/plain",
                "Embedded resource content for testing.",
            ),
            text("Please process the embedded resource above."),
        ],
        "test_prompt_with_image" => vec![image(), text("Please analyze the image above.")],
        _ => vec![text("This is a simple prompt for testing.")],
    };
    let messages: Vec<Value> = contents
        .into_iter()
        .map(|content| json!({ "role": "user", "content": content }))
        .collect();
    json!({ "resultType": "complete", "messages": messages })
}

/// Returns the list of resources.
pub(super) fn resources() -> Value {
    let resource = |uri: &str, media_type: &str| json!({ "uri": uri, "name": uri, "description": uri, "mimeType": media_type });
    json!({
        "resultType": "complete",
        "resources": [
            resource("test://static-text", "text/plain"),
            resource("test://static-binary", "image/png"),
        ],
    })
}

/// Returns the list of templates.
pub(super) fn templates() -> Value {
    json!({
        "resultType": "complete",
        "resourceTemplates": [{
            "uriTemplate": "test://template/{id}/data",
            "name": "template",
            "description": "a resource for each number",
            "mimeType": "application/json",
        }],
    })
}

/// Returns the contents of a resource, if there is one with the URI.
pub(super) fn resource(uri: &str) -> Option<Value> {
    let content = match uri {
        "test://static-text" => json!({
            "uri": uri,
            "mimeType": "text/plain",
            "text": "This is the content of the static text resource.",
        }),
        "test://static-binary" => json!({ "uri": uri, "mimeType": "image/png", "blob": IMAGE }),
        _ => {
            let id = uri
                .strip_prefix("test://template/")?
                .strip_suffix("/data")?;
            let data =
                json!({ "id": id, "templateTest": true, "data": format!("Data for ID: {id}") });
            json!({ "uri": uri, "mimeType": "application/json", "text": data.to_string() })
        }
    };
    Some(json!({ "resultType": "complete", "contents": [content] }))
}
