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
/// What the client reads of a refusal is `does not have the form that is expected here`,
/// or the words of the type: those of serde's [`invalid_value`] where they begin with
/// `must `, have at most 200 bytes and no control character. Every other message of serde
/// may quote the input and is dropped.
///
/// # Security
///
/// Implement it only where `Deserialize` refuses everything else: what the compiler
/// then believes is not proved. Nor may words that begin with `must ` be made of the input.
///
/// # Examples
///
/// ```
/// use palisade::input::{Bounded, Scalar};
/// use palisade::serde::de::{Deserialize, Deserializer, Error, Unexpected};
///
/// /// Three upper-case letters.
/// struct Currency([u8; 3]);
///
/// impl<'de> Deserialize<'de> for Currency {
///     fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
///         let text = String::deserialize(decoder)?;
///         match <[u8; 3]>::try_from(text.as_bytes()) {
///             Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
///             _ => Err(D::Error::invalid_value(
///                 Unexpected::Other("text"),
///                 &"must be three upper-case letters",
///             )),
///         }
///     }
/// }
///
/// impl<Rules> Bounded<Rules> for Currency {}
/// impl Scalar for Currency {}
/// ```
///
/// [`invalid_value`]: serde::de::Error::invalid_value
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
