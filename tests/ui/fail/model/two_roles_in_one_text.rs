//! A text is one role: a space could be part of it, or stand between two.

use palisade::prelude::*;

#[secured(roles = "admin auditor")]
async fn list() {}

fn main() {}
