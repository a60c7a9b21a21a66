use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
enum Amount {
    #[secure(unvalidated = "it is a number")]
    Whole(#[garde(skip)] u64),
}

fn main() {}
