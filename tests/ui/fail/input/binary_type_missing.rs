use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[secure(binary)]
struct Invoice(#[garde(length(max = 9))] Vec<u8>);

fn main() {}
