//! Extractors of an API's own that refuse in ways of theirs.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use palisade::input::InputExtractor;
use palisade::prelude::*;

use super::{CANARY, Order};

/// Refuses everything, and says why.
pub(super) struct Fussy;

impl<S: Sync> FromRequestParts<S> for Fussy {
    type Rejection = (StatusCode, String);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Err((StatusCode::CONFLICT, parts.uri.to_string()))
    }
}

impl TrustedExtractor for Fussy {
    const REASON: &'static str = "yields nothing";
}

/// Takes everything, and its input's rules do not.
pub(super) struct Lenient(Order);

impl<S: Sync> FromRequestParts<S> for Lenient {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let sku = CANARY.to_owned();
        Ok(Self(Order { sku, quantity: 2 }))
    }
}

impl InputExtractor for Lenient {
    type Input = Order;

    fn input(&self) -> &Order {
        &self.0
    }
}
