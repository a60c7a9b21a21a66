//! Absence is spelled: an empty attribute says nothing.

use palisade::prelude::*;

#[secured]
async fn list() {}

fn main() {}
