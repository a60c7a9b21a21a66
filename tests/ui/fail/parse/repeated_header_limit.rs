//! Which of the two would hold?

use palisade::prelude::*;

#[secured(authenticated, header_limit = 10, header_limit = 20)]
async fn list() {}

fn main() {}
