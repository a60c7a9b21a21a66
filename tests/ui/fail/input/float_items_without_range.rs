use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Readings {
    #[garde(length(max = 10))]
    values: Vec<f64>,
}

fn main() {}
