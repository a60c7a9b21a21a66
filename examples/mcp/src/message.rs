//! Requests of JSON-RPC as input types: Palisade checks them before rmcp sees them.

use palisade::prelude::*;
use serde_json::{Map, Value};

/// A request or notification of JSON-RPC 2.0.
#[derive(Serialize, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub struct Message<P: Validate<Context = ()>> {
    #[garde(skip)]
    jsonrpc: Version,
    /// Missing in a notification.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[secure(unvalidated = "the response repeats it, and nothing interprets it")]
    id: Option<Value>,
    #[garde(length(chars, min = 1, max = 128))]
    method: String,
    #[garde(dive)]
    params: P,
}

/// The version of JSON-RPC.
#[derive(Serialize, Deserialize, Validate, SecureInput)]
enum Version {
    #[serde(rename = "2.0")]
    Two,
}

/// The parameters of `tools/call`, with the arguments of one tool.
#[derive(Serialize, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub struct ToolCall<A: Validate<Context = ()>> {
    #[garde(length(chars, min = 1, max = 128))]
    name: String,
    #[garde(dive)]
    arguments: A,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[secure(unvalidated = "rmcp validates the metadata of the protocol")]
    meta: Option<Map<String, Value>>,
}

/// The parameters of an operation that has none but a position in a list.
#[derive(Serialize, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 256))]
    cursor: Option<String>,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[secure(unvalidated = "rmcp validates the metadata of the protocol")]
    meta: Option<Map<String, Value>>,
}

/// The arguments of a tool that has none.
#[derive(Serialize, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub struct NoArguments {}

/// A message of an operation that is not declared; it is refused whatever it contains.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub struct UndeclaredMessage {
    #[garde(skip)]
    jsonrpc: Version,
    #[serde(default)]
    #[garde(skip)]
    #[secure(unvalidated = "the message is refused")]
    pub(crate) id: Value,
    #[garde(length(chars, max = 1024))]
    pub(crate) method: String,
    #[serde(default)]
    #[garde(skip)]
    #[secure(unvalidated = "the message is refused")]
    #[expect(dead_code, reason = "nothing reads the parameters")]
    params: Value,
}
