//! The reason has words.

use palisade::prelude::*;

struct Tenant;

impl TrustedExtractor for Tenant {
    const REASON: &'static str = "";
}

#[secured(authenticated)]
async fn create(_: Tenant) {}

fn main() {}
