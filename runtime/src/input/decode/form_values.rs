//! The values of a query or form under one name: a single value, or the items of a list.

use std::borrow::Cow;

use serde::Deserializer;
use serde::de::{DeserializeSeed, SeqAccess, Visitor};

use crate::input::decode::error::{DecodeError, ErrorKind, Segment};
use crate::input::decode::foreign;
use crate::input::decode::text::TextDeserializer;

/// The name of the newtype as which [`Upload`](crate::input::Upload) requests a file.
pub(crate) const FILE: &str = "$palisade::input::Upload";

/// The value of a checkbox that is checked, unless its HTML says otherwise.
const CHECKED: &str = "on";

/// The values under one name, in the order of the input.
pub(super) trait Values: Sized {
    /// The values one by one. It ends at the largest count of the list.
    type Items: Iterator<Item = Result<Self, DecodeError>>;

    /// Returns the only value, which must be text.
    fn text(&self) -> Result<Cow<'_, str>, DecodeError>;

    /// Returns whether HTML may have written the values.
    fn is_html(&self) -> bool;

    /// Returns whether there is no value, or a browser sends the values for an empty field.
    fn is_blank(&self) -> bool;

    /// Returns the items, if the name may be repeated.
    fn items(self) -> Result<Self::Items, DecodeError>;

    /// Passes the only value to `visitor`, which expects a file.
    fn visit_file<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(ValuesDeserializer(self))
    }
}

/// Decodes values: scalars from text, lists item by item.
///
/// In a form, an empty text is no value of an `Option`, and a `bool` may be a checkbox.
pub(super) struct ValuesDeserializer<V>(pub(super) V);

impl<T: Values> ValuesDeserializer<T> {
    /// Passes the items to `visitor`, which must request all of them.
    fn visit_items<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let mut items = Items {
            rest: self.0.items()?,
            index: 0,
        };
        let value = visitor.visit_seq(&mut items)?;
        match items.rest.next() {
            None => Ok(value),
            Some(item) => item.and(Err(DecodeError::new(ErrorKind::Length))),
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
            TextDeserializer(&self.0.text()?).$method($($argument,)* visitor)
        }
    )*};
}

impl<'de, T: Values> Deserializer<'de> for ValuesDeserializer<T> {
    type Error = DecodeError;

    as_text! {
        deserialize_any() deserialize_char() deserialize_str()
        deserialize_string() deserialize_bytes() deserialize_byte_buf() deserialize_identifier()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_f32() deserialize_f64() deserialize_unit() deserialize_map()
        deserialize_unit_struct(name: &'static str)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let text = self.0.text()?;
        if self.0.is_html() && *text == *CHECKED {
            return visitor.visit_bool(true);
        }
        TextDeserializer(&text).deserialize_bool(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.0.is_blank() {
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if name == FILE {
            return self.0.visit_file(visitor);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.visit_items(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if foreign::of::<V::Value>().is_some() {
            return TextDeserializer(&self.0.text()?).deserialize_tuple(len, visitor);
        }
        self.visit_items(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.visit_items(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }
}

/// Presents values to serde as the items of a list.
struct Items<I> {
    rest: I,
    index: usize,
}

impl<'de, T: Values, I: Iterator<Item = Result<T, DecodeError>>> SeqAccess<'de> for &mut Items<I> {
    type Error = DecodeError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DecodeError> {
        let Some(item) = self.rest.next().transpose()? else {
            return Ok(None);
        };
        let index = Segment::Index(self.index);
        self.index += 1;
        let value = seed.deserialize(ValuesDeserializer(item));
        value.map(Some).map_err(|error| error.within(index))
    }
}
