//! What may be a map's key, or a value that garde does not look at.

use garde::Report;
use garde::error::Path;
#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};

#[cfg(feature = "schemas")]
use crate::input::contract::definitions::of_scalar;
use crate::input::contract::scalar::Scalar;
#[cfg(feature = "schemas")]
use crate::input::schema::nullable;

/// A type whose every value is bounded as a map's key.
///
/// garde applies no rule to a map's keys, so they bring their own: scalars, and newtypes
/// that derive `SecureInput`, whose rules are applied to each key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not bounded as a map's key",
    label = "keys of any size",
    note = "help: write a newtype, as `#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Validate, SecureInput)] struct Key(#[garde(length(chars, max = 64))] String);`"
)]
pub trait MapKey {
    /// Whether a key may break a rule once it is decoded.
    #[doc(hidden)]
    const EXAMINED: bool = false;

    /// Reports the rules that a key breaks.
    #[doc(hidden)]
    #[inline]
    fn examine_key(&self, _: &mut dyn FnMut() -> Path, _: &mut Report) {}

    /// What a key looks like where it is a value.
    #[cfg(feature = "schemas")]
    #[doc(hidden)]
    fn key_schema(generator: &mut SchemaGenerator) -> Schema;
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> MapKey for T {
    #[cfg(feature = "schemas")]
    fn key_schema(generator: &mut SchemaGenerator) -> Schema {
        of_scalar::<T>(generator)
    }
}

/// A type whose values need no rule, as in the standard library's maps.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not bounded as a map's value",
    label = "no rule of garde's reaches the values of this map",
    note = "help: write `palisade::input::Map<…>` in place of the standard library's map, and bound the values with `dive` or `inner(…)`"
)]
pub trait PlainValue {
    /// What a value looks like.
    #[cfg(feature = "schemas")]
    #[doc(hidden)]
    fn value_schema(generator: &mut SchemaGenerator) -> Schema;
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> PlainValue for T {
    #[cfg(feature = "schemas")]
    fn value_schema(generator: &mut SchemaGenerator) -> Schema {
        of_scalar::<T>(generator)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> PlainValue for Option<T> {
    #[cfg(feature = "schemas")]
    fn value_schema(generator: &mut SchemaGenerator) -> Schema {
        nullable(of_scalar::<T>(generator))
    }
}
