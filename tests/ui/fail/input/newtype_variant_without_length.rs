use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
enum Payment {
    Invoice,
    Voucher(#[garde(ascii)] String),
}

fn main() {}
