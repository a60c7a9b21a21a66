//! Each of the limits is told.

use palisade::prelude::*;

#[secured(authenticated, body_limit = "1", body_timeout = "1", header_limit = 0, parameter_limit = 0, part_limit = 0)]
async fn list() {}

fn main() {}
