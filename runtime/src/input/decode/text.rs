//! A scalar written as text: a parameter, path segment, header, cookie, or map key.

use std::str::FromStr;

use serde::Deserializer;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, IntoDeserializer, VariantAccess, Visitor};

use crate::input::decode::error::{DecodeError, ErrorKind, Expected};
use crate::input::decode::foreign;

/// Decodes a scalar from text exactly: no `+` sign, no whitespace, no `NaN`.
///
/// Numbers are spelled as in JSON, so that an integer has only one spelling: a filter that denies
/// `/users/7` is not bypassed by `/users/07`.
pub(crate) struct TextDeserializer<'a>(pub(crate) &'a str);

impl TextDeserializer<'_> {
    /// Parses an integer without the leading `+` and zeros that Rust's parser accepts.
    fn integer<N: FromStr>(&self) -> Result<N, DecodeError> {
        let is_canonical = matches!(
            self.0.as_bytes(),
            [b'0'] | [b'1'..=b'9', ..] | [b'-', b'1'..=b'9', ..]
        );
        match self.0.parse() {
            Ok(number) if is_canonical => Ok(number),
            _ => Err(self.integer_error(is_canonical)),
        }
    }

    /// Distinguishes a number out of range from text that is not an integer.
    #[cold]
    fn integer_error(&self, starts_canonically: bool) -> DecodeError {
        let digits = self.0.strip_prefix('-').unwrap_or(self.0);
        let kind = if starts_canonically && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            ErrorKind::Value
        } else {
            ErrorKind::Type
        };
        DecodeError::new(kind).expected(Expected::Integer)
    }

    /// Parses a finite decimal number; rejects `inf`, `NaN` and overflow.
    fn number(&self) -> Result<f64, DecodeError> {
        let number = is_json_number(self.0).then(|| self.0.parse().ok());
        match number.flatten() {
            None => Err(DecodeError::new(ErrorKind::Type).expected(Expected::Number)),
            Some(number) if f64::is_finite(number) => Ok(number),
            Some(_) => Err(DecodeError::new(ErrorKind::Value).expected(Expected::Number)),
        }
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if let Some(foreign) = foreign::of::<V::Value>() {
            return foreign.visit(self.0, visitor);
        }
        self.visit_text(visitor)
    }

    fn visit_text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor
            .visit_str(self.0)
            .map_err(|error: DecodeError| error.expected(Expected::String))
    }
}

/// Returns whether a number that Rust's parser accepts is also a number in JSON ([RFC 8259 §6]).
///
/// JSON requires digits before and after the decimal point, and forbids leading zeros.
///
/// [RFC 8259 §6]: https://www.rfc-editor.org/rfc/rfc8259#section-6
fn is_json_number(text: &str) -> bool {
    let has_integer = match text.strip_prefix('-').unwrap_or(text).as_bytes() {
        [b'0', second, ..] => !second.is_ascii_digit(),
        [first, ..] => first.is_ascii_digit(),
        [] => false,
    };
    let mut fractions = text.split('.').skip(1);
    has_integer && fractions.all(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

fn not_a_single_value<T>() -> Result<T, DecodeError> {
    Err(DecodeError::new(ErrorKind::Type).expected(Expected::SingleValue))
}

macro_rules! integers {
    ($($method:ident $visit:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            visitor.$visit(self.integer()?)
        }
    )*};
}

macro_rules! as_text {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            self.text(visitor)
        }
    )*};
}

