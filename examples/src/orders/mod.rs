//! A small shop's orders: what a guarded API looks like.

mod handlers;
mod model;
mod scope;
mod store;

use palisade::SecureRouter;
use palisade::routing::get;

pub use self::store::Store;

/// Every route of the API; it still misses its state and a server.
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
