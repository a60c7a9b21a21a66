use palisade::prelude::*;

#[derive(Deserialize, SecureInput)]
struct Nothing;

fn main() {}
