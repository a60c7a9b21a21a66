//! The scope alone, without the word.

use palisade::prelude::*;

#[secured("orders:read")]
async fn list() {}

fn main() {}
