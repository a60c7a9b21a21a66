//! One mistake in one of two handlers of which only one is compiled is one error.

use palisade::prelude::*;

#[secured(authenticated)]
#[cfg(any())]
fn list() {}

#[secured(authenticated)]
#[cfg(all())]
async fn list() {}

fn main() {}
