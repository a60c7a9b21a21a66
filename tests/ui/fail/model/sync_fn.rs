//! A handler is asynchronous.

use palisade::prelude::*;

#[secured(authenticated)]
fn list() {}

fn main() {}
