//! The handler of every operation without a declaration.

use palisade::prelude::*;

use crate::json_rpc::{INVALID_PARAMS, METHOD_NOT_FOUND, error};
use crate::message::UndeclaredMessage;

/// Refuses an operation with an error of JSON-RPC. rmcp does not see the message.
#[secured(authenticated)]
pub async fn undeclared(Valid(Json(message)): Valid<Json<UndeclaredMessage>>) -> Response {
    let (status, code, text) = if message.method == "tools/call" {
        (
            StatusCode::OK,
            INVALID_PARAMS,
            "the server has no such tool",
        )
    } else {
        (
            StatusCode::NOT_FOUND,
            METHOD_NOT_FOUND,
            "the server has no such method",
        )
    };
    error(status, &message.id, code, text)
}
