//! Either any valid token will do, or one with these roles.

use palisade::prelude::*;

#[secured(authenticated, roles = "admin")]
async fn list() {}

fn main() {}
