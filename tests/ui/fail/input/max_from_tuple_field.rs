use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
struct NewOrder(#[garde(range(min = 1))] u16, #[garde(length(chars, max = *_0 as usize))] String);

fn main() {}
