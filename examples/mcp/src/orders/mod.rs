//! The tools of a small shop.

mod handlers;
mod model;
mod tools;

use axum::middleware::from_fn;
use palisade::Api;
use palisade::prelude::*;
use palisade::routing::{HeaderRouter, MethodFilter, on_headers};

use self::tools::Tools;
use crate::gateway::Gateway;
use crate::json_rpc::render_errors;
use crate::operation::{MCP_METHOD, MCP_NAME, require_same_operation};
use crate::site::Site;
use crate::undeclared::undeclared;

pub use self::tools::Shop;

/// The path of the MCP endpoint.
pub const ENDPOINT: &str = "/mcp";

/// Returns every route of the server: one endpoint, and a handler for each operation.
pub fn routes() -> SecureRouter<Shop> {
    let operations = HeaderRouter::new([MCP_METHOD, MCP_NAME])
        .route(["server/discover"], handlers::discover)
        .route(["tools/list"], handlers::list_tools)
        .route(["tools/call", "list_orders"], handlers::list_orders)
        .route(["tools/call", "place_order"], handlers::place_order)
        .route(["tools/call", "refund_order"], handlers::refund_order)
        .route(["tools/call", "watch_orders"], handlers::watch_orders)
        .fallback(undeclared);
    SecureRouter::new()
        .route(ENDPOINT, on_headers(MethodFilter::POST, operations))
        .inner_layer(from_fn(require_same_operation))
}

/// Returns the state of the routes.
pub fn shop(site: &Site) -> Shop {
    Gateway::new(Tools::default(), site)
}

/// Limits the API to requests for the hosts of the site, and renders its errors as those of JSON-RPC.
pub fn at_site(api: Api, site: &Site) -> Api {
    render_errors(api).hosts(site.hosts.iter().cloned())
}
