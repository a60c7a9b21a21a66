//! A public handler looks at no token, so it can ask for no role.

use palisade::prelude::*;

#[public(reason = "a probe", roles = "admin")]
async fn list() {}

fn main() {}
