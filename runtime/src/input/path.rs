//! The parameters of the matched route, strictly decoded.
//!
//! A struct takes them by name and may leave some to others: routers nest, and an outer
//! one's parameters are no fault of whoever sends the request. Anything else takes all of
//! them, in order.

use axum::extract::path::ErrorKind;
use axum::extract::rejection::{PathRejection, RawPathParamsRejection};
use axum::extract::{FromRequestParts, Path, RawPathParams};
use axum::http::request::Parts;
use serde::Deserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, SeqAccess, Visitor};

use serde_json::Value;

use crate::input::fault::{Fault, Segment, What, declared};
use crate::input::named::Named;
use crate::input::text::Text;
use crate::input::{InputError, InputLocation, SecureInput, Shape, Violation};

/// Names and values, at least one.
pub(crate) struct Parameters(RawPathParams);

impl Parameters {
    /// The parameters of the matched route; none where it has none.
    pub(crate) async fn of(parts: &mut Parts) -> Result<Option<Self>, InputError> {
        match RawPathParams::from_request_parts(parts, &()).await {
            Ok(parameters) if parameters.iter().next().is_some() => Ok(Some(Self(parameters))),
            Ok(_) | Err(RawPathParamsRejection::MissingPathParams(_)) => Ok(None),
            // only the other rejection says in which of them
            Err(_) => match Path::<IgnoredAny>::from_request_parts(parts, &()).await {
                Ok(_) => Err(InputError::HandlerMismatch),
                Err(rejection) => Err(refused(&rejection)),
            },
        }
    }

    pub(crate) fn decode<T: DeserializeOwned>(&self) -> Result<T, InputError> {
        let pairs: Vec<_> = self.0.iter().collect();
        T::deserialize(All(&pairs)).map_err(|fault| match fault.what() {
            What::Length | What::Missing(_) => InputError::HandlerMismatch,
            _ => InputError::TypeMismatch(InputLocation::Path, self.place(&fault)),
        })
    }

    /// The names, as the members of an object.
    pub(crate) fn sent(&self) -> Value {
        let names = self.0.iter().map(|(name, _)| name.to_owned());
        Value::Object(names.map(|name| (name, Value::Null)).collect())
    }

    fn place(&self, fault: &Fault) -> Violation {
        match fault.outermost() {
            Some(Segment::Index(index)) => fault.in_parameter(self.name(index)),
            Some(Segment::Name(_)) => fault.in_parameters(),
            None => fault.in_parameter(self.name(0)),
        }
    }

    /// A broken rule by its parameter's name, where the type itself knows none.
    pub(crate) fn named<T: SecureInput>(&self, error: InputError) -> InputError {
        let shape = T::shape();
        match (error, shape) {
            (error, Shape::Fields(_)) => error,
            (InputError::Invalid(part, violations), _) => {
                let named = violations.into_iter().map(|violation| {
                    let index = violation.pointer().parse().unwrap_or(0);
                    violation.at(self.name(index))
                });
                InputError::Invalid(part, named.collect())
            }
            (error, _) => error,
        }
    }

    fn name(&self, index: usize) -> &str {
        self.0.iter().nth(index).map_or("", |(name, _)| name)
    }
}

/// All parameters, as whatever is made of them.
struct All<'a>(&'a [(&'a str, &'a str)]);

impl<'a> All<'a> {
    fn only(self) -> Result<Text<'a>, Fault> {
        match self.0 {
            [(_, value)] => Ok(Text(value)),
            _ => Err(Fault::new(What::Length)),
        }
    }

    fn in_order<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(InOrder {
            values: self.0,
            index: 0,
        })
    }
}

struct InOrder<'a> {
    values: &'a [(&'a str, &'a str)],
    index: usize,
}

impl<'de> SeqAccess<'de> for InOrder<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some((_, value)) = self.values.get(self.index) else {
            return Ok(None);
        };
        let item = seed
            .deserialize(Text(value))
            .map_err(|fault| fault.within(Segment::Index(self.index)))?;
        self.index += 1;
        Ok(Some(item))
    }
}

macro_rules! one {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.only()?.$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for All<'_> {
    type Error = Fault;

    one! {
        deserialize_any deserialize_bool deserialize_char deserialize_str deserialize_string
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_f32 deserialize_f64 deserialize_bytes deserialize_byte_buf
        deserialize_option deserialize_unit deserialize_identifier deserialize_ignored_any
        deserialize_map
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let wanted = self.0.iter().copied();
        let wanted = wanted.filter(|(name, _)| declared(fields, name).is_some());
        let wanted = wanted.map(|(name, value)| (name, Text(value)));
        visitor.visit_map(Named::new(fields, wanted))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        if len == self.0.len() {
            self.in_order(visitor)
        } else {
            Err(Fault::new(What::Length))
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.in_order(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.only()?.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.only()?.deserialize_enum(name, variants, visitor)
    }
}

/// Keeps the fault and the parameter's name of axum's rejection, and no text.
///
/// A path that does not decode and a segment of another type are told apart; a type
/// that does not fit the route's parameters is a fault of the API.
pub(crate) fn refused(rejection: &PathRejection) -> InputError {
    let PathRejection::FailedToDeserializePathParams(failure) = rejection else {
        return InputError::HandlerMismatch;
    };
    match failure.kind() {
        ErrorKind::InvalidUtf8InPathParam { key } => {
            let violation = Violation::new(key, "encoding", "is not UTF-8");
            InputError::Malformed(InputLocation::Path, violation)
        }
        ErrorKind::ParseErrorAtKey {
            key, expected_type, ..
        } => unfit(key, expected_type),
        ErrorKind::DeserializeError { key, .. } => unfit(key, ""),
        ErrorKind::ParseErrorAtIndex {
            index,
            expected_type,
            ..
        } => unfit(&index.to_string(), expected_type),
        ErrorKind::ParseError { expected_type, .. } => unfit("", expected_type),
        ErrorKind::Message(_) => unfit("", ""),
        _ => InputError::HandlerMismatch,
    }
}

/// `expected` is the name of a Rust type.
fn unfit(name: &str, expected: &str) -> InputError {
    let (rule, detail) = match expected {
        "bool" => ("type", "must be `true` or `false`"),
        "char" => ("type", "must be a single character"),
        "f32" | "f64" => ("type", "must be a number"),
        "u8" | "u16" | "u32" | "u64" | "u128" | "i8" | "i16" | "i32" | "i64" | "i128" => {
            ("type", "must be a whole number within range")
        }
        _ => ("format", "does not have the form that is expected here"),
    };
    InputError::TypeMismatch(InputLocation::Path, Violation::new(name, rule, detail))
}

#[cfg(test)]
mod tests;
