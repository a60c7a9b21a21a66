//! Errors of JSON-RPC.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use palisade::{Api, ErrorBody};
use serde_json::{Value, json};

/// The header disagrees with the body (MCP, revision 2026-07-28).
pub const HEADER_MISMATCH: i64 = -32_020;

/// The codes of JSON-RPC 2.0 §5.1.
pub const PARSE_ERROR: i64 = -32_700;
/// The message is not a request.
pub const INVALID_REQUEST: i64 = -32_600;
/// The server does not have the method.
pub const METHOD_NOT_FOUND: i64 = -32_601;
/// The parameters are not those of the method.
pub const INVALID_PARAMS: i64 = -32_602;
/// The server failed.
pub const INTERNAL_ERROR: i64 = -32_603;

/// Creates the response to the request with this `id`.
pub fn error(status: StatusCode, id: &Value, code: i64, message: &str) -> Response {
    let error = json!({ "code": code, "message": message });
    let body = json!({ "jsonrpc": "2.0", "id": id, "error": error });
    (status, Json(body)).into_response()
}

/// Renders the errors of an API as those of JSON-RPC, with the problem as data.
pub fn render_errors(api: Api) -> Api {
    api.render_errors(|problem| {
        let code = match problem.status() {
            StatusCode::UNPROCESSABLE_ENTITY => INVALID_PARAMS,
            status if status.is_server_error() => INTERNAL_ERROR,
            _ => INVALID_REQUEST,
        };
        let error = json!({ "code": code, "message": problem.title_text(), "data": problem });
        ErrorBody::json(&json!({ "jsonrpc": "2.0", "id": null, "error": error }))
    })
}
