//! A role is no scope, whatever both are called.

use palisade::prelude::*;

const ADMIN: Role = Role::new("admin");

#[secured(scopes = any("orders:read", ADMIN))]
async fn list() {}

fn main() {}
