//! The guard says yes or no.

use palisade::prelude::*;

#[secured(authenticated)]
async fn create(_: Result<Caller, Problem>) {}

fn main() {}
