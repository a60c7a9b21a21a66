//! One requirement of roles is enough: it has `any` and `all`.

use palisade::prelude::*;

#[secured(roles = "admin", roles = "auditor")]
async fn list() {}

fn main() {}
