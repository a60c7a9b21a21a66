//! `scopes` alone says nothing.

use palisade::prelude::*;

#[secured(scopes)]
async fn list() {}

fn main() {}
