//! `authenticated` takes no value.

use palisade::prelude::*;

#[secured(authenticated = true)]
async fn list() {}

fn main() {}
