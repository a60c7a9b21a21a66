//! Only a fn can be a handler.

use palisade::prelude::*;

#[secured(authenticated)]
struct List;

fn main() {}
