//! The parts of a multipart form as the fields of a struct.

use std::collections::HashMap;
use std::slice;

use serde::Deserializer;
use serde::de::value::SeqDeserializer;
use serde::de::{DeserializeSeed, IntoDeserializer, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::input::contract::Violation;
use crate::input::decode::error::{DecodeError, ErrorKind, Expected, Segment};
use crate::input::decode::media_type;
use crate::input::decode::multipart::split::Part;
use crate::input::decode::named_values::NamedValues;
use crate::input::decode::text::TextDeserializer;
use crate::input::shape::position::declared_name;
use crate::input::shape::{Field, Shape};

/// The name of the newtype as which [`Upload`](crate::input::Upload) requests a file.
pub(crate) const FILE: &str = "$palisade::input::Upload";

/// Decodes all parts of a form.
pub(super) struct MultipartDeserializer<'e, 'a> {
    pub(super) parts: Vec<Part<'a>>,
    pub(super) shape: &'static Shape,
    /// The lists that have more parts than `shape` allows.
    pub(super) excess: &'e mut Vec<Violation>,
}

impl MultipartDeserializer<'_, '_> {
    /// Presents the parts to serde, grouped by name in the order of each name's first part.
    ///
    /// An empty file input under a declared name counts as absent. Under another name it stays, so
    /// that it is rejected as unknown.
    fn visit<'de, V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let Self {
            mut parts,
            shape,
            excess,
        } = self;
        parts.retain(|part| !(is_empty_file_input(part) && names.contains(&part.name)));
        group_by_name(&mut parts);
        let groups = parts.chunk_by(|part, next| part.name == next.name);
        if let Some(max) = shape
            .max_items()
            .filter(|max| groups.clone().count() > *max)
        {
            excess.push(Violation::too_many("", max));
        }
        let groups = groups.take(shape.max_items().unwrap_or(usize::MAX));
        let fields = groups.filter_map(|parts| {
            let name = parts.first()?.name;
            let parts = allowed(parts, shape.member(name), excess);
            Some((name, PartsDeserializer(parts)))
        });
        visitor.visit_map(NamedValues::new(names, fields))
    }
}

/// Returns the parts of a list that its type allows, and reports if there are more.
fn allowed<'p, 'a>(
    parts: &'p [Part<'a>],
    member: Option<&'static Field>,
    excess: &mut Vec<Violation>,
) -> &'p [Part<'a>] {
    let list = member.and_then(|member| Some((member, member.max_items()?)));
    let Some((member, max)) = list else {
        return parts;
    };
    let Some((allowed, _)) = parts
        .split_at_checked(max)
        .filter(|(_, rest)| !rest.is_empty())
    else {
        return parts;
    };
    let name = parts
        .first()
        .map_or("", |part| declared_name(member.names, part.name));
    excess.push(Violation::too_many(name, max));
    allowed
}

/// Moves the parts with the same name next to each other, and keeps their order.
fn group_by_name(parts: &mut [Part<'_>]) {
    let mut first = HashMap::new();
    for (index, part) in parts.iter().enumerate() {
        first.entry(part.name).or_insert(index);
    }
    parts.sort_by_cached_key(|part| first.get(part.name).copied());
}

/// Returns whether a part is what browsers send for a file input without a file.
///
/// [HTML, constructing the entry list](https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#constructing-the-form-data-set).
fn is_empty_file_input(part: &Part<'_>) -> bool {
    part.file_name == Some("") && part.content.is_empty()
}

impl<'de> Deserializer<'de> for MultipartDeserializer<'_, '_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.visit(&[], visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.visit(fields, visitor)
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
struct PartsDeserializer<'p, 'a>(&'p [Part<'a>]);

impl<'a> PartsDeserializer<'_, 'a> {
    fn only(self) -> Result<Part<'a>, DecodeError> {
        match self.0 {
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

impl<'de> Deserializer<'de> for PartsDeserializer<'_, '_> {
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
            parts: self.0.iter(),
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
struct PartsInOrder<'p, 'a> {
    parts: slice::Iter<'p, Part<'a>>,
    index: usize,
}

impl<'de> SeqAccess<'de> for PartsInOrder<'_, '_> {
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
        let value = seed.deserialize(PartsDeserializer(slice::from_ref(part)));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_grouped_in_the_order_of_the_first_of_each_name() {
        let part = |name, content| Part {
            name,
            file_name: None,
            media_type: None,
            content,
        };
        let mut parts = [
            part("b", &b"1"[..]),
            part("a", b"2"),
            part("b", b"3"),
            part("c", b"4"),
            part("a", b"5"),
        ];
        group_by_name(&mut parts);
        let grouped: Vec<_> = parts.iter().map(|part| (part.name, part.content)).collect();
        let expected = [
            ("b", b"1"),
            ("b", b"3"),
            ("a", b"2"),
            ("a", b"5"),
            ("c", b"4"),
        ];
        assert_eq!(
            grouped,
            expected.map(|(name, content)| (name, &content[..]))
        );
    }
}
