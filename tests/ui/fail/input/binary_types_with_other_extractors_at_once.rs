use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[secure(binary = ["application/json", "multipart/form-data", "image/*", "image/png"])]
struct Picture(#[garde(length(max = 9))] Vec<u8>);

fn main() {}
