//! What may be a map's key, or a value that garde does not look at.

use garde::Report;
use garde::error::Path;

use crate::input::Scalar;

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
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> MapKey for T {}

/// A type whose values need no rule, as in the standard library's maps.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not bounded as a map's value",
    label = "no rule of garde's reaches the values of this map",
    note = "help: write `palisade::input::Map<…>` in place of the standard library's map, and bound the values with `dive` or `inner(…)`"
)]
pub trait PlainValue {}

#[diagnostic::do_not_recommend]
impl<T: Scalar> PlainValue for T {}

#[diagnostic::do_not_recommend]
impl<T: Scalar> PlainValue for Option<T> {}
