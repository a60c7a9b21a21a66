//! The tools, as rmcp calls them.

use std::borrow::Cow;
use std::time::Duration;

use axum::http::request::Parts;
use palisade::Caller;
use rmcp::handler::server::common::Extension;
use rmcp::handler::server::wrapper::{Json, Parameters};
use rmcp::model::{
    Implementation, ProgressNotificationParam, ProtocolVersion, RequestMetaObject,
    ServerCapabilities, ServerConfig,
};
use rmcp::{ErrorData, Peer, RoleServer, ServerHandler, tool, tool_handler, tool_router};

use super::model::{NewOrder, Order, Owner, Refund, Store};
use crate::gateway::Gateway;

/// The state of the handlers.
pub type Shop = Gateway<Tools>;

/// The time between two reports of `watch_orders`.
const INTERVAL: Duration = Duration::from_secs(1);

/// The tools with their store. The guard has authorized the caller, and the arguments are valid.
#[derive(Clone, Default)]
pub struct Tools {
    store: Store,
}

#[tool_router]
impl Tools {
    #[tool(description = "Lists your orders")]
    async fn list_orders(
        &self,
        Extension(parts): Extension<Parts>,
    ) -> Result<Json<Vec<Order>>, ErrorData> {
        Ok(Json(self.store.list(&owner(&parts)?)))
    }

    #[tool(description = "Places an order")]
    async fn place_order(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(order): Parameters<NewOrder>,
    ) -> Result<Json<Order>, ErrorData> {
        let order = self.store.create(order, owner(&parts)?);
        let order = order.ok_or_else(|| ErrorData::internal_error("the store is full", None))?;
        Ok(Json(order))
    }

    #[tool(description = "Refunds one of your orders")]
    async fn refund_order(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(refund): Parameters<Refund>,
    ) -> Result<String, ErrorData> {
        if self.store.refund(refund.order, &owner(&parts)?) {
            Ok("refunded".to_owned())
        } else {
            Err(ErrorData::invalid_params("you have no such order", None))
        }
    }

    #[tool(
        description = "Reports the number of your orders, until the client or the token ends it"
    )]
    async fn watch_orders(
        &self,
        Extension(parts): Extension<Parts>,
        meta: RequestMetaObject,
        peer: Peer<RoleServer>,
    ) -> Result<String, ErrorData> {
        let owner = owner(&parts)?;
        let token = meta.get_progress_token();
        let token =
            token.ok_or_else(|| ErrorData::invalid_params("`progressToken` is missing", None))?;
        let mut number = 0_u32;
        loop {
            let orders = self.store.list(&owner).len();
            number = number.saturating_add(1);
            let progress = ProgressNotificationParam::new(token.clone(), f64::from(number))
                .with_message(format!("{orders} orders"));
            if peer.notify_progress(progress).await.is_err() {
                return Ok("the client has left".to_owned());
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }
}

#[tool_handler]
impl ServerHandler for Tools {
    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(&[ProtocolVersion::V_2026_07_28])
    }

    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build()).with_server_info(
            Implementation::new("palisade-orders", env!("CARGO_PKG_VERSION")),
        )
    }
}

/// Returns the caller that the guard has authorized.
fn owner(parts: &Parts) -> Result<Owner, ErrorData> {
    let caller: Option<&Caller> = parts.extensions.get();
    let caller = caller.ok_or_else(|| ErrorData::internal_error("no caller", None))?;
    let identity = caller.identity();
    Ok((identity.issuer.to_owned(), identity.subject.to_owned()))
}
