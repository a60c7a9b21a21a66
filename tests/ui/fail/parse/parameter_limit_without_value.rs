//! How many is not said.

use palisade::prelude::*;

#[secured(authenticated, parameter_limit)]
async fn list() {}

fn main() {}
