//! A handler without parameters takes none.

use palisade::prelude::*;

#[secured(authenticated, parameter_limit = 0)]
async fn list() {}

fn main() {}
