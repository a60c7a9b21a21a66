//! The common implementation of types that are a checked text.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{Error, Unexpected, Visitor};

use crate::input::decode::expectation::Expectation;

/// A text that one function checks; every constructor calls it.
pub(super) trait Textual: Sized {
    /// The reason why a text is rejected; its message starts with `must `.
    type Error: Display;

    /// Checks the text, and keeps it without a copy if it is owned.
    fn parse(text: Cow<'_, str>) -> Result<Self, Self::Error>;
}

/// The JSON Schema of a checked text.
#[cfg(feature = "schemas")]
pub(super) trait TextSchema {
    fn text_schema() -> schemars::Schema;
}

/// Decodes a text and checks it; the error contains the type's requirement.
pub(super) fn deserialize<'de, T: Textual, D: Deserializer<'de>>(
    decoder: D,
) -> Result<T, D::Error> {
    decoder.deserialize_string(TextVisitor(PhantomData))
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: Textual> TextVisitor<T> {
    fn check<E: Error>(text: Cow<'_, str>) -> Result<T, E> {
        // not `Unexpected::Str`, which other deserializers would quote
        T::parse(text)
            .map_err(|error| E::invalid_value(Unexpected::Other("text"), &Expectation(error)))
    }
}

impl<T: Textual> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Self::check(Cow::Borrowed(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<T, E> {
        Self::check(Cow::Owned(text))
    }
}

/// Input: a `Textual` newtype around `String`. Output: its conversions and serde implementations.
///
/// `Borrow<str>` is sound because equality, order and hash are those of the text.
macro_rules! textual {
    ([$($generic:tt)*] $ty:ty, $error:ty) => {
        impl<$($generic)*> $ty {
            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Returns the text by value.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl<$($generic)*> AsRef<str> for $ty {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<$($generic)*> std::borrow::Borrow<str> for $ty {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl<$($generic)*> From<$ty> for String {
            fn from(text: $ty) -> Self {
                text.0
            }
        }

        impl<$($generic)*> std::str::FromStr for $ty {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                Self::parse(std::borrow::Cow::Borrowed(text))
            }
        }

        impl<$($generic)*> TryFrom<&str> for $ty {
            type Error = $error;

            fn try_from(text: &str) -> Result<Self, $error> {
                Self::parse(std::borrow::Cow::Borrowed(text))
            }
        }

        impl<$($generic)*> TryFrom<String> for $ty {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, $error> {
                Self::parse(std::borrow::Cow::Owned(text))
            }
        }

        /// As output: the text has the schema of the input.
        #[cfg(feature = "openapi")]
        impl<$($generic)*> schemars::JsonSchema for $ty {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                std::any::type_name::<Self>().into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                <$ty as crate::input::types::textual::TextSchema>::text_schema()
            }
        }

        impl<$($generic)*> serde::Serialize for $ty {
            fn serialize<S: serde::Serializer>(&self, encoder: S) -> Result<S::Ok, S::Error> {
                encoder.serialize_str(&self.0)
            }
        }

        impl<'de, $($generic)*> serde::Deserialize<'de> for $ty {
            fn deserialize<D: serde::Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
                crate::input::types::textual::deserialize(decoder)
            }
        }

        impl<Rules, $($generic)*> crate::input::contract::Bounded<Rules> for $ty {
            const NESTED: crate::input::shape::Nested = crate::input::shape::Nested::Leaf;

            #[cfg(feature = "schemas")]
            fn schema(
                _: &mut schemars::SchemaGenerator,
                _: &crate::input::schema::Bounds,
            ) -> schemars::Schema {
                <$ty as crate::input::types::textual::TextSchema>::text_schema()
            }
        }
        #[diagnostic::do_not_recommend]
        impl<$($generic)*> crate::input::contract::ScalarContract for $ty {}
    };
}

pub(super) use textual;
