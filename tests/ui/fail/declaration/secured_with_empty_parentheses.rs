//! An empty attribute does not mean `authenticated`.

use palisade::prelude::*;

#[secured()]
async fn list() {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(list));
}
