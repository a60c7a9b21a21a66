//! A handler in a module with an `impl` whose attributes contain brackets and quotes.
#![allow(dead_code)]

use palisade::prelude::*;

mod orders {
    use palisade::prelude::*;

    pub struct Shop;

    impl Shop {
        #[doc = "Uses [a] and b."]
        pub fn name() -> &'static str {
            "shop"
        }
    }

    /* /* */ impl Shop { */

    #[secured(scopes = "orders:read")]
    pub async fn list_orders() -> &'static str {
        Shop::name()
    }
}

fn main() {
    let _: SecureRouter = SecureRouter::new().route("/orders", get(orders::list_orders));
}
