//! An issuer has an audience.

use palisade::prelude::*;

#[tokio::main]
async fn main() {
    let issuer = Issuer::new("https://login.example.govt.nz");
    let _ = ResourceServer::builder().trust(issuer).build().await.unwrap();
}
