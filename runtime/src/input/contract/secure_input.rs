//! The contract of an input type, derived by `#[derive(SecureInput)]`.

use garde::error::Path;
use garde::{Report, Validate};
use serde::de::Deserializer;

use crate::input::contract::missing_limit::InputType;
use crate::input::shape::Shape;

/// A type whose every field is bounded by a rule that always applies.
///
/// It is derived, never implemented by hand: the derive checks it field by field, and requires that
/// `Deserialize` and `Validate` are implemented too.
///
/// # Examples
///
/// A field without a limit does not compile:
///
/// ```compile_fail
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(skip)]
///     sku: String,
/// }
/// ```
///
/// Neither does a hand-written implementation:
///
/// ```compile_fail,E0277
/// struct NewOrder {
///     sku: String,
/// }
///
/// impl palisade::SecureInput for NewOrder {}
/// ```
///
/// Nor does a newtype around itself: only null has its form, and decoding any other value would not end.
///
/// ```compile_fail,E0391
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// struct Link(#[garde(dive)] Option<Box<Link>>);
/// ```
///
/// With a rule it compiles:
///
/// ```
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(length(chars, max = 64))]
///     sku: String,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not declare which input it accepts",
    label = "`{Self}` is not a `SecureInput`",
    note = "help: write `#[derive(Deserialize, Validate, SecureInput)]` and `#[serde(deny_unknown_fields)]` on it; give a generic type an argument that its rules bound"
)]
pub trait SecureInput: InputContract {}

#[diagnostic::do_not_recommend]
impl<T: InputContract> SecureInput for T {}

/// The items of [`SecureInput`], which the derive implements.
///
/// No other crate can implement it, because the types of hidden items are private: nothing would
/// enforce the rules of a hand-written contract.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not derive `SecureInput`",
    label = "its rules are not known",
    note = "help: write `#[derive(Deserialize, Validate, SecureInput)]` on `{Self}`; `SecureInput` is never implemented by hand"
)]
pub trait InputContract: Sized {
    /// The context of its rules, as in [`Validate`].
    #[doc(hidden)]
    type Context;

    /// Decodes it, as its `Deserialize` does.
    ///
    /// # Errors
    ///
    /// The decoder's error.
    #[doc(hidden)]
    fn decode<'de, D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error>;

    /// The number of types around a value that do not appear in the input.
    #[doc(hidden)]
    const WRAPPERS: usize = 0;

    /// The names in the input, for JSON pointers.
    #[doc(hidden)]
    fn shape() -> &'static Shape;

    /// The media types of a JSON body of this type.
    #[doc(hidden)]
    const JSON_TYPES: &'static [&'static str] = &["application/json"];

    /// The media types of a binary body of this type.
    #[doc(hidden)]
    const BINARY_TYPES: &'static [&'static str] = &["application/octet-stream"];

    /// Whether the check of its rules stops early: its `Validate` is derived by Palisade.
    #[doc(hidden)]
    const STOPS_EARLY: bool;

    /// Reports the rules that it breaks, as [`Validate`] does.
    #[doc(hidden)]
    fn check_rules(
        &self,
        context: &Self::Context,
        at: &mut dyn FnMut() -> Path,
        report: &mut Report,
    );

    /// Reports the values that break the bounds which the derive has proved, whatever `Validate` does.
    ///
    /// They are its constant lengths and ranges; a float must also be finite, because garde compares
    /// with `<` and `>`, and so accepts a NaN in every range. It stops once the report is full.
    #[doc(hidden)]
    fn check_bounds(&self, at: &mut dyn FnMut() -> Path, report: &mut Report);

    /// Returns the JSON Schema of its values.
    #[cfg(feature = "schemas")]
    #[doc(hidden)]
    fn input_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema;
}

/// Says that a type implements garde's `Validate`, which applies its rules.
///
/// # Fix
///
/// Add `Validate` to the derives of the type. The derive of [`palisade::prelude`](crate::prelude) needs no
/// other dependency.
///
/// # Examples
///
/// ```
/// # use palisade::prelude::*;
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(range(min = 1, max = 100))]
///     quantity: u32,
/// }
/// ```
///
/// No other crate can implement it, because the type of a hidden item is private:
///
/// ```compile_fail,E0046
/// use palisade::garde::{Path, Report};
/// use palisade::rules::{DerivesValidate, InputType};
///
/// struct NewOrder {
///     sku: String,
/// }
///
/// impl DerivesValidate<NewOrder> for InputType {
///     type Context = ();
///
///     fn check_rules(_: &NewOrder, (): &(), _: &mut dyn FnMut() -> Path, _: &mut Report) {}
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{T}` does not derive `Validate`",
    label = "nothing applies the rules of this type",
    note = "help: write `#[derive(Deserialize, Validate, SecureInput)]` on it"
)]
pub trait DerivesValidate<T> {
    /// The context of the rules.
    #[doc(hidden)]
    type Context;

    #[doc(hidden)]
    const SEALED: Sealed;

    /// Reports the rules that a value breaks.
    #[doc(hidden)]
    fn check_rules(
        value: &T,
        context: &Self::Context,
        at: &mut dyn FnMut() -> Path,
        report: &mut Report,
    );
}

/// No other crate can name it.
pub struct Sealed;

#[diagnostic::do_not_recommend]
impl<T: Validate> DerivesValidate<T> for InputType {
    type Context = T::Context;

    const SEALED: Sealed = Sealed;

    #[inline]
    fn check_rules(
        value: &T,
        context: &Self::Context,
        at: &mut dyn FnMut() -> Path,
        report: &mut Report,
    ) {
        value.validate_into(context, at, report);
    }
}
