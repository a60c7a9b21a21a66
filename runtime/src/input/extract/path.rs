//! The parameters of the matched route, strictly decoded.
//!
//! A struct takes them by name and may leave some to others: routers nest, and an outer
//! one's parameters are no fault of whoever sends the request. Anything else takes all of
//! them, in order.

use axum::extract::path::ErrorKind;
use axum::extract::rejection::{PathRejection, RawPathParamsRejection};
use axum::extract::{FromRequestParts, OptionalFromRequestParts, Path, RawPathParams};
use axum::http::request::Parts;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use crate::input::contract::check::check;
use crate::input::contract::{ContextFrom, InputError, InputLocation, SecureInput, Violation};
use crate::input::decode::error::{Fault, Segment, What};
use crate::input::decode::segments::{All, Exact};
use crate::input::extract::valid::Valid;
use crate::input::shape::Shape;

/// Names and values, at least one.
pub(crate) struct Parameters(RawPathParams);

impl Parameters {
    /// The parameters of the matched route; none where it has none.
    pub(crate) async fn of(parts: &mut Parts) -> Result<Option<Self>, InputError> {
        match RawPathParams::from_request_parts(parts, &()).await {
            Ok(parameters) if parameters.iter().next().is_some() => Ok(Some(Self(parameters))),
            Ok(_) | Err(RawPathParamsRejection::MissingPathParams(_)) => Ok(None),
            // only the other rejection says in which of them
            Err(_) => {
                match <Path<IgnoredAny> as FromRequestParts<()>>::from_request_parts(parts, &())
                    .await
                {
                    Ok(_) => Err(InputError::HandlerMismatch),
                    Err(rejection) => Err(refused(&rejection)),
                }
            }
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

/// The parameters of the matched route.
impl<T, S> FromRequestParts<S> for Valid<Path<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, InputError> {
        let parameters = Parameters::of(parts)
            .await?
            .ok_or(InputError::HandlerMismatch)?;
        let value = parameters.decode()?;
        check(value, InputLocation::Path, state, || {
            Some(parameters.sent())
        })
        .map(|value| Self(Path(value)))
        .map_err(|error| parameters.named::<T>(error))
    }
}

/// Absent is a route without parameters.
impl<T, S> OptionalFromRequestParts<S> for Valid<Path<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, InputError> {
        if Parameters::of(parts).await?.is_none() {
            return Ok(None);
        }
        <Self as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map(Some)
    }
}

/// Decodes all parameters of the matched route: one scalar, or a tuple of them.
pub(crate) async fn scalars<T>(parts: &mut Parts) -> Result<Path<T>, InputError>
where
    T: DeserializeOwned + Send,
{
    match <Path<Exact<T>> as FromRequestParts<()>>::from_request_parts(parts, &()).await {
        Ok(Path(Exact(value))) => Ok(Path(value)),
        Err(_) => Err(fault::<T>(parts).await),
    }
}

#[cold]
async fn fault<T: DeserializeOwned>(parts: &mut Parts) -> InputError {
    match Parameters::of(parts).await {
        Ok(Some(parameters)) => match parameters.decode::<T>() {
            Err(error) => error,
            Ok(_) => InputError::HandlerMismatch,
        },
        Ok(None) => InputError::HandlerMismatch,
        Err(error) => error,
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
