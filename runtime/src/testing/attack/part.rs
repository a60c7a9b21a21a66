//! The parts of a request, decoded, and how they are written.

use axum::body::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::evidence::AttackClass;
use crate::input::InputLocation;
use crate::path_parts::{PathPart, path_parts};
use crate::testing::MultipartForm;
use crate::testing::attack::schema::{Encoding, alternatives};

/// One part of a request, decoded.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) location: InputLocation,
    pub(super) media_types: &'static [&'static str],
    /// Whether the part may be absent.
    pub(super) is_optional: bool,
    /// The schema with its definitions; `None` if no schema describes the part.
    pub(super) schema: Option<Value>,
    pub(super) value: Value,
}

/// The parts of a request that the API should accept.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    pub(super) list: Vec<Part>,
    /// A body that a sample states as bytes.
    pub(super) raw: Option<(Bytes, String)>,
    /// The media types that the route accepts instead of those bytes.
    pub(super) raw_types: Option<&'static [&'static str]>,
    /// The classes of attacks on some parts that are not sent, with the reason.
    pub(super) unattacked: Vec<(AttackClass, String)>,
}

impl Parts {
    pub(super) fn find(&self, location: InputLocation) -> Option<&Part> {
        self.list.iter().find(|part| part.location == location)
    }

    /// Returns the same parts with one value replaced.
    pub(super) fn with(&self, at: usize, value: Value) -> Self {
        let mut parts = self.clone();
        if let Some(part) = parts.list.get_mut(at) {
            part.value = value;
        }
        parts
    }

    /// Returns the same parts with a path parameter replaced.
    pub(super) fn with_parameter(&self, path: &str, name: &str, text: &str) -> Self {
        let mut changed = self.clone();
        let names = parameters(path);
        let at = names.iter().position(|other| *other == name);
        let value = Value::from(text);
        let part = changed
            .list
            .iter_mut()
            .find(|part| part.location == InputLocation::Path);
        match (part.map(|part| &mut part.value), at) {
            (Some(Value::Object(members)), _) => {
                members.insert(name.to_owned(), value);
            }
            (Some(Value::Array(items)), Some(at)) => {
                if let Some(item) = items.get_mut(at) {
                    *item = value;
                }
            }
            (Some(single), _) => *single = value,
            (None, _) => {
                let members = Map::from_iter([(name.to_owned(), value)]);
                changed.list.push(Part {
                    location: InputLocation::Path,
                    media_types: &[],
                    is_optional: false,
                    schema: None,
                    value: Value::Object(members),
                });
            }
        }
        changed
    }

    /// Returns the media types of the body, if the request has one.
    pub(super) fn body_types(&self) -> Option<&'static [&'static str]> {
        let mut parts = self.list.iter();
        let part = parts.find(|part| is_body(part.location));
        part.map(|part| part.media_types).or(self.raw_types)
    }
}

impl Part {
    /// Returns whether a value is written as nothing, so that an optional part is absent.
    pub(super) fn is_absent(&self, value: &Value) -> bool {
        self.is_optional && self.encoding() != Encoding::Json && pairs(value).is_empty()
    }

    /// Returns how the values of the part are written.
    pub(super) fn encoding(&self) -> Encoding {
        match self.location {
            InputLocation::Path => Encoding::Segment,
            InputLocation::Header | InputLocation::Cookie => Encoding::Visible,
            InputLocation::Body if self.media_type().contains("json") => Encoding::Json,
            InputLocation::Form => Encoding::Form,
            InputLocation::Query | InputLocation::Body => Encoding::Text,
        }
    }

    fn media_type(&self) -> &'static str {
        let json = self
            .media_types
            .iter()
            .find(|name| **name == "application/json");
        json.or(self.media_types.first())
            .copied()
            .unwrap_or("application/json")
    }

    pub(super) fn body(&self) -> (Bytes, String) {
        let media_type = self.media_type();
        match media_type {
            "multipart/form-data" => {
                let schema = self.schema.clone().unwrap_or_default();
                let mut form = MultipartForm::new();
                for (name, value) in pairs(&self.value) {
                    let file = file_type(&schema, &name);
                    form = match file {
                        Some(media_type) => {
                            form.file(&name, "attack.bin", &media_type, value.as_bytes())
                        }
                        None => form.text(&name, &value),
                    };
                }
                let (body, media_type) = form.into_body();
                (Bytes::from(body), media_type)
            }
            "application/x-www-form-urlencoded" => (
                Bytes::from(encoded(&pairs(&self.value))),
                media_type.to_owned(),
            ),
            _ if media_type.contains("json") => {
                (Bytes::from(self.value.to_string()), media_type.to_owned())
            }
            _ => (Bytes::from(as_text(&self.value)), media_type.to_owned()),
        }
    }
}

/// Returns whether a part is in the body of the request.
pub(super) fn is_body(location: InputLocation) -> bool {
    matches!(location, InputLocation::Body | InputLocation::Form)
}

/// Returns the names of the parameters of a path, in order, without the star of a wildcard.
pub(super) fn parameters(path: &str) -> Vec<&str> {
    let names = path_parts(path).filter_map(|part| match part {
        PathPart::Parameter { name, .. } => Some(name),
        PathPart::Literal(_) => None,
    });
    names.collect()
}

/// Returns the media type of a file in a form; `None` for another member.
fn file_type(schema: &Value, name: &str) -> Option<String> {
    let property = schema.get("properties")?.get(name)?;
    let of_property = alternatives(schema, property);
    let items = of_property.iter().filter_map(|list| list.get("items"));
    let of_items = items.flat_map(|items| alternatives(schema, items));
    let mut files = of_property.iter().copied().chain(of_items);
    let media_type = files.find_map(|file| file.get("contentMediaType")?.as_str());
    media_type.map(str::to_owned)
}

pub(super) fn pairs(value: &Value) -> Vec<(String, String)> {
    let members = value.as_object().into_iter().flatten();
    let of_member = |(name, value): (&String, &Value)| -> Vec<(String, String)> {
        match value {
            Value::Null => Vec::new(),
            Value::Array(items) => items
                .iter()
                .map(|item| (name.clone(), as_text(item)))
                .collect(),
            other => vec![(name.clone(), as_text(other))],
        }
    };
    members.flat_map(of_member).collect()
}

pub(super) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

pub(super) fn encoded(pairs: &[(String, String)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}
