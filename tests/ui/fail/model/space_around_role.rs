//! A space that is not seen would keep everybody out.

use palisade::prelude::*;

#[secured(roles = "admin ")]
async fn list() {}

fn main() {}
