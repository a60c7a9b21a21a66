//! The owned form of a type holds more than it lends to the rules.

use std::borrow::{Borrow, Cow};

use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
struct Sku(#[garde(length(chars, max = 3))] String);

#[derive(Deserialize)]
struct Owned(Sku, String);

impl Borrow<Sku> for Owned {
    fn borrow(&self) -> &Sku {
        &self.0
    }
}

impl ToOwned for Sku {
    type Owned = Owned;

    fn to_owned(&self) -> Owned {
        Owned(Sku(self.0.clone()), String::new())
    }
}

#[derive(Deserialize, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(dive)]
    sku: Cow<'static, Sku>,
}

impl palisade::garde::Validate for NewOrder {
    type Context = ();

    fn validate_into(
        &self,
        _: &(),
        _: &mut dyn FnMut() -> palisade::garde::Path,
        _: &mut palisade::garde::Report,
    ) {
    }
}

fn main() {}
