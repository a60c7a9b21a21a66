//! A word that means nothing yet is unknown, not ignored.

use palisade::prelude::*;

#[secured(authenticated, rate = "1/s")]
async fn list() {}

fn main() {}
