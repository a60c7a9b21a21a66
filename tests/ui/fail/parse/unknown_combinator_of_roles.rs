//! There is `any` and `all`, for roles as for scopes.

use palisade::prelude::*;

#[secured(roles = either("admin", "auditor"))]
async fn list() {}

fn main() {}
