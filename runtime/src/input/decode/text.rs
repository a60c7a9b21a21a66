//! A value that came as text: a parameter of a query, form or map key.

use std::str::FromStr;

use serde::Deserializer;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, IntoDeserializer, VariantAccess, Visitor};

use crate::input::decode::error::{Fault, Wanted, What};

/// Decodes one scalar from text, exactly: no sign `+`, no white space, no `NaN`.
///
/// Numbers are written as in JSON, so that a whole one has one spelling: what is kept from `/users/7` by
/// a filter in front is not to be had from `/users/07`.
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl Text<'_> {
    /// Rust's parser, without the leading `+` and zeros that it takes.
    fn whole<N: FromStr>(&self) -> Result<N, Fault> {
        let has_one_spelling = matches!(
            self.0.as_bytes(),
            [b'0'] | [b'1'..=b'9', ..] | [b'-', b'1'..=b'9', ..]
        );
        match self.0.parse() {
            Ok(number) if has_one_spelling => Ok(number),
            _ => Err(self.misspelled(has_one_spelling)),
        }
    }

    /// What Rust's parser stumbles over: something else than digits, or too many.
    #[cold]
    fn misspelled(&self, begins_well: bool) -> Fault {
        let digits = self.0.strip_prefix('-').unwrap_or(self.0);
        let what = if begins_well && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            What::Value
        } else {
            What::Type
        };
        Fault::new(what).wanted(Wanted::Whole)
    }

    /// A decimal number that is finite: `inf`, `NaN` and what overflows are none.
    fn number(&self) -> Result<f64, Fault> {
        let number = is_json_number(self.0).then(|| self.0.parse().ok());
        match number.flatten() {
            None => Err(Fault::new(What::Type).wanted(Wanted::Number)),
            Some(number) if f64::is_finite(number) => Ok(number),
            Some(_) => Err(Fault::new(What::Value).wanted(Wanted::Number)),
        }
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor
            .visit_str(self.0)
            .map_err(|fault: Fault| fault.wanted(Wanted::Text))
    }
}

/// Whether what Rust takes for a number stands for one in JSON, too ([RFC 8259 §6]): it has digits
/// before and behind the point, and no zero in front of others.
///
/// [RFC 8259 §6]: https://www.rfc-editor.org/rfc/rfc8259#section-6
fn is_json_number(text: &str) -> bool {
    let whole = match text.strip_prefix('-').unwrap_or(text).as_bytes() {
        [b'0', second, ..] => !second.is_ascii_digit(),
        [first, ..] => first.is_ascii_digit(),
        [] => false,
    };
    let mut behind_points = text.split('.').skip(1);
    whole && behind_points.all(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

fn single<T>() -> Result<T, Fault> {
    Err(Fault::new(What::Type).wanted(Wanted::Single))
}

macro_rules! whole {
    ($($method:ident $visit:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit(self.whole()?)
        }
    )*};
}

macro_rules! as_text {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.text(visitor)
        }
    )*};
}

macro_rules! more_than_one {
    ($($method:ident($($argument:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $(_: $argument,)* _: V) -> Result<V::Value, Fault> {
            single()
        }
    )*};
}

impl<'de> Deserializer<'de> for Text<'_> {
    type Error = Fault;

    whole! {
        deserialize_u8 visit_u8 deserialize_u16 visit_u16 deserialize_u32 visit_u32
        deserialize_u64 visit_u64 deserialize_u128 visit_u128
        deserialize_i8 visit_i8 deserialize_i16 visit_i16 deserialize_i32 visit_i32
        deserialize_i64 visit_i64 deserialize_i128 visit_i128
    }

    as_text! {
        deserialize_any deserialize_str deserialize_string deserialize_bytes
        deserialize_byte_buf deserialize_identifier
    }

    more_than_one! {
        deserialize_unit() deserialize_unit_struct(&'static str)
        deserialize_seq() deserialize_tuple(usize) deserialize_tuple_struct(&'static str, usize)
        deserialize_map() deserialize_struct(&'static str, &'static [&'static str])
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(Fault::new(What::Type).wanted(Wanted::Boolean)),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_f64(self.number()?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_f64(self.number()?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor
            .visit_str(self.0)
            .map_err(|_: Fault| Fault::new(What::Type).wanted(Wanted::Character))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor
            .visit_enum(self)
            .map_err(|fault| fault.wanted(Wanted::Choice))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }
}

impl<'de> EnumAccess<'de> for Text<'_> {
    type Error = Fault;
    type Variant = Unit;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Unit), Fault> {
        let name: StrDeserializer<'_, Fault> = self.0.into_deserializer();
        Ok((seed.deserialize(name)?, Unit))
    }
}

/// A variant that holds nothing, the only kind that text can name.
pub(crate) struct Unit;

impl<'de> VariantAccess<'de> for Unit {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Fault> {
        single()
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Fault> {
        single()
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Fault> {
        single()
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    fn read<'de, T: Deserialize<'de>>(text: &str) -> Option<T> {
        T::deserialize(Text(text)).ok()
    }

    fn detail<'de, T: Deserialize<'de> + std::fmt::Debug>(text: &str) -> String {
        T::deserialize(Text(text)).unwrap_err().to_string()
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Status {
        OnHold,
        #[serde(skip_serializing)]
        Weighs(u32),
    }

    #[test]
    fn whole_numbers_are_read_exactly() {
        assert_eq!(read::<u8>("255"), Some(255));
        assert_eq!(read::<i8>("-128"), Some(-128));
        assert_eq!(read::<u8>("0"), Some(0));
        for bad in [
            "", "-", "+5", " 5", "5 ", "5.0", "5e1", "0x5", "--5", "\u{665}", "07", "00", "-0",
            "-07",
        ] {
            assert_eq!(detail::<i32>(bad), "must be a whole number", "{bad:?}");
        }
        assert_eq!(detail::<u8>("256"), "is a number out of range");
        assert_eq!(detail::<u8>("-1"), "is a number out of range");
    }

    #[test]
    fn numbers_that_are_not_finite_are_refused() {
        assert_eq!(read::<f64>("-1.5e3"), Some(-1500.0));
        assert_eq!(read::<f64>("0.5"), Some(0.5));
        assert_eq!(read::<f64>("-0"), Some(0.0));
        for bad in [
            "NaN", "nan", "inf", "-inf", "infinity", "", "-", "+1", ".5", "1x", "01", "-00.5",
            "1.", "1.e5",
        ] {
            assert_eq!(detail::<f64>(bad), "must be a number", "{bad:?}");
        }
        assert_eq!(detail::<f64>("1e999"), "is a number out of range");
    }

    #[test]
    fn scalars_options_and_fieldless_variants_are_read() {
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
    fn only_one_value_fits() {
        assert_eq!(
            detail::<Vec<u8>>("1"),
            "cannot be given here: only one value can"
        );
        assert_eq!(read::<()>(""), None);
    }
}
