//! What is bounded by being parsed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num;

use crate::input::Bounded;
use crate::input::rules::Unruled;

/// A type whose every value is small and well-formed because parsing it is the check.
///
/// Integers, `bool`, `char`, IP addresses, `Uuid` with the feature of that name, and
/// fieldless enums that derive `SecureInput`. It needs no rule, and may be a path
/// parameter by itself.
///
/// # Security
///
/// Implement it only where `Deserialize` refuses everything else: what the compiler
/// then believes is not proved.
///
/// # Examples
///
/// ```
/// use palisade::input::{Bounded, Scalar};
///
/// /// Deserializes from three upper-case letters only.
/// struct Currency([u8; 3]);
///
/// impl<Rules> Bounded<Rules> for Currency {}
/// impl Scalar for Currency {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not bounded by being parsed",
    label = "this needs a rule",
    note = "help: write a rule that bounds it, as `#[garde(length(chars, max = 64))]` on text"
)]
pub trait Scalar: Bounded<Unruled> {}

macro_rules! scalars {
    ($($ty:ty)*) => {$(
        impl<Rules> Bounded<Rules> for $ty {}
        impl Scalar for $ty {}
    )*};
}

scalars! {
    () bool char
    u8 u16 u32 u64 u128 usize
    i8 i16 i32 i64 i128 isize
    num::NonZeroU8 num::NonZeroU16 num::NonZeroU32
    num::NonZeroU64 num::NonZeroU128 num::NonZeroUsize
    num::NonZeroI8 num::NonZeroI16 num::NonZeroI32
    num::NonZeroI64 num::NonZeroI128 num::NonZeroIsize
    IpAddr Ipv4Addr Ipv6Addr SocketAddr SocketAddrV4 SocketAddrV6
}

#[cfg(feature = "uuid")]
scalars! { uuid::Uuid }
