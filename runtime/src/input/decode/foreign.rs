//! Types of other crates, whose text is checked before their own `Deserialize` gets it.
//!
//! The `Deserialize` of such a type requests a value from a deserializer with a visitor, and the type of
//! the visitor's value says which notation the text must have. So the check applies wherever the
//! value is: in JSON, a query, a form, a path, a header, a cookie, or the name of a member.

#[cfg(any(
    feature = "chrono",
    feature = "jiff",
    feature = "rust_decimal",
    feature = "time",
    feature = "url"
))]
use std::any::TypeId;

use std::borrow::Cow;

use serde::de::value::SeqDeserializer;
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::input::decode::error::{DecodeError, ErrorKind, Expected};
use crate::input::shape::notation::{Components, DecimalNumber, Notation};
use crate::input::shape::position::Position;
use crate::input::shape::unchecked::has_value;
use crate::input::shape::{Nested, Shape};

/// A type of another crate: its notation, and how its visitor receives the value.
#[derive(Clone, Copy)]
pub(crate) struct Foreign {
    pub(crate) notation: Notation,
    form: Form,
}

/// The form in which a visitor receives a value.
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "each is for the types of one feature")]
enum Form {
    /// The text.
    Text,
    /// The text of a decimal number, without an exponent.
    Plain,
    /// The components as numbers. The text form of `time` is not RFC 3339, and depends on its features.
    Numbers,
    /// The components in UTC as numbers.
    NumbersInUtc,
}

macro_rules! types {
    ($($feature:literal $ty:ty => $notation:ident, $form:ident;)*) => {
        /// Returns the notation of a visitor's value, if it is a type of another crate.
        #[inline]
        pub(crate) fn of<T>() -> Option<Foreign> {
            $(
                // no such type has a lifetime, so that the types are the same if the ids are
                #[cfg(feature = $feature)]
                if typeid::of::<T>() == TypeId::of::<$ty>() {
                    return Some(Foreign { notation: Notation::$notation, form: Form::$form });
                }
            )*
            None
        }
    };
}

/// Whether this build has types of other crates.
pub(crate) const HAS_TYPES: bool = cfg!(any(
    feature = "chrono",
    feature = "jiff",
    feature = "rust_decimal",
    feature = "time",
    feature = "url"
));

// `DateTime<Utc>` of chrono is converted from a `DateTime<FixedOffset>`
types! {
    "chrono" chrono::NaiveDate => Date, Text;
    "chrono" chrono::NaiveTime => Time, Text;
    "chrono" chrono::NaiveDateTime => DateTime, Text;
    "chrono" chrono::DateTime<chrono::FixedOffset> => Timestamp, Text;
    "jiff" jiff::civil::Date => Date, Text;
    "jiff" jiff::civil::Time => Time, Text;
    "jiff" jiff::civil::DateTime => DateTime, Text;
    "jiff" jiff::Timestamp => Timestamp, Text;
    "rust_decimal" rust_decimal::Decimal => Decimal, Plain;
    "time" time::Date => Date, Numbers;
    "time" time::Time => Time, Numbers;
    "time" time::PrimitiveDateTime => DateTime, Numbers;
    "time" time::OffsetDateTime => Timestamp, Numbers;
    "time" time::UtcDateTime => Timestamp, NumbersInUtc;
    "url" url::Url => Url, Text;
}

/// A text in the notation of a type, as the visitor of the type receives it.
enum ForeignContent<'t> {
    Text(Cow<'t, str>),
    Numbers(Vec<i64>),
}

