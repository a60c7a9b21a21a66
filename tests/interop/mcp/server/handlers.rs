//! The handlers: who may perform each operation.

use axum::http::request::Parts;
use palisade::Shutdown;
use palisade::prelude::*;
use palisade_mcp_example::gateway::Gateway;
use palisade_mcp_example::message::{Listing, Message};
use serde_json::{Map, Value};

use super::fixtures::Fixtures;

scopes! {
    /// Call tools.
    pub TOOLS = "fixtures:tools";
    /// Get prompts and their completions.
    pub PROMPTS = "fixtures:prompts";
    /// Read resources.
    pub RESOURCES = "fixtures:resources";
}

/// The parameters of an operation that may need several rounds.
#[derive(Serialize, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rounds {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, min = 1, max = 128))]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, min = 1, max = 1024))]
    uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[secure(unvalidated = "the fixtures interpret no argument")]
    arguments: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[secure(unvalidated = "the suite sends invalid responses, which the fixtures reject")]
    input_responses: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 1024))]
    request_state: Option<String>,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[secure(unvalidated = "rmcp validates the metadata of the protocol")]
    meta: Option<Map<String, Value>>,
}

/// The parameters of `completion/complete`.
#[derive(Serialize, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub struct Completion {
    #[garde(skip)]
    #[secure(unvalidated = "rmcp validates the reference")]
    r#ref: Map<String, Value>,
    #[garde(skip)]
    #[secure(unvalidated = "rmcp validates the argument")]
    argument: Map<String, Value>,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[secure(unvalidated = "rmcp validates the metadata of the protocol")]
    meta: Option<Map<String, Value>>,
}

#[secured(
    authenticated,
    unvalidated = "rmcp validates the header fields of the protocol"
)]
pub(super) async fn list(
    caller: Caller,
    shutdown: Shutdown,
    State(gateway): State<Gateway<Fixtures>>,
    Unvalidated(parts): Unvalidated<Parts>,
    Valid(Json(message)): Valid<Json<Message<Listing>>>,
) -> Response {
    gateway.call(caller, shutdown, parts, message).await
}

#[secured(scopes = TOOLS, unvalidated = "rmcp validates the header fields of the protocol")]
pub(super) async fn call_tool(
    caller: Caller,
    shutdown: Shutdown,
    State(gateway): State<Gateway<Fixtures>>,
    Unvalidated(parts): Unvalidated<Parts>,
    Valid(Json(message)): Valid<Json<Message<Rounds>>>,
) -> Response {
    gateway.call(caller, shutdown, parts, message).await
}

#[secured(scopes = PROMPTS, unvalidated = "rmcp validates the header fields of the protocol")]
pub(super) async fn get_prompt(
    caller: Caller,
    shutdown: Shutdown,
    State(gateway): State<Gateway<Fixtures>>,
    Unvalidated(parts): Unvalidated<Parts>,
    Valid(Json(message)): Valid<Json<Message<Rounds>>>,
) -> Response {
    gateway.call(caller, shutdown, parts, message).await
}

#[secured(scopes = PROMPTS, unvalidated = "rmcp validates the header fields of the protocol")]
pub(super) async fn complete(
    caller: Caller,
    shutdown: Shutdown,
    State(gateway): State<Gateway<Fixtures>>,
    Unvalidated(parts): Unvalidated<Parts>,
    Valid(Json(message)): Valid<Json<Message<Completion>>>,
) -> Response {
    gateway.call(caller, shutdown, parts, message).await
}

#[secured(scopes = RESOURCES, unvalidated = "rmcp validates the header fields of the protocol")]
pub(super) async fn read_resource(
    caller: Caller,
    shutdown: Shutdown,
    State(gateway): State<Gateway<Fixtures>>,
    Unvalidated(parts): Unvalidated<Parts>,
    Valid(Json(message)): Valid<Json<Message<Rounds>>>,
) -> Response {
    gateway.call(caller, shutdown, parts, message).await
}
