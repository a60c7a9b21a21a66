//! `Valid` holds what its type promises.

use palisade::prelude::*;

#[derive(Deserialize)]
struct NewOrder {}

#[secured(authenticated)]
async fn create(_: Valid<Json<NewOrder>>) {}

fn main() {}
