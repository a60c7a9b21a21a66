//! A word that takes a value has one.

use palisade::prelude::*;

#[secured(roles)]
async fn list() {}

fn main() {}
