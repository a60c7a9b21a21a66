//! A handler that extracts the whole state clones it.

use palisade::prelude::*;

struct Store;

#[secured(authenticated)]
async fn list(_: State<Store>) {}

fn main() {
    let _: SecureRouter = SecureRouter::new()
        .route("/orders", get(list))
        .with_state(Store);
}
