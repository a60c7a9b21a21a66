//! Requests and responses of JSON-RPC, in revision 2026-07-28 of the protocol.

use std::error::Error;

use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{Request, Response};
use serde_json::{Map, Value, json};

/// The revision of the protocol.
const REVISION: &str = "2026-07-28";

/// Creates a request. `name` is that of the tool, if there is one.
pub(crate) fn request(
    url: &str,
    id: u64,
    method: &str,
    name: Option<&str>,
    mut params: Map<String, Value>,
) -> Result<Request<Vec<u8>>, Box<dyn Error>> {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": REVISION,
        "io.modelcontextprotocol/clientInfo": {
            "name": "palisade-mcp-client",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    params.insert("_meta".to_owned(), meta);
    let message = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
    let mut request = Request::post(url)
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "application/json, text/event-stream")
        .header("mcp-protocol-version", REVISION)
        .header("mcp-method", method);
    if let Some(name) = name {
        request = request.header("mcp-name", name);
    }
    Ok(request.body(serde_json::to_vec(&message)?)?)
}

/// Returns the result in the response to a request with this `id`.
pub(crate) fn result<B: AsRef<[u8]>>(
    response: &Response<B>,
    id: u64,
) -> Result<Value, Box<dyn Error>> {
    let content_type = response.headers().get(CONTENT_TYPE);
    let content_type = content_type.map_or(&b""[..], |value| value.as_bytes());
    let body = response.body().as_ref();
    let messages = if content_type.starts_with(b"text/event-stream") {
        let lines = std::str::from_utf8(body)?.lines();
        let data = lines.filter_map(|line| line.strip_prefix("data:"));
        data.filter(|data| !data.trim().is_empty())
            .map(serde_json::from_str)
            .collect::<Result<Vec<Value>, _>>()?
    } else if content_type.starts_with(b"application/json") {
        vec![serde_json::from_slice(body)?]
    } else {
        Vec::new()
    };
    // a stream has notifications before the response
    let message = messages
        .into_iter()
        .find(|message| message.get("id") == Some(&id.into()));
    let Some(mut message) = message else {
        return Err(format!("the server responds with {}", response.status()).into());
    };
    if let Some(result) = message.get_mut("result") {
        return Ok(result.take());
    }
    let error = message.get("error").unwrap_or(&Value::Null);
    Err(format!("the server reports an error: {error}").into())
}
