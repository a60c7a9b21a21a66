//! Two roles of a list without a comma.

use palisade::prelude::*;

#[secured(roles = any("admin" "auditor"))]
async fn list() {}

fn main() {}
