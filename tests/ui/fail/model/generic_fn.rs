//! A handler has no parameters that nobody can fill in.

use palisade::prelude::*;

#[secured(authenticated)]
async fn list<T: Send>() {}

fn main() {}
