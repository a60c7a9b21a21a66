//! Types that need no rule: parsing them is the check.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num;

#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};

use crate::input::contract::bounded::Bounded;
use crate::input::contract::rules::NoRules;
#[cfg(feature = "schemas")]
use crate::input::schema::{self, Bounds};
use crate::input::shape::{Nested, Shape};

/// A type whose every value is small and well-formed because parsing it is the check.
///
/// Integers, `bool`, `char`, IP addresses, and enums without data that derive `SecureInput`. With the feature of that
/// name, `Uuid`, `rust_decimal::Decimal`, `url::Url`, and the dates and times of `chrono`, `jiff` and `time`. A scalar
/// needs no rule, and can be a path parameter.
///
/// A type of the API is a scalar if it derives [`SecureInput`](macro@crate::SecureInput) with
/// `#[secure(scalar = "…")]`, which states what its `Deserialize` accepts. The inventory shows the
/// statement for every field of this type, and the schema has it as its description. Its own
/// schema comes from `schema = path`, a function from `&mut SchemaGenerator` to `Schema` that must
/// accept every value that `Deserialize` accepts. Without it, the schema accepts everything, with the
/// `$comment` `not described`.
///
/// In JSON, the value can be a list or an object, with at most 64 items and members at all depths: a scalar
/// is small, whatever its `Deserialize` reads.
///
/// The client gets the type's own message for a rejected value if that comes from serde's
/// [`invalid_value`], begins with `must `, and has at most 200 bytes and no control character. Every
/// other message of serde may quote the input, and is replaced by `does not have the expected
/// format`.
///
/// # Security
///
/// The compiler cannot check the statement. A message that begins with `must ` must not contain input.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
/// use palisade::serde::de::{Deserializer, Error, Unexpected};
///
/// #[derive(SecureInput)]
/// #[secure(scalar = "a currency code of three upper-case letters")]
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
/// ```
///
/// Its schema, with the feature `schemas`:
///
/// ```
/// use palisade::prelude::*;
/// # #[cfg(feature = "schemas")]
/// use palisade::schemars::{Schema, SchemaGenerator, json_schema};
///
/// #[derive(Deserialize, SecureInput)]
/// #[serde(try_from = "String")]
/// #[secure(scalar = "a currency code of three upper-case letters", schema = currency)]
/// struct Currency([u8; 3]);
///
/// # #[cfg(feature = "schemas")]
/// fn currency(_: &mut SchemaGenerator) -> Schema {
///     json_schema!({ "type": "string", "pattern": "^[A-Z]{3}$" })
/// }
/// # impl TryFrom<String> for Currency {
/// #     type Error = &'static str;
/// #     fn try_from(_: String) -> Result<Self, Self::Error> { Err("must be three upper-case letters") }
/// # }
/// ```
///
/// A hand-written implementation does not compile:
///
/// ```compile_fail,E0277
/// struct Currency(String);
///
/// impl palisade::input::Scalar for Currency {}
/// ```
///
/// [`invalid_value`]: serde::de::Error::invalid_value
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a scalar",
    label = "parsing does not bound this type",
    note = "help: use a scalar such as an integer or `Uuid`, or write a type that derives `SecureInput`, with rules"
)]
pub trait Scalar: ScalarContract {}

#[diagnostic::do_not_recommend]
impl<T: ScalarContract> Scalar for T {}

/// The contract of [`Scalar`], which the derive implements.
///
/// No other crate can implement it, because none can implement
/// [`Bounded`](crate::rules::Bounded).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not state what it accepts",
    label = "not a scalar",
    note = "help: write `#[derive(SecureInput)]` and `#[secure(scalar = \"what it accepts\")]` on `{Self}`; `Scalar` is never implemented by hand"
)]
pub trait ScalarContract: Bounded<NoRules> {}

/// Returns the shape of a scalar that is a whole input.
pub(crate) fn shape_of_scalar<T: Scalar>() -> &'static Shape {
    const { &Shape::Transparent(<T as Bounded<NoRules>>::NESTED) }
}

/// Adds the statement of a scalar to its schema, unless that has a description.
#[cfg(feature = "schemas")]
#[doc(hidden)]
pub fn stated(mut schema: Schema, accepts: &'static str) -> Schema {
    let members = schema.ensure_object();
    members
        .entry("description")
        .or_insert_with(|| accepts.into());
    schema
}

macro_rules! scalars {
    ($($ty:ty => $schema:expr;)*) => {$(
        impl<Rules> Bounded<Rules> for $ty {
            const NESTED: Nested = Nested::Leaf;

            #[cfg(feature = "schemas")]
            fn schema(_: &mut SchemaGenerator, _: &Bounds) -> Schema {
                $schema
            }
        }
        #[diagnostic::do_not_recommend]
        impl ScalarContract for $ty {}
    )*};
}

macro_rules! integers {
    ($($ty:ty, $nonzero:ty => $format:literal;)*) => {$(
        impl<Rules> Bounded<Rules> for $ty {
            const NESTED: Nested = Nested::Leaf;

            #[cfg(feature = "schemas")]
            fn schema(_: &mut SchemaGenerator, bounds: &Bounds) -> Schema {
                schema::integer($format, Self::MIN, Self::MAX, bounds)
            }
        }
        #[diagnostic::do_not_recommend]
        impl ScalarContract for $ty {}

        scalars! {
            $nonzero => schema::nonzero(schema::integer($format, <$ty>::MIN, <$ty>::MAX, &Bounds::default()));
        }
    )*};
}

scalars! {
    () => schema::null();
    bool => schema::boolean();
    char => schema::character();
    IpAddr => schema::parsed("ip", None);
    Ipv4Addr => schema::parsed("ipv4", Some(IPV4));
    Ipv6Addr => schema::parsed("ipv6", None);
    SocketAddr => schema::parsed("socket-address", None);
    SocketAddrV4 => schema::parsed("socket-address", None);
    SocketAddrV6 => schema::parsed("socket-address", None);
}

integers! {
    u8, num::NonZeroU8 => "uint8";
    u16, num::NonZeroU16 => "uint16";
    u32, num::NonZeroU32 => "uint32";
    u64, num::NonZeroU64 => "uint64";
    u128, num::NonZeroU128 => "uint128";
    usize, num::NonZeroUsize => "uint";
    i8, num::NonZeroI8 => "int8";
    i16, num::NonZeroI16 => "int16";
    i32, num::NonZeroI32 => "int32";
    i64, num::NonZeroI64 => "int64";
    i128, num::NonZeroI128 => "int128";
    isize, num::NonZeroIsize => "int";
}

#[cfg(feature = "uuid")]
scalars! {
    uuid::Uuid => schema::parsed("uuid", Some(UUID));
}

/// Matches four numbers up to 255 without leading zeros.
#[cfg(feature = "schemas")]
const IPV4: &str = concat!(
    r"^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}",
    r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])$",
);

/// Matches the four forms that `Uuid` accepts: RFC 9562's, without hyphens, in braces, and as a URN.
#[cfg(all(feature = "schemas", feature = "uuid"))]
const UUID: &str = "^(?:[0-9a-fA-F]{32}\
    |(?:urn:uuid:)?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\
    |\\{[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\\})$";
