//! A handler is a free function, not one of a trait.

use palisade::prelude::*;

trait Lists {
    fn list() -> impl Future<Output = ()> + Send;
}

struct Shop;

impl Lists for Shop {
    #[secured(authenticated)]
    async fn list() {}
}

fn main() {}
