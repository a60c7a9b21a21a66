//! The second was probably meant to be another.

use palisade::prelude::*;

#[secured(roles = any("admin", "admin"))]
async fn list() {}

fn main() {}
