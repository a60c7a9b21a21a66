//! A JSON body with ten members: `Valid<Json<T>>` compared with axum's `Json<T>` and garde by hand.

use std::hint::black_box;
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use garde::Validate;
use palisade::{SecureInput, Valid};
use serde::Deserialize;

use crate::driver::Driver;
use crate::outcome::Outcome;
use crate::sample::{Samples, interleave};
use crate::scale::Scale;

/// The number of bodies in a batch.
const BATCH: usize = 1_000;

const ORDER: &str = r#"{
  "customer": "Aroha Tāmaki", "email": "aroha@example.govt.nz", "reference": "PO-2026-1183",
  "quantity": 12, "priority": 3, "discount": 0.125, "gift": false,
  "note": "Leave it with the neighbor if there is no answer.",
  "tags": ["express", "fragile", "north"],
  "address": { "street": "12 Cuba Street", "city": "Wellington", "postcode": "6011" }
}"#;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Order {
    #[garde(length(chars, min = 1, max = 100))]
    customer: String,
    #[garde(length(bytes, max = 254), contains("@"))]
    email: String,
    #[garde(length(bytes, max = 32), ascii)]
    reference: String,
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
    #[garde(range(min = 1, max = 5))]
    priority: u8,
    #[garde(range(min = 0.0, max = 1.0))]
    discount: f64,
    #[garde(skip)]
    gift: bool,
    #[garde(length(chars, max = 500))]
    note: Option<String>,
    #[garde(length(max = 10), inner(length(chars, max = 20)))]
    tags: Vec<String>,
    #[garde(dive)]
    address: Address,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Address {
    #[garde(length(chars, max = 100))]
    street: String,
    #[garde(length(chars, max = 100))]
    city: String,
    #[garde(length(bytes, max = 10), ascii)]
    postcode: String,
}

/// The samples for extraction by hand and by `Valid`.
pub(crate) struct Input {
    pub(crate) by_hand: Samples,
    pub(crate) valid: Samples,
}

/// The extraction of a body.
#[derive(Clone, Copy)]
pub(crate) enum Subject {
    ByHand,
    Valid,
}

/// Measures both extractors.
pub(crate) fn measure(driver: &Driver, scale: &Scale) -> Outcome<Input> {
    let mut lanes = [Subject::ByHand, Subject::Valid];
    let samples = interleave(scale.same_token_rounds, &mut lanes, |subject, _| {
        let requests: Result<Vec<_>, _> = (0..BATCH).map(|_| request()).collect();
        let elapsed = driver.wait(subject.extract_all(requests?))?;
        Ok((elapsed, BATCH))
    })?;
    let [by_hand, valid] =
        <[Samples; 2]>::try_from(samples).map_err(|_| "the samples of a subject are missing")?;
    Ok(Input { by_hand, valid })
}

/// Builds a request with the body.
pub(crate) fn request() -> axum::http::Result<Request> {
    Request::post("/")
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(ORDER))
}

impl Subject {
    /// Extracts a body.
    pub(crate) async fn extract(self, request: Request) -> Outcome<()> {
        let Json(order) = match self {
            Self::ByHand => {
                let order = Json::<Order>::from_request(request, &()).await?;
                order.validate()?;
                order
            }
            Self::Valid => Valid::<Json<Order>>::from_request(request, &()).await?.0,
        };
        black_box(order);
        Ok(())
    }

    async fn extract_all(self, requests: Vec<Request>) -> Outcome<Duration> {
        let start = Instant::now();
        for request in requests {
            self.extract(request).await?;
        }
        Ok(start.elapsed())
    }
}
