//! The check that a message is of the operation for which the guard has authorized its sender.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::json_rpc::{HEADER_MISMATCH, INVALID_PARAMS, INVALID_REQUEST, PARSE_ERROR, error};

/// The field that has the method of the message.
pub const MCP_METHOD: &str = "mcp-method";

/// The field that has the name of the tool, or of another target.
pub const MCP_NAME: &str = "mcp-name";

/// The methods that the revision has removed. A client learns that from the error, whatever its parameters are.
const REMOVED: [&str; 2] = ["resources/subscribe", "resources/unsubscribe"];

/// Refuses a message that is of another operation than its header.
///
/// The guard has chosen the handler by the header, before it read the body. rmcp compares both only if the message claims
/// a recent revision of the protocol, so an older revision would be a way around the guard. The comparison is exact: an
/// encoded name (`=?base64?…?=`) is not that of a declared tool.
///
/// This is an inner layer, so it runs behind the guard, within the limits of the handler, and for every handler.
pub async fn require_same_operation(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let limited = Request::from_parts(parts.clone(), body);
    let bytes = match Bytes::from_request(limited, &()).await {
        Ok(bytes) => bytes,
        Err(rejection) => return rejection.into_response(),
    };
    let Ok(message) = serde_json::from_slice::<Value>(&bytes) else {
        let message = "the body is not JSON";
        return error(StatusCode::BAD_REQUEST, &Value::Null, PARSE_ERROR, message);
    };
    let id = message.get("id").unwrap_or(&Value::Null);
    let Some(method) = message.get("method").and_then(Value::as_str) else {
        let message = "the body is not one request of JSON-RPC";
        return error(StatusCode::BAD_REQUEST, id, INVALID_REQUEST, message);
    };
    if !is_only(&parts.headers, MCP_METHOD, method) {
        let message = "`Mcp-Method` must be the method of the message";
        return error(StatusCode::BAD_REQUEST, id, HEADER_MISMATCH, message);
    }
    if let Some(member) = name_member(method) {
        let params = message.get("params");
        let is_same = match params.and_then(|params| params.get(member)?.as_str()) {
            Some(name) => is_only(&parts.headers, MCP_NAME, name),
            None if REMOVED.contains(&method) => !parts.headers.contains_key(MCP_NAME),
            None => {
                let message = format!("the message must have the string `{member}` in `params`");
                return error(StatusCode::BAD_REQUEST, id, INVALID_PARAMS, &message);
            }
        };
        if !is_same {
            let message = "`Mcp-Name` must be the name in the message";
            return error(StatusCode::BAD_REQUEST, id, HEADER_MISMATCH, message);
        }
    }
    next.run(Request::from_parts(parts, Body::from(bytes)))
        .await
}

/// Returns the parameter that `Mcp-Name` repeats.
fn name_member(method: &str) -> Option<&'static str> {
    match method {
        "tools/call" | "prompts/get" => Some("name"),
        "resources/read" | "resources/subscribe" | "resources/unsubscribe" => Some("uri"),
        "tasks/get" | "tasks/update" | "tasks/cancel" => Some("taskId"),
        _ => None,
    }
}

/// Whether the header has the field once, with exactly this value.
fn is_only(headers: &HeaderMap, field: &str, value: &str) -> bool {
    let mut values = headers.get_all(field).iter();
    values.next().is_some_and(|found| found == value) && values.next().is_none()
}
