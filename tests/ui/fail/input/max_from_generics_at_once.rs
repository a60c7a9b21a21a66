//! Largest lengths that depend on the parameters of their type.

use palisade::prelude::*;

trait Limit {
    const MAX: usize;
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder<T: Limit + Validate<Context = ()>> {
    #[garde(length(bytes, max = T::MAX))]
    note: String,
    #[garde(length(max = 3), inner(length(chars, max = { Self::LONGEST + 1 })))]
    tags: Vec<String>,
    #[garde(dive)]
    content: T,
}

impl<T: Limit + Validate<Context = ()>> NewOrder<T> {
    const LONGEST: usize = 3;
}

fn main() {}
