//! The second was probably meant to be another.

use palisade::prelude::*;

const ADMIN: Role = Role::new("admin");

#[secured(roles = all(ADMIN, ADMIN))]
async fn list() {}

fn main() {}
