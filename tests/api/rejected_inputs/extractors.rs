//! Extractors of the application, with their own rejections.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use palisade::input::InputExtractor;
use palisade::prelude::*;

use super::{CANARY, Order};

/// Rejects every request, and echoes its URI.
pub(super) struct RejectsAll;

impl<S: Sync> FromRequestParts<S> for RejectsAll {
    type Rejection = (StatusCode, String);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Err((StatusCode::CONFLICT, parts.uri.to_string()))
    }
}

impl TrustedExtractor for RejectsAll {
    const REASON: &'static str = "yields nothing";
}

/// Accepts every request, and yields input that breaks its rules.
#[derive(Validate, SecureInput)]
#[garde(transparent)]
pub(super) struct ConstantInput(#[garde(dive)] Order);

impl<S: Sync> FromRequestParts<S> for ConstantInput {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let sku = CANARY.to_owned();
        Ok(Self(Order { sku, quantity: 2 }))
    }
}

impl InputExtractor for ConstantInput {
    const ACCEPTS: &'static str = "a constant";
}
