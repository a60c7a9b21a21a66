//! `Valid<Path<T>>` and a bare `Path<T>` of scalars: the parameters of the matched route.
//!
//! A struct receives parameters by name and ignores the others, which may belong to an outer router.
//! Every other type receives all parameters in order.

use axum::extract::path::ErrorKind as PathErrorKind;
use axum::extract::rejection::{PathRejection, RawPathParamsRejection};
use axum::extract::{FromRequestParts, Path, RawPathParams};
use axum::http::request::Parts;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use crate::input::contract::check::check;
use crate::input::contract::{
    ContextFrom, Decoded, InputError, InputLocation, SecureInput, Violation,
};
use crate::input::decode::error::{DecodeError, ErrorKind, Segment, UNEXPECTED_FORMAT};
use crate::input::decode::path::{PathDeserializer, StrictScalars};
use crate::input::extract::valid::{ExtractFromHead, Valid, via_head};
use crate::input::shape::Shape;

impl<T, S> ExtractFromHead<S> for Valid<Path<T>>
where
    T: SecureInput + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    async fn from_head(parts: &mut Parts, state: &S) -> Result<Self, InputError> {
        let parameters = PathParameters::extract(parts)
            .await?
            .ok_or(InputError::HandlerMismatch)?;
        let Decoded(value) = parameters.decode()?;
        check(value, InputLocation::Path, state, || {
            Some(parameters.raw_names())
        })
        .map(|value| Self(Path(value)))
        .map_err(|error| parameters.name_violations::<T>(error))
    }

    /// The path is absent if the route has no parameters.
    async fn from_head_if_present(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Option<Self>, InputError> {
        if PathParameters::extract(parts).await?.is_none() {
            return Ok(None);
        }
        Self::from_head(parts, state).await.map(Some)
    }
}

via_head!(Path);

/// Decodes all parameters of the matched route into a scalar or a tuple of scalars.
///
/// A path of the expected type is decoded without a copy. If that fails, the path is decoded once more,
/// for the error that `Valid<Path<_>>` would report.
pub(crate) async fn path_scalars<T>(parts: &mut Parts) -> Result<Path<T>, InputError>
where
    T: DeserializeOwned + Send,
{
    match <Path<StrictScalars<T>> as FromRequestParts<()>>::from_request_parts(parts, &()).await {
        Ok(Path(StrictScalars(value))) => Ok(Path(value)),
        Err(_) => Err(scalars_error::<T>(parts).await),
    }
}

#[cold]
async fn scalars_error<T: DeserializeOwned>(parts: &mut Parts) -> InputError {
    match PathParameters::extract(parts).await {
        Ok(Some(parameters)) => match parameters.decode::<T>() {
            Err(error) => error,
            Ok(_) => InputError::HandlerMismatch,
        },
        Ok(None) => InputError::HandlerMismatch,
        Err(error) => error,
    }
}

/// The names and values of a path's parameters; never empty.
struct PathParameters(RawPathParams);

impl PathParameters {
    /// Extracts the parameters, if the matched route has any.
    async fn extract(parts: &mut Parts) -> Result<Option<Self>, InputError> {
        match RawPathParams::from_request_parts(parts, &()).await {
            Ok(parameters) if parameters.iter().next().is_some() => Ok(Some(Self(parameters))),
            Ok(_) | Err(RawPathParamsRejection::MissingPathParams(_)) => Ok(None),
            // only the rejection of `Path` names the parameter
            Err(_) => {
                match <Path<IgnoredAny> as FromRequestParts<()>>::from_request_parts(parts, &())
                    .await
                {
                    Ok(_) => Err(InputError::HandlerMismatch),
                    Err(rejection) => Err(path_error(&rejection)),
                }
            }
        }
    }

    fn decode<T: DeserializeOwned>(&self) -> Result<T, InputError> {
        let parameters: Vec<_> = self.0.iter().collect();
        T::deserialize(PathDeserializer(&parameters)).map_err(|error| match error.kind() {
            ErrorKind::Length | ErrorKind::Missing(_) => InputError::HandlerMismatch,
            _ => InputError::TypeMismatch(InputLocation::Path, self.violation(&error)),
        })
    }

    /// Returns the names as members of an object.
    fn raw_names(&self) -> Value {
        let names = self.0.iter().map(|(name, _)| name.to_owned());
        Value::Object(names.map(|name| (name, Value::Null)).collect())
    }

    fn violation(&self, error: &DecodeError) -> Violation {
        match error.first_segment() {
            Some(Segment::Index(index)) => error.violation_at(self.name(index)),
            Some(Segment::Name(_)) => error.parameter_violation(),
            None => error.violation_at(self.name(0)),
        }
    }

    /// Replaces indices with the names of the parameters, if the type itself has no names.
    fn name_violations<T: SecureInput>(&self, error: InputError) -> InputError {
        match (error, T::shape()) {
            (error, Shape::Fields(_)) => error,
            (InputError::Invalid(location, violations), _) => {
                let named = violations.into_iter().map(|violation| {
                    let index = violation.pointer().parse().unwrap_or(0);
                    violation.at(self.name(index))
                });
                InputError::Invalid(location, named.collect())
            }
            (error, _) => error,
        }
    }

    fn name(&self, index: usize) -> &str {
        self.0.iter().nth(index).map_or("", |(name, _)| name)
    }
}

/// Converts axum's rejection, without the text of the path that it quotes.
///
/// A path that is not UTF-8 is malformed, and a segment of another type is a type mismatch. A type that
/// does not match the route's parameters is a bug of the API.
pub(crate) fn path_error(rejection: &PathRejection) -> InputError {
    let PathRejection::FailedToDeserializePathParams(failure) = rejection else {
        return InputError::HandlerMismatch;
    };
    match failure.kind() {
        PathErrorKind::InvalidUtf8InPathParam { key } => {
            let violation = Violation::new(key, "encoding", "is not valid UTF-8");
            InputError::Malformed(InputLocation::Path, violation)
        }
        PathErrorKind::ParseErrorAtKey {
            key, expected_type, ..
        } => type_mismatch(key, expected_type),
        PathErrorKind::DeserializeError { key, .. } => type_mismatch(key, ""),
        PathErrorKind::ParseErrorAtIndex {
            index,
            expected_type,
            ..
        } => type_mismatch(&index.to_string(), expected_type),
        PathErrorKind::ParseError { expected_type, .. } => type_mismatch("", expected_type),
        PathErrorKind::Message(_) => type_mismatch("", ""),
        _ => InputError::HandlerMismatch,
    }
}

/// Returns the mismatch of a parameter with a Rust type.
fn type_mismatch(name: &str, rust_type: &str) -> InputError {
    let (rule, detail) = match rust_type {
        "bool" => ("type", "must be `true` or `false`"),
        "char" => ("type", "must be a single character"),
        "f32" | "f64" => ("type", "must be a number"),
        "u8" | "u16" | "u32" | "u64" | "u128" | "i8" | "i16" | "i32" | "i64" | "i128" => {
            ("type", "must be an integer within the allowed range")
        }
        _ => ("format", UNEXPECTED_FORMAT),
    };
    InputError::TypeMismatch(InputLocation::Path, Violation::new(name, rule, detail))
}

#[cfg(test)]
mod tests;
