//! A body that is a single value: text or bytes.

use serde::Deserializer;
use serde::de::value::SeqDeserializer;
use serde::de::{DeserializeOwned, Visitor};
use serde::forward_to_deserialize_any;

use crate::input::contract::{InputError, InputLocation, Violation};
use crate::input::decode::error::DecodeError;
use crate::input::decode::foreign;
use crate::input::decode::text::TextDeserializer;
use crate::input::shape::Shape;

pub(crate) fn decode_text<T: DeserializeOwned>(text: &[u8]) -> Result<T, InputError> {
    type_mismatch(T::deserialize(TextDeserializer(text_body(text)?)))
}

/// Returns the text of a body in UTF-8.
///
/// # Errors
///
/// [`InputError::Malformed`] if the body is not valid UTF-8.
pub(crate) fn text_body(body: &[u8]) -> Result<&str, InputError> {
    str::from_utf8(body).map_err(|_| {
        let violation = Violation::new("", "encoding", "is not valid UTF-8");
        InputError::Malformed(InputLocation::Body, violation)
    })
}

/// Decodes bytes; a list gets as many as `shape` allows.
///
/// If there are more, the violation is returned with the value, which must not be used.
pub(crate) fn decode_binary<T: DeserializeOwned>(
    bytes: &[u8],
    shape: &'static Shape,
) -> Result<(T, Vec<Violation>), InputError> {
    let max_items = shape.max_items().unwrap_or(usize::MAX);
    let excess = (bytes.len() > max_items).then(|| Violation::too_many("", max_items));
    let value = type_mismatch(T::deserialize(BytesDeserializer { bytes, max_items }))?;
    Ok((value, excess.into_iter().collect()))
}

fn type_mismatch<T>(decoded: Result<T, DecodeError>) -> Result<T, InputError> {
    decoded.map_err(|error| InputError::TypeMismatch(InputLocation::Body, error.body_violation()))
}

struct BytesDeserializer<'a> {
    bytes: &'a [u8],
    max_items: usize,
}

impl<'de> Deserializer<'de> for BytesDeserializer<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if let Some(foreign) = foreign::of::<V::Value>() {
            let text = str::from_utf8(self.bytes).map_err(|_| foreign.mismatch())?;
            return foreign.visit(text, visitor);
        }
        visitor.visit_bytes(self.bytes)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let items = self.bytes.iter().copied().take(self.max_items);
        visitor.visit_seq(SeqDeserializer::new(items))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct tuple tuple_struct map struct enum identifier ignored_any
    }
}