impl Foreign {
    /// Reads a value of the type from the text of a value in `serde_json`.
    ///
    /// A value in a tagged enum must be [bufferable](Notation::is_bufferable), even if serde does not buffer it: the
    /// result must not depend on the order of the members.
    ///
    /// # Errors
    ///
    /// Returns the error of `inner`, converted, or the error of a text in another notation.
    pub(crate) fn read<'de, D: Deserializer<'de>, V: Visitor<'de>>(
        self,
        inner: D,
        visitor: V,
        is_in_tagged: bool,
        convert: impl FnOnce(D::Error) -> DecodeError,
    ) -> Result<V::Value, DecodeError> {
        let literal = <&RawValue>::deserialize(inner).map_err(convert)?;
        let content = self.content_of_json(literal.get(), is_in_tagged)?;
        self.pass(content, visitor)
    }

    /// Passes a text in the notation of the type to its visitor.
    ///
    /// # Errors
    ///
    /// Returns an error that names the notation if the text is not in it.
    pub(crate) fn visit<'de, V: Visitor<'de>>(
        self,
        text: &str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.pass(self.content(Cow::Borrowed(text))?, visitor)
    }

    fn pass<'de, V: Visitor<'de>>(
        self,
        content: ForeignContent<'_>,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let visited = match content {
            ForeignContent::Text(text) => visitor.visit_str(&text),
            ForeignContent::Numbers(numbers) => {
                visitor.visit_seq(SeqDeserializer::new(numbers.into_iter()))
            }
        };
        // the crate's own message may quote the input
        visited.map_err(|_: DecodeError| self.mismatch())
    }

    /// Returns the content of a value in JSON: a string, and for a decimal number also a number.
    fn content_of_json(
        self,
        literal: &str,
        is_in_tagged: bool,
    ) -> Result<ForeignContent<'_>, DecodeError> {
        if is_in_tagged && !self.notation.is_bufferable(literal) {
            return Err(self.mismatch());
        }
        if matches!(self.notation, Notation::Decimal)
            && literal.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        {
            return self.content(Cow::Borrowed(literal));
        }
        let Some(content) = literal
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
        else {
            return Err(DecodeError::new(ErrorKind::Type).expected(Expected::String));
        };
        if !content.contains('\\') {
            return self.content(Cow::Borrowed(content));
        }
        let text: String = serde_json::from_str(literal).map_err(|_| self.mismatch())?;
        self.content(Cow::Owned(text))
    }

    /// Returns the content of a text, if it is in the notation of the type.
    fn content(self, text: Cow<'_, str>) -> Result<ForeignContent<'_>, DecodeError> {
        let components = || self.notation.read(&text).ok_or_else(|| self.mismatch());
        match self.form {
            Form::Text if self.notation.accepts(&text) => Ok(ForeignContent::Text(text)),
            Form::Text => Err(self.mismatch()),
            Form::Plain => {
                let number = DecimalNumber::read(&text).ok_or_else(|| self.mismatch())?;
                let plain = match number.plain(&text) {
                    Cow::Borrowed(_) => None,
                    Cow::Owned(plain) => Some(plain),
                };
                Ok(ForeignContent::Text(plain.map_or(text, Cow::Owned)))
            }
            Form::Numbers => Ok(ForeignContent::Numbers(self.numbers(components()?))),
            Form::NumbersInUtc => Ok(ForeignContent::Numbers(self.numbers(in_utc(components()?)))),
        }
    }

    /// Returns the numbers that the types of `time` request, whose date is a year and a day of the year.
    fn numbers(self, components: Components) -> Vec<i64> {
        let Components { date, time, offset } = components;
        let date = [i64::from(date.year), i64::from(date.day_of_year())];
        let time = [time.hour, time.minute, time.second]
            .map(i64::from)
            .into_iter()
            .chain([i64::from(time.nanosecond)]);
        let offset = [offset / 60, offset % 60, 0].map(i64::from);
        match (self.notation, self.form) {
            (Notation::Date, _) => date.to_vec(),
            (Notation::Time, _) => time.collect(),
            (Notation::Timestamp, Form::Numbers) => {
                date.into_iter().chain(time).chain(offset).collect()
            }
            (_, _) => date.into_iter().chain(time).collect(),
        }
    }

    /// Returns the error of a text in another notation.
    #[cold]
    pub(crate) fn mismatch(self) -> DecodeError {
        DecodeError::invalid_value(Unexpected::Other("text"), &self.notation.requirement())
    }
}

/// Checks that serde does not buffer the text of a type of another crate: a buffer has no notation.
///
/// # Errors
///
/// Returns an error for a tagged enum with a field of such a type.
pub(crate) fn require_direct(shape: &'static Shape) -> Result<(), DecodeError> {
    let is_enum = matches!(
        Position::Shape(shape).resolved().0,
        Position::Shape(Shape::Variants(..))
    );
    if HAS_TYPES && is_enum && has_value(shape, |nested| matches!(nested, Nested::Written(_))) {
        return Err(DecodeError::new(ErrorKind::Type).expected(Expected::SingleValue));
    }
    Ok(())
}

/// Converts components to UTC.
fn in_utc(components: Components) -> Components {
    let Components {
        date,
        mut time,
        offset,
    } = components;
    let minutes = i16::from(time.hour) * 60 + i16::from(time.minute) - offset;
    let date = match minutes.div_euclid(24 * 60) {
        -1 => date.previous(),
        1 => date.next(),
        _ => date,
    };
    let minutes = minutes.rem_euclid(24 * 60);
    time.hour = u8::try_from(minutes / 60).unwrap_or_default();
    time.minute = u8::try_from(minutes % 60).unwrap_or_default();
    Components {
        date,
        time,
        offset: 0,
    }
}
