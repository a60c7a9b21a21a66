//! A scope is no role, whatever both are called.

use palisade::prelude::*;

const ADMIN: Scope = Scope::new("admin");

#[secured(roles = ADMIN)]
async fn list() {}

fn main() {}
