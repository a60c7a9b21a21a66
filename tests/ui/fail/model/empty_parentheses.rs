//! So do empty parentheses.

use palisade::prelude::*;

#[secured()]
async fn list() {}

fn main() {}
