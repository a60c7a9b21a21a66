use palisade::prelude::*;

mod lax {
    pub mod length {
        pub mod chars {
            pub fn apply(_: &String, _: (usize, usize)) -> palisade::garde::Result {
                Ok(())
            }
        }
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(adapt(lax), length(chars, max = 64))]
    note: String,
}

fn main() {}
