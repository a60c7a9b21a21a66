//! The parts of a multipart form as the fields of a struct.

use std::collections::HashMap;
use std::vec;

use serde::Deserializer;
use serde::de::value::SeqDeserializer;
use serde::de::{DeserializeSeed, IntoDeserializer, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::input::decode::error::{DecodeError, ErrorKind, Expected, Segment};
use crate::input::decode::media_type;
use crate::input::decode::multipart::split::Part;
use crate::input::decode::named_values::NamedValues;
use crate::input::decode::text::TextDeserializer;

/// The name of the newtype as which [`Upload`](crate::input::Upload) requests a file.
pub(crate) const FILE: &str = "$palisade::input::Upload";

/// Decodes all parts of a form.
pub(super) struct MultipartDeserializer<'a>(pub(super) Vec<Part<'a>>);

impl<'a> MultipartDeserializer<'a> {
    /// Groups the parts by name, in the order of each name's first part.
    ///
    /// An empty file input under a declared name counts as absent. Under another name it stays, so
    /// that it is rejected as unknown.
    fn fields(self, names: &'static [&'static str]) -> Vec<(&'a str, PartsDeserializer<'a>)> {
        let is_absent = |part: &Part<'_>| is_empty_file_input(part) && names.contains(&part.name);
        let mut fields: Vec<(&'a str, PartsDeserializer<'a>)> = Vec::new();
        let mut indices = HashMap::new();
        for part in self.0.into_iter().filter(|part| !is_absent(part)) {
            let index = *indices.entry(part.name).or_insert(fields.len());
            match fields.get_mut(index) {
                Some((_, PartsDeserializer(parts))) => parts.push(part),
                None => fields.push((part.name, PartsDeserializer(vec![part]))),
            }
        }
        fields
    }
}

/// Returns whether a part is what browsers send for a file input without a file.
///
/// [HTML, constructing the entry list](https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#constructing-the-form-data-set).
fn is_empty_file_input(part: &Part<'_>) -> bool {
    part.file_name == Some("") && part.content.is_empty()
}

impl<'de> Deserializer<'de> for MultipartDeserializer<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_map(NamedValues::new(&[], self.fields(&[]).into_iter()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_map(NamedValues::new(fields, self.fields(fields).into_iter()))
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
        option unit unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Decodes the parts with one name; never empty.
struct PartsDeserializer<'a>(Vec<Part<'a>>);

impl<'a> PartsDeserializer<'a> {
    fn only(self) -> Result<Part<'a>, DecodeError> {
        match &*self.0 {
            [part] => Ok(*part),
            _ => Err(DecodeError::new(ErrorKind::Duplicate)),
        }
    }

    /// Returns the only part, which must be text: not a file, and of no other media type.
    fn text(self) -> Result<TextDeserializer<'a>, DecodeError> {
        let part = self.only()?;
        let is_text = part.file_name.is_none()
            && part.media_type.is_none_or(|media_type| {
                media_type::matches(media_type, media_type::TEXT)
                    || (part.content.is_ascii() && media_type::is_ascii_compatible_text(media_type))
            });
        if !is_text {
            return Err(DecodeError::new(ErrorKind::Type).expected(Expected::TextPart));
        }
        match str::from_utf8(part.content) {
            Ok(text) => Ok(TextDeserializer(text)),
            Err(_) => Err(DecodeError::new(ErrorKind::Encoding)),
        }
    }
}

macro_rules! as_text {
    ($($method:ident($($argument:ident: $ty:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(
            self,
            $($argument: $ty,)*
            visitor: V,
        ) -> Result<V::Value, DecodeError> {
            self.text()?.$method($($argument,)* visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for PartsDeserializer<'_> {
    type Error = DecodeError;

    as_text! {
        deserialize_any() deserialize_bool() deserialize_char() deserialize_str()
        deserialize_string() deserialize_bytes() deserialize_byte_buf() deserialize_identifier()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_f32() deserialize_f64() deserialize_unit() deserialize_map()
        deserialize_unit_struct(name: &'static str)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if name == FILE {
            return visitor.visit_seq(SeqDeserializer::new(file_elements(&self.only()?)));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_seq(PartsInOrder {
            parts: self.0.into_iter(),
            index: 0,
        })
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }
}

/// Decodes the parts with one name as the items of a list.
struct PartsInOrder<'a> {
    parts: vec::IntoIter<Part<'a>>,
    index: usize,
}

impl<'de> SeqAccess<'de> for PartsInOrder<'_> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        let Some(part) = self.parts.next() else {
            return Ok(None);
        };
        let index = Segment::Index(self.index);
        self.index += 1;
        let value = seed.deserialize(PartsDeserializer(vec![part]));
        value.map(Some).map_err(|error| error.within(index))
    }
}

/// Returns a file as the sequence that [`Upload`](crate::input::Upload) reads: the media type, the
/// content, and the file name if there is one.
fn file_elements<'a>(file: &Part<'a>) -> impl Iterator<Item = FileElement<'a>> {
    // the default of RFC 7578 §4.4
    let media_type = file.media_type.unwrap_or(media_type::TEXT);
    [
        Some(FileElement::Text(media_type)),
        Some(FileElement::Bytes(file.content)),
        file.file_name.map(FileElement::Text),
    ]
    .into_iter()
    .flatten()
}

enum FileElement<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl<'de> Deserializer<'de> for FileElement<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self {
            Self::Text(text) => visitor.visit_str(text),
            Self::Bytes(bytes) => visitor.visit_bytes(bytes),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

impl IntoDeserializer<'_, DecodeError> for FileElement<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
