//! The promise that a type's every field is bounded, made by `#[derive(SecureInput)]`.

use garde::Validate;
use garde::error::Path;

use crate::input::Shape;

/// A type whose every field is bounded by a rule that nobody can switch off.
///
/// Derived, never written by hand: the derive proves it field by field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not declare what input it accepts",
    label = "`{Self}` is not a `SecureInput`",
    note = "help: write `#[derive(Deserialize, Validate, SecureInput)]` and `#[serde(deny_unknown_fields)]` on `{Self}`"
)]
pub trait SecureInput: Validate {
    /// The names on the wire, to point at what is wrong.
    #[doc(hidden)]
    fn shape() -> &'static Shape;

    /// Reports what garde's rules let through: numbers that are not finite.
    #[doc(hidden)]
    fn examine(&self, at: &mut dyn FnMut() -> Path, report: &mut garde::Report);
}

/// A type whose every value is small and well-formed because parsing it is the check.
///
/// Integers, `bool`, `char`, IP addresses, `Uuid` with the feature of that name, and
/// fieldless enums that derive `SecureInput`. Implement it for a type of your own
/// whose `Deserialize` refuses everything else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not bounded by being parsed",
    label = "this field needs a rule",
    note = "help: write a rule that bounds it, as `#[garde(length(chars, max = 64))]` on text"
)]
pub trait Scalar {}

macro_rules! scalars {
    ($($ty:ty)*) => {$(
        impl Scalar for $ty {}
    )*};
}

scalars! {
    u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize bool char
    std::net::IpAddr std::net::Ipv4Addr std::net::Ipv6Addr std::net::SocketAddr
}

#[cfg(feature = "uuid")]
impl Scalar for uuid::Uuid {}
