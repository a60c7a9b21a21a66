//! A server trusts at least one issuer.

use palisade::prelude::*;

#[tokio::main]
async fn main() {
    let _ = ResourceServer::builder().build().await.unwrap();
}
