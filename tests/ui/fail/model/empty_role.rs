//! An empty text is no role.

use palisade::prelude::*;

#[secured(roles = "")]
async fn list() {}

fn main() {}
