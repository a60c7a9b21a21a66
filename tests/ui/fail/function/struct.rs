//! Only a function can be a handler.

use palisade::prelude::*;

#[secured(authenticated)]
struct List;

fn main() {}
