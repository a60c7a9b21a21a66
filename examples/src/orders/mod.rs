//! The orders API of a small shop.

mod handlers;
mod model;
mod scope;
mod store;

use palisade::openapi::Info;
use palisade::routing::get;
use palisade::{Api, SecureRouter};

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

/// Returns the title, version and description of the API.
#[must_use]
pub fn info() -> Info {
    Info::new("Orders", env!("CARGO_PKG_VERSION")).description("The orders of a small shop.")
}

/// Publishes the description of the API.
#[must_use]
pub fn described(api: Api) -> Api {
    api.publish_openapi(
        info(),
        "clients are generated from the description, and the API of this shop is no secret",
    )
}

#[cfg(test)]
mod tests {
    use palisade::testing::TestApi;
    use palisade::testing::attack::{Attack, Expected};

    use super::*;
    use crate::documents::report;

    /// The routes of `orders` and of the quickstart.
    #[tokio::test]
    async fn attacks_on_orders_are_refused() {
        let api = TestApi::new(routes().with_state(Store::default())).await;
        let api = api.map_api(described);
        let (write, delete) = ("orders:write", "orders:write orders:delete");
        let results = Attack::new(&api)
            .expect("GET /orders", Expected::scopes("orders:read"))
            .expect("POST /orders", Expected::scopes(write))
            .expect("GET /orders/{id}", Expected::scopes("orders:read"))
            .expect(
                "DELETE /orders/{id}",
                Expected::scopes("admin").or(Expected::scopes(delete)),
            )
            .run()
            .await
            .assert_refused();
        assert_eq!(results.routes().len(), 9);
        let complete = report(api.api().inventory(), Some(results));
        complete.require_complete().unwrap();
    }
}
