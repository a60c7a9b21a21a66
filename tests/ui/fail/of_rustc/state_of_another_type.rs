//! `with_state` has the argument type `S`, like axum's, so that `Arc<Store>` coerces to `Arc<dyn Repository>`.
//! A trait that words the error would need the type of the value, without a coercion.

use palisade::prelude::*;

#[derive(Clone)]
struct Orders;

struct Customers;

#[secured(authenticated)]
async fn list(_: State<Orders>) {}

fn main() {
    let _: SecureRouter = SecureRouter::new()
        .route("/orders", get(list))
        .with_state(Customers);
}
