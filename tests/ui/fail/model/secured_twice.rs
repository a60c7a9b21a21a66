//! Two attributes are not two conditions.

use palisade::prelude::*;

#[secured(scopes = "orders:read")]
#[secured(scopes = "orders:write")]
async fn list() {}

fn main() {}
