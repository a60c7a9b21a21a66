//! A word that means nothing yet is unknown, not ignored.

use palisade::prelude::*;

#[secured(authenticated, tenant = "acme")]
async fn list() {}

fn main() {}
