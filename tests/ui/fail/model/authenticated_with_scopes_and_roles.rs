//! Either any valid token will do, or one that holds these.

use palisade::prelude::*;

#[secured(authenticated, scopes = "orders:read", roles = "admin")]
async fn list() {}

fn main() {}
