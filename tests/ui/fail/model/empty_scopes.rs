//! An empty text is no scope.

use palisade::prelude::*;

#[secured(scopes = "")]
async fn list() {}

fn main() {}
