//! The parts of a multipart form as the fields of a struct.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::iter::Map;
use std::slice;

use serde::Deserializer;
use serde::de::value::SeqDeserializer;
use serde::de::{IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use crate::input::contract::Violation;
use crate::input::decode::error::{DecodeError, ErrorKind, Expected};
use crate::input::decode::foreign;
use crate::input::decode::form_values::{Values, ValuesDeserializer};
use crate::input::decode::media_type;
use crate::input::decode::multipart::split::Part;
use crate::input::decode::named_values::NamedValues;
use crate::input::shape::position::declared_name;
use crate::input::shape::{Field, Shape};

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
        let empty = empty_lists(&parts, shape, names);
        let empty = empty.map(|name| (name, ValuesDeserializer(PartValues(&[]))));
        let groups = groups.take(shape.max_items().unwrap_or(usize::MAX));
        let fields = groups.filter_map(|parts| {
            let name = parts.first()?.name;
            let parts = allowed(parts, shape.member(name), excess);
            Some((name, ValuesDeserializer(PartValues(parts))))
        });
        visitor.visit_map(NamedValues::new(names, fields.chain(empty)))
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

/// Returns the names of the lists that have no part, and so are empty.
fn empty_lists(
    parts: &[Part<'_>],
    shape: &'static Shape,
    names: &'static [&'static str],
) -> impl Iterator<Item = &'static str> {
    let present: HashSet<_> = parts.iter().map(|part| part.name).collect();
    let lists = shape.members().iter();
    let lists = lists.filter(|field| field.is_list() && !field.has_default);
    let empty = lists.filter(move |field| !field.names.iter().any(|name| present.contains(name)));
    let empty = empty.filter_map(|field| field.names.first().copied());
    empty.filter(|name| names.contains(name))
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
    part.file_name == Some("") && part.content.is_empty() && part.stored.is_none()
}

impl<'de> Deserializer<'de> for MultipartDeserializer<'_, '_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        foreign::require_direct(self.shape)?;
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

/// The parts with one name; none for a list without a part.
struct PartValues<'p, 'a>(&'p [Part<'a>]);

impl<'a> PartValues<'_, 'a> {
    fn only(&self) -> Result<Part<'a>, DecodeError> {
        match self.0 {
            [part] => Ok(*part),
            [] => Err(DecodeError::new(ErrorKind::Type).expected(Expected::SingleValue)),
            _ => Err(DecodeError::new(ErrorKind::Duplicate)),
        }
    }
}

impl<'p, 'a> Values for PartValues<'p, 'a> {
    type Items = Map<slice::Iter<'p, Part<'a>>, fn(&'p Part<'a>) -> Result<Self, DecodeError>>;

    /// Returns the only part, which must be text: not a file, and of no other media type.
    fn text(&self) -> Result<Cow<'_, str>, DecodeError> {
        let part = self.only()?;
        let is_text = part.file_name.is_none()
            && part.media_type.is_none_or(|media_type| {
                media_type::matches(media_type, media_type::TEXT)
                    || (part.content.is_ascii() && media_type::is_ascii_compatible_text(media_type))
            });
        if !is_text {
            return Err(DecodeError::new(ErrorKind::Type).expected(Expected::TextPart));
        }
        let text = str::from_utf8(part.content).map(Cow::Borrowed);
        text.map_err(|_| DecodeError::new(ErrorKind::Encoding))
    }

    fn is_html(&self) -> bool {
        true
    }

    fn is_blank(&self) -> bool {
        self.0.is_empty() || self.text().is_ok_and(|text| text.is_empty())
    }

    fn items(self) -> Result<Self::Items, DecodeError> {
        Ok(self.0.iter().map(|part| Ok(Self(slice::from_ref(part)))))
    }

    fn visit_file<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_seq(SeqDeserializer::new(file_elements(&self.only()?)))
    }
}

/// Returns a file as the sequence that [`Upload`](crate::input::Upload) reads: the media type, the
/// content, and the file name if there is one.
fn file_elements<'a>(file: &Part<'a>) -> impl Iterator<Item = FileElement<'a>> {
    // the default of RFC 7578 §4.4
    let media_type = file.media_type.unwrap_or(media_type::TEXT);
    [
        Some(FileElement::Text(media_type)),
        Some(match file.stored {
            None => FileElement::Bytes(file.content),
            Some(index) => FileElement::Stored(index),
        }),
        file.file_name.map(FileElement::Text),
    ]
    .into_iter()
    .flatten()
}

enum FileElement<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
    Stored(usize),
}

impl<'de> Deserializer<'de> for FileElement<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self {
            Self::Text(text) => visitor.visit_str(text),
            Self::Bytes(bytes) => visitor.visit_bytes(bytes),
            Self::Stored(index) => visitor.visit_u64(u64::try_from(index).unwrap_or(u64::MAX)),
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
            stored: None,
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
