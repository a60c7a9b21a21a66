//! There is `any` and `all`.

use palisade::prelude::*;

#[secured(scopes = one_of("a", "b"))]
async fn list() {}

fn main() {}
