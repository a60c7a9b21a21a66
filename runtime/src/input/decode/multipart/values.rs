//! The parts of a form as the members of a struct.

use std::collections::HashMap;
use std::vec;

use serde::Deserializer;
use serde::de::value::SeqDeserializer;
use serde::de::{DeserializeSeed, IntoDeserializer, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::input::decode::by_name::Named;
use crate::input::decode::error::{Fault, Segment, Wanted, What};
use crate::input::decode::media_type;
use crate::input::decode::multipart::split::Part;
use crate::input::decode::text::Text;

/// By this name a type asks for a file.
pub(crate) const FILE: &str = "$palisade::input::Upload";

/// All parts, as they came.
pub(super) struct Form<'a>(pub(super) Vec<Part<'a>>);

impl<'a> Form<'a> {
    /// The parts by name, in the order in which the names first stand there.
    ///
    /// A file input that was left empty is absent under a name that is known. Under another it
    /// stays, and is refused like any part of that name.
    fn members(self, fields: &'static [&'static str]) -> Vec<(&'a str, Parts<'a>)> {
        let is_absent = |part: &Part<'_>| is_left_empty(part) && fields.contains(&part.name);
        let mut members: Vec<(&'a str, Parts<'a>)> = Vec::new();
        let mut places = HashMap::new();
        for part in self.0.into_iter().filter(|part| !is_absent(part)) {
            let place = *places.entry(part.name).or_insert(members.len());
            match members.get_mut(place) {
                Some((_, Parts(parts))) => parts.push(part),
                None => members.push((part.name, Parts(vec![part]))),
            }
        }
        members
    }
}

/// What a browser sends for a file input in which nothing was chosen.
///
/// [HTML, constructing the entry list](https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#constructing-the-form-data-set).
fn is_left_empty(part: &Part<'_>) -> bool {
    part.file_name == Some("") && part.content.is_empty()
}

impl<'de> Deserializer<'de> for Form<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_map(Named::new(&[], self.members(&[]).into_iter()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_map(Named::new(fields, self.members(fields).into_iter()))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The parts of one name: never none.
struct Parts<'a>(Vec<Part<'a>>);

impl<'a> Parts<'a> {
    fn only(self) -> Result<Part<'a>, Fault> {
        match &*self.0 {
            [part] => Ok(*part),
            _ => Err(Fault::new(What::Twice)),
        }
    }

    /// The only part, which has to be a text: no file, and labelled as nothing else.
    fn text(self) -> Result<Text<'a>, Fault> {
        let part = self.only()?;
        let is_text = part.file_name.is_none()
            && part.media_type.is_none_or(|label| {
                media_type::fits(label, media_type::TEXT)
                    || (part.content.is_ascii() && media_type::is_text_of_ascii(label))
            });
        if !is_text {
            return Err(Fault::new(What::Type).wanted(Wanted::TextPart));
        }
        match str::from_utf8(part.content) {
            Ok(text) => Ok(Text(text)),
            Err(_) => Err(Fault::new(What::Text)),
        }
    }
}

macro_rules! as_text {
    ($($method:ident($($argument:ident: $ty:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(
            self,
            $($argument: $ty,)*
            visitor: V,
        ) -> Result<V::Value, Fault> {
            self.text()?.$method($($argument,)* visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Parts<'_> {
    type Error = Fault;

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

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name == FILE {
            return visitor.visit_seq(SeqDeserializer::new(pieces(&self.only()?)));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(Items {
            parts: self.0.into_iter(),
            index: 0,
        })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }
}

/// The parts of one name, one after the other.
struct Items<'a> {
    parts: vec::IntoIter<Part<'a>>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some(part) = self.parts.next() else {
            return Ok(None);
        };
        let index = Segment::Index(self.index);
        self.index += 1;
        let value = seed.deserialize(Parts(vec![part]));
        value.map(Some).map_err(|fault| fault.within(index))
    }
}

/// What an [`Upload`](crate::input::Upload) reads of a file, one after the other: its label, its content,
/// and its name where it has one.
fn pieces<'a>(file: &Part<'a>) -> impl Iterator<Item = Piece<'a>> {
    // RFC 7578 §4.4: without a label it is text
    let label = file.media_type.unwrap_or(media_type::TEXT);
    [
        Some(Piece::Text(label)),
        Some(Piece::Bytes(file.content)),
        file.file_name.map(Piece::Text),
    ]
    .into_iter()
    .flatten()
}

enum Piece<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl<'de> Deserializer<'de> for Piece<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
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

impl IntoDeserializer<'_, Fault> for Piece<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
