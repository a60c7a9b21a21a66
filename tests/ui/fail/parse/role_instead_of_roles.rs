//! The word is the plural, for one role too.

use palisade::prelude::*;

#[secured(role = "admin")]
async fn list() {}

fn main() {}
