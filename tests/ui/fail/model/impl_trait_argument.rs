//! A hidden parameter is one too.

use palisade::prelude::*;

#[secured(authenticated)]
async fn list(_: impl Send) {}

fn main() {}
