//! A handler is a free function; the route that mounts it is not reported as well.

use palisade::prelude::*;

struct Shop;

impl Shop {
    #[secured(authenticated)]
    async fn list(_: Caller) {}
}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(Shop::list).post(Shop::list));
}
