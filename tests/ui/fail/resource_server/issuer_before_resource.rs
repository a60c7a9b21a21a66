//! An issuer without an audience is trusted after the resource is named.

use palisade::prelude::*;

#[tokio::main]
async fn main() {
    let issuer = Issuer::new("https://login.example.govt.nz");
    let server = ResourceServer::builder().trust(issuer).resource("https://orders.example.govt.nz");
    let _ = server.build().await.unwrap();
}
