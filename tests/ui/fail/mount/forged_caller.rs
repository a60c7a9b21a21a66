//! A caller is made by the guard.

use palisade::prelude::*;

#[public(reason = "a test")]
async fn list() {
    let _ = Caller { token: loop {}, claims: loop {} };
}

fn main() {}
