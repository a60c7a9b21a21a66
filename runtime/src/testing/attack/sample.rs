//! A request that the API accepts, where none follows from the schemas.

use axum::body::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::input::InputLocation;
use crate::testing::or_panic;

/// The parts of a request that a route accepts, for [`Attack::sample`](crate::testing::attack::Attack::sample).
///
/// Parts that it does not state follow from the schemas of the route.
///
/// # Examples
///
/// ```
/// use palisade::testing::attack::Sample;
/// use serde_json::json;
///
/// let booking = Sample::new().json(&json!({"room": "attic", "from": 9, "until": 10}));
/// let page = Sample::new().path("shop", "wellington").query("page", "1");
/// # let _ = (booking, page);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Sample {
    path: Map<String, Value>,
    query: Map<String, Value>,
    fields: Vec<(String, String)>,
    body: Option<SampleBody>,
}

#[derive(Clone, Debug)]
pub(super) enum SampleBody {
    Value(Value),
    Bytes(Bytes, String),
}

impl Sample {
    /// Creates a sample without any part.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a path parameter, decoded.
    #[must_use]
    pub fn path(mut self, name: &str, value: &str) -> Self {
        self.path.insert(name.to_owned(), value.into());
        self
    }

    /// Sets a parameter of the query, decoded.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.insert(name.to_owned(), value.into());
        self
    }

    /// Sets a header field.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body to a value: JSON, or the fields of a form.
    ///
    /// Attacks on the bounds of the route change this value.
    ///
    /// # Panics
    ///
    /// Panics if the value cannot be serialized.
    #[must_use]
    #[track_caller]
    pub fn json(mut self, value: &impl Serialize) -> Self {
        let value = or_panic(
            serde_json::to_value(value),
            "the value cannot be serialized",
        );
        self.body = Some(SampleBody::Value(value));
        self
    }

    /// Sets the body to bytes. Its bounds are not attacked, because it is not decoded.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>, media_type: &str) -> Self {
        self.body = Some(SampleBody::Bytes(
            Bytes::from(body.into()),
            media_type.to_owned(),
        ));
        self
    }

    pub(super) fn value(&self, location: InputLocation) -> Option<Value> {
        let members = |members: &Map<String, Value>| {
            (!members.is_empty()).then(|| Value::Object(members.clone()))
        };
        match location {
            InputLocation::Path => members(&self.path),
            InputLocation::Query => members(&self.query),
            InputLocation::Body | InputLocation::Form => match &self.body {
                Some(SampleBody::Value(value)) => Some(value.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.path.get(name).and_then(Value::as_str)
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(super) fn stated_body(&self) -> Option<&SampleBody> {
        self.body.as_ref()
    }
}
