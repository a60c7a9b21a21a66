//! The crate under another name, and the user's own `Option` and `Vec`.
#![allow(dead_code)]

extern crate palisade as fence;

use garde::Validate;

struct Option;
struct Vec;
struct Result;
struct Box;

#[derive(Validate, fence::SecureInput)]
#[secure(crate = fence)]
enum Status {
    Open,
    Paid,
}

fn main() {
    let _ = (Option, Vec, Box, Result);
}