macro_rules! not_single_values {
    ($($method:ident($($argument:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $(_: $argument,)* _: V) -> Result<V::Value, DecodeError> {
            not_a_single_value()
        }
    )*};
}

impl<'de> Deserializer<'de> for TextDeserializer<'_> {
    type Error = DecodeError;

    integers! {
        deserialize_u8 visit_u8 deserialize_u16 visit_u16 deserialize_u32 visit_u32
        deserialize_u64 visit_u64 deserialize_u128 visit_u128
        deserialize_i8 visit_i8 deserialize_i16 visit_i16 deserialize_i32 visit_i32
        deserialize_i64 visit_i64 deserialize_i128 visit_i128
    }

    as_text! {
        deserialize_any deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf
    }

    not_single_values! {
        deserialize_unit() deserialize_unit_struct(&'static str)
        deserialize_seq() deserialize_tuple_struct(&'static str, usize)
        deserialize_map() deserialize_struct(&'static str, &'static [&'static str])
    }

    /// Passes the name of a member or variant.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.visit_text(visitor)
    }

    /// Passes text to a type of another crate that requests its components.
    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match foreign::of::<V::Value>() {
            Some(foreign) => foreign.visit(self.0, visitor),
            None => not_a_single_value(),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.0 {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(DecodeError::new(ErrorKind::Type).expected(Expected::Boolean)),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_f64(self.number()?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if let Some(foreign) = foreign::of::<V::Value>() {
            return foreign.visit(self.0, visitor);
        }
        visitor.visit_f64(self.number()?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor
            .visit_str(self.0)
            .map_err(|_: DecodeError| DecodeError::new(ErrorKind::Type).expected(Expected::Char))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor
            .visit_enum(self)
            .map_err(|error| error.expected(Expected::Variant))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }
}

impl<'de> EnumAccess<'de> for TextDeserializer<'_> {
    type Error = DecodeError;
    type Variant = UnitVariant;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, UnitVariant), DecodeError> {
        let name: StrDeserializer<'_, DecodeError> = self.0.into_deserializer();
        Ok((seed.deserialize(name)?, UnitVariant))
    }
}

/// A unit variant, the only kind that text can name.
pub(crate) struct UnitVariant;

impl<'de> VariantAccess<'de> for UnitVariant {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, DecodeError> {
        not_a_single_value()
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, DecodeError> {
        not_a_single_value()
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, DecodeError> {
        not_a_single_value()
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    fn read<'de, T: Deserialize<'de>>(text: &str) -> Option<T> {
        T::deserialize(TextDeserializer(text)).ok()
    }

    fn detail<'de, T: Deserialize<'de> + std::fmt::Debug>(text: &str) -> String {
        T::deserialize(TextDeserializer(text))
            .unwrap_err()
            .to_string()
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Status {
        OnHold,
        #[serde(skip_serializing)]
        Weighs(u32),
    }

    #[test]
    fn integer_with_other_spelling_is_rejected() {
        assert_eq!(read::<u8>("255"), Some(255));
        assert_eq!(read::<i8>("-128"), Some(-128));
        assert_eq!(read::<u8>("0"), Some(0));
        for bad in [
            "", "-", "+5", " 5", "5 ", "5.0", "5e1", "0x5", "--5", "\u{665}", "07", "00", "-0",
            "-07",
        ] {
            assert_eq!(detail::<i32>(bad), "must be an integer", "{bad:?}");
        }
        assert_eq!(detail::<u8>("256"), "is out of range");
        assert_eq!(detail::<u8>("-1"), "is out of range");
    }

    #[test]
    fn number_that_is_not_finite_or_not_json_is_rejected() {
        assert_eq!(read::<f64>("-1.5e3"), Some(-1500.0));
        assert_eq!(read::<f64>("0.5"), Some(0.5));
        assert_eq!(read::<f64>("-0"), Some(0.0));
        for bad in [
            "NaN", "nan", "inf", "-inf", "infinity", "", "-", "+1", ".5", "1x", "01", "-00.5",
            "1.", "1.e5",
        ] {
            assert_eq!(detail::<f64>(bad), "must be a number", "{bad:?}");
        }
        assert_eq!(detail::<f64>("1e999"), "is out of range");
    }

    #[test]
    fn scalar_option_and_unit_variant_are_decoded() {
        assert_eq!(read::<bool>("true"), Some(true));
        assert_eq!(read::<bool>("1"), None);
        assert_eq!(read::<char>("\u{101}"), Some('\u{101}'));
        assert_eq!(detail::<char>("ab"), "must be a single character");
        assert_eq!(read::<Option<u8>>("5"), Some(Some(5)));
        assert_eq!(read::<Status>("on_hold"), Some(Status::OnHold));
        assert_eq!(detail::<Status>("x"), "must be one of: on_hold, weighs");
        assert_eq!(read::<Status>("weighs"), None);
        assert_eq!(Status::Weighs(1), Status::Weighs(1));
    }

    #[test]
    fn list_and_unit_are_rejected() {
        assert_eq!(detail::<Vec<u8>>("1"), "must be a single value");
        assert_eq!(read::<()>(""), None);
    }
}
