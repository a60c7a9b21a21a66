//! A handler is a free function.

use palisade::prelude::*;

struct Shop;

impl Shop {
    #[secured(authenticated)]
    async fn list(_: Caller) {}
}

fn main() {}
