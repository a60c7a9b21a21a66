//! A word that the attribute does not have.

use palisade::prelude::*;

#[secured(scope = "orders:read")]
async fn list() {}

fn main() {}
