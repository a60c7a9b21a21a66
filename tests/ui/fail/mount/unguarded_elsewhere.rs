//! The fn inside is its module's own.

use palisade::prelude::*;

mod handlers {
    use palisade::prelude::*;

    #[secured(authenticated)]
    pub async fn list() {}
}

async fn call() {
    handlers::list().unguarded().await;
}

fn main() {}
