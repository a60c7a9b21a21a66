//! The keys of maps, and the values that garde does not check.

use garde::Report;
use garde::error::Path;
#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};

use crate::input::contract::bounded::Bounded;
#[cfg(feature = "schemas")]
use crate::input::contract::definitions::of_scalar;
use crate::input::contract::rules::NoRules;
use crate::input::contract::scalar::Scalar;
#[cfg(feature = "schemas")]
use crate::input::schema::nullable;
use crate::input::shape::Nested;

/// A type whose every value is bounded as the key of a map.
///
/// garde applies no rule to the keys of a map, so their type must bound itself: a scalar, or a
/// newtype that derives `SecureInput`, whose rules Palisade applies to each key.
///
/// # Fix
///
/// Write a newtype around the text, with its limit.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// # use palisade::input::Map;
/// #[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize, Validate, SecureInput)]
/// struct Sku(#[garde(length(chars, max = 64))] String);
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Stock {
///     #[garde(length(max = 100))]
///     quantities: Map<Sku, u32>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no limit as the key of a map",
    label = "keys of any size",
    note = "help: write a newtype for the keys: `#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Validate, SecureInput)] struct Key(#[garde(length(chars, max = 64))] String);`"
)]
pub trait MapKey: KeyContract {}

#[diagnostic::do_not_recommend]
impl<T: KeyContract> MapKey for T {}

/// The items of [`MapKey`], which the derive implements for a newtype.
///
/// No other crate can implement it, because the type of a hidden item is private: nothing would
/// enforce the rules of a hand-written contract.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not derive `SecureInput`",
    label = "its rules are not known",
    note = "help: write `#[derive(Deserialize, Validate, SecureInput)]` on `{Self}`; `MapKey` is never implemented by hand"
)]
pub trait KeyContract {
    /// Whether a decoded key can break a rule.
    #[doc(hidden)]
    const HAS_BOUNDS: bool = false;

    /// The shape of a key.
    #[doc(hidden)]
    const KEY: Nested;

    /// Reports the rules that a key breaks.
    #[doc(hidden)]
    #[inline]
    fn check_key(&self, _: &mut dyn FnMut() -> Path, _: &mut Report) {}

    /// Returns the JSON Schema of a key.
    #[cfg(feature = "schemas")]
    #[doc(hidden)]
    fn key_schema(generator: &mut SchemaGenerator) -> Schema;
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> KeyContract for T {
    const KEY: Nested = <T as Bounded<NoRules>>::NESTED;

    #[cfg(feature = "schemas")]
    fn key_schema(generator: &mut SchemaGenerator) -> Schema {
        of_scalar::<T>(generator)
    }
}

/// Says that the values of a map of the standard library need no rule.
///
/// garde does not apply `inner(…)` or `dive` to the values of a `HashMap` or a `BTreeMap`, so they
/// must be scalars.
///
/// # Fix
///
/// Replace the map by [`Map`](crate::input::Map), and bound its values with `inner(…)` or `dive`.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// # use palisade::input::Map;
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Notes {
///     #[garde(length(max = 100), inner(length(chars, max = 200)))]
///     notes: Map<u16, String>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no limit as the value of a map",
    label = "no rule reaches the values of this map",
    note = "help: use `palisade::input::Map` instead of this map, and bound its values with `dive` or `inner(…)`"
)]
pub trait NeedsNoRule: sealed::Plain {
    /// The shape of a value.
    #[doc(hidden)]
    const VALUE: Nested;

    /// Returns the JSON Schema of a value.
    #[cfg(feature = "schemas")]
    #[doc(hidden)]
    fn value_schema(generator: &mut SchemaGenerator) -> Schema;
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> NeedsNoRule for T {
    const VALUE: Nested = <T as Bounded<NoRules>>::NESTED;

    #[cfg(feature = "schemas")]
    fn value_schema(generator: &mut SchemaGenerator) -> Schema {
        of_scalar::<T>(generator)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> NeedsNoRule for Option<T> {
    const VALUE: Nested = <T as Bounded<NoRules>>::NESTED;

    #[cfg(feature = "schemas")]
    fn value_schema(generator: &mut SchemaGenerator) -> Schema {
        nullable(of_scalar::<T>(generator))
    }
}

mod sealed {
    use crate::input::contract::scalar::Scalar;

    /// A scalar or an optional one.
    pub trait Plain {}

    impl<T: Scalar> Plain for T {}
    impl<T: Scalar> Plain for Option<T> {}
}
