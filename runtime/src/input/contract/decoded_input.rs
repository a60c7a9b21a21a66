//! Input types that serde decodes.

use std::marker::PhantomData;

#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer};

#[cfg(feature = "schemas")]
use crate::input::contract::definitions;
use crate::input::contract::missing_limit::InputType;
use crate::input::contract::secure_input::SecureInput;
use crate::input::shape::Shape;

/// An input type as serde decodes it.
pub(crate) struct Decoded<T>(pub(crate) T);

impl<'de, T: SecureInput> Deserialize<'de> for Decoded<T> {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        T::decode(decoder).map(Self)
    }
}

/// Says that a type can be decoded and checked: it derives `Deserialize`, `Validate` and `SecureInput`.
///
/// `Valid<Json<T>>` and the other extractors of Palisade require it of `T`. The input of an
/// [`InputExtractor`](crate::input::InputExtractor) needs no `Deserialize`.
///
/// # Fix
///
/// Write the three derives on the type. `Deserialize` comes from serde, so `serde` must be among the
/// dependencies in Cargo.toml, with its feature `derive`. Give a generic type a type argument that its
/// rules bound.
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
///
/// #[secured(scopes = "orders:write")]
/// async fn create_order(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
///     order.quantity.to_string()
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{T}` is not an input type",
    label = "`Deserialize` or `SecureInput` is not implemented for it",
    note = "help: write `#[derive(Deserialize, Validate, SecureInput)]` and `#[serde(deny_unknown_fields)]` on it; give a generic type an argument that its rules bound"
)]
pub trait IsDecodedInput<T> {
    /// The media types of a JSON body of the type.
    #[doc(hidden)]
    const JSON_TYPES: &'static [&'static str];

    /// The media types of a binary body of the type.
    #[doc(hidden)]
    const BINARY_TYPES: &'static [&'static str];

    /// Returns the members of the type.
    #[doc(hidden)]
    fn shape() -> &'static Shape;

    /// Returns the JSON Schema of the type, as a reference to its definition.
    #[cfg(feature = "schemas")]
    #[doc(hidden)]
    fn definition(generator: &mut SchemaGenerator) -> Schema;
}

#[diagnostic::do_not_recommend]
impl<T: SecureInput + for<'de> Deserialize<'de>> IsDecodedInput<T> for InputType {
    const JSON_TYPES: &'static [&'static str] = T::JSON_TYPES;
    const BINARY_TYPES: &'static [&'static str] = T::BINARY_TYPES;

    fn shape() -> &'static Shape {
        T::shape()
    }

    #[cfg(feature = "schemas")]
    fn definition(generator: &mut SchemaGenerator) -> Schema {
        definitions::named::<T>(generator)
    }
}

/// The decoding of a type by its `Deserialize`.
pub struct Decoder<'de, T>(PhantomData<(&'de (), T)>);

impl<'de, T: Deserialize<'de>> Decoder<'de, T> {
    /// Decodes a value.
    ///
    /// # Errors
    ///
    /// The decoder's error.
    #[inline]
    pub fn decode<D: Deserializer<'de>>(decoder: D) -> Result<T, D::Error> {
        T::deserialize(decoder)
    }
}

/// The decoding of a type without `Deserialize`: only a hand-written extractor can create it.
///
/// With it the type implements [`SecureInput`] all the same, so that [`IsDecodedInput`] is the only
/// error about a missing `Deserialize`.
pub trait WithoutDeserialize<T> {
    /// Does not compile once it is used.
    ///
    /// # Errors
    ///
    /// None.
    fn decode<'de, D: Deserializer<'de>>(_: D) -> Result<T, D::Error> {
        const { panic!("the input type does not derive `Deserialize`") }
    }
}

impl<T> WithoutDeserialize<T> for Decoder<'_, T> {}
