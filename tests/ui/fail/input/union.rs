use palisade::prelude::*;

#[derive(SecureInput)]
union Bits {
    number: u32,
    float: f32,
}

fn main() {}
