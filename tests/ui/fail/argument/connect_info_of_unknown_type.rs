//! Nothing states why the data of a connection has no text of the client.

use axum::extract::ConnectInfo;
use palisade::prelude::*;

#[derive(Clone)]
struct ProxyHeader(String);

#[secured(authenticated)]
async fn create(_: ConnectInfo<ProxyHeader>) {}

fn main() {
    let _ = SecureRouter::<()>::new().route("/", get(create));
}
