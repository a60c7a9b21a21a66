//! The second was probably meant to be another.

use palisade::prelude::*;

#[secured(scopes = "orders:read orders:read")]
async fn list() {}

fn main() {}
