//! The orders API of a small shop.

mod handlers;
mod model;
mod scope;
mod store;

use palisade::SecureRouter;
use palisade::routing::get;

pub use self::store::Store;

/// Returns every route of the API, without a state and a resource server.
pub fn routes() -> SecureRouter<Store> {
    SecureRouter::new()
        .route("/health", get(handlers::health))
        .route("/whoami", get(handlers::whoami))
        .route(
            "/orders",
            get(handlers::list_orders).post(handlers::create_order),
        )
        .route(
            "/orders/{id}",
            get(handlers::show_order).delete(handlers::delete_order),
        )
}
