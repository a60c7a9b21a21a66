//! A server with the tools, prompts and resources that the conformance suite calls, behind declared handlers.
//!
//! `handlers` declares who may perform each operation, and `fixtures` is the server of rmcp, with `tools` and `contents`. The
//! gateway, the comparison of header and body, and the messages are those of the example.

mod contents;
mod fixtures;
mod handlers;
mod tools;

use std::net::SocketAddr;

use axum::middleware::from_fn;
use palisade::BoundServer;
use palisade::prelude::*;
use palisade::resource_server::ProtectedResource;
use palisade::routing::{HeaderRouter, MethodFilter, on_headers};
use palisade_mcp_example::gateway::Gateway;
use palisade_mcp_example::operation::{MCP_METHOD, MCP_NAME, require_same_operation};
use palisade_mcp_example::orders::{ENDPOINT, at_site};
use palisade_mcp_example::site::Site;
use palisade_mcp_example::undeclared::undeclared;

use self::fixtures::Fixtures;

/// The scopes of every fixture.
pub(crate) const SCOPES: &str = "fixtures:tools fixtures:prompts fixtures:resources";

/// Returns a server of the fixtures that is bound to the address.
pub(crate) async fn bind(issuer: &str, address: SocketAddr) -> BoundServer {
    let url = format!("http://{address}{ENDPOINT}");
    let server = ResourceServer::builder()
        .resource(ProtectedResource::new(&url).allow_loopback_http())
        .trust(Issuer::new(issuer).allow_loopback_http());
    let server = server.build().await.unwrap();
    let site = Site::of(&url).unwrap();
    let routes = routes().with_state(Gateway::new(Fixtures::default(), &site));
    let api = at_site(routes.protect(server), &site);
    palisade::serve(api).bind(address).await.unwrap()
}

fn routes() -> SecureRouter<Gateway<Fixtures>> {
    let mut operations = HeaderRouter::new([MCP_METHOD, MCP_NAME])
        .route(["server/discover"], handlers::list)
        .route(["tools/list"], handlers::list)
        .route(["prompts/list"], handlers::list)
        .route(["resources/list"], handlers::list)
        .route(["resources/templates/list"], handlers::list)
        .route(["completion/complete"], handlers::complete)
        // every URI: the resources of a template have no list
        .route(["resources/read"], handlers::read_resource)
        .fallback(undeclared);
    for tool in tools::names() {
        operations = operations.route(["tools/call", tool], handlers::call_tool);
    }
    for prompt in contents::PROMPTS {
        operations = operations.route(["prompts/get", prompt], handlers::get_prompt);
    }
    SecureRouter::new()
        .route(ENDPOINT, on_headers(MethodFilter::POST, operations))
        .inner_layer(from_fn(require_same_operation))
}
