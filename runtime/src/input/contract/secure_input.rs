//! The promise that a type's every field is bounded, made by `#[derive(SecureInput)]`.

use garde::error::Path;
use garde::{Report, Validate};

use crate::input::shape::Shape;

/// A type whose every field is bounded by a rule that nobody can switch off.
///
/// Derived, never written by hand: the derive proves it field by field. That a nested
/// type derives no `Validate` does not make it pass for want of somebody to complain:
///
/// ```compile_fail
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Line {
///     #[garde(length(max = 3))]
///     sku: String,
///     note: String,
/// }
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct NewOrder {
///     #[garde(length(max = 10))]
///     lines: Vec<Line>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not declare what input it accepts",
    label = "`{Self}` is not a `SecureInput`",
    note = "help: write `#[derive(Deserialize, Validate, SecureInput)]` and `#[serde(deny_unknown_fields)]` on `{Self}`"
)]
pub trait SecureInput: Checked {
    /// The names on the wire, to point at what is wrong.
    #[doc(hidden)]
    fn shape() -> &'static Shape;

    /// Reports what garde's rules let through: numbers that are not finite.
    ///
    /// garde compares with `<` and `>`, and a NaN is neither.
    #[doc(hidden)]
    fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut Report);

    /// What its values look like on the wire.
    #[cfg(feature = "schemas")]
    #[doc(hidden)]
    fn input_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema;
}

/// A type whose rules garde applies.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "nothing applies the rules of `{Self}`",
    label = "`{Self}` does not derive `Validate`",
    note = "help: write `#[derive(Deserialize, Validate, SecureInput)]` on `{Self}`"
)]
pub trait Checked: Validate {}

#[diagnostic::do_not_recommend]
impl<T: Validate> Checked for T {}
