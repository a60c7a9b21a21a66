//! One method of one route under attack, and valid requests to it.

use axum::http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::evidence::AttackClass;
use crate::input::InputLocation;
use crate::lock::digests;
use crate::path_parts::{PathPart, path_parts};
use crate::policy::{Access, Declaration, Limits};
use crate::routing::{HeaderSelection, Route};
use crate::steps::Record;
use crate::testing::attack::access::Alternative;
use crate::testing::attack::part::{Part, Parts, as_text, encoded, is_body, pairs, parameters};
use crate::testing::attack::request::{AttackBody, AttackRequest};
use crate::testing::attack::sample::{Sample, SampleBody};
use crate::testing::attack::schema::{Members, synthesize};

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A segment that no route should have, below the path of a fallback.
const UNMATCHED: &str = "palisade-attack-fallback";

/// The value of a path parameter that no input describes.
const UNKNOWN_PARAMETER: &str = "1";

/// One method of one route.
pub(super) struct Target<'a> {
    pub(super) method: Method,
    /// The path of the inventory.
    pub(super) path: String,
    /// `None` for a path that only the test knows.
    pub(super) route: Option<&'a Route>,
    /// The sets of scopes and roles that the declaration accepts; `None` if it accepts every request.
    pub(super) alternatives: Option<Vec<Alternative>>,
    pub(super) sample: Option<&'a Sample>,
    /// Further samples, for the parts that the first one lacks.
    pub(super) further: Vec<&'a Sample>,
}

impl Target<'_> {
    pub(super) fn name(&self) -> String {
        match (self.is_fallback(), self.path.as_str()) {
            (true, "") => "* /".to_owned(),
            _ => format!("{} {}", self.method_name(), self.path),
        }
    }

    /// Returns the method in the results: `*` for a fallback.
    pub(super) fn method_name(&self) -> &str {
        if self.is_fallback() {
            "*"
        } else {
            self.method.as_str()
        }
    }

    /// Returns the header fields that choose the handler among several of the method and path.
    pub(super) fn selection(&self) -> Option<String> {
        let selection = self.route.and_then(Route::selection);
        selection.map(ToString::to_string)
    }

    /// Returns the digest of the declaration; `None` for a path that only the test knows.
    pub(super) fn digest(&self) -> Option<String> {
        digests(self.route?).remove(self.method_name())
    }

    pub(super) fn is_fallback(&self) -> bool {
        self.route.is_some_and(Route::is_fallback)
    }

    /// Returns whether only the session of a login is accepted.
    pub(super) fn accepts_only_sessions(&self) -> bool {
        let access = self.declaration().map(|declaration| &declaration.access);
        matches!(access, Some(Access::Login))
    }

    /// Returns whether the session of a login is accepted.
    pub(super) fn admits_session(&self) -> bool {
        let access = self.declaration().map(|declaration| &declaration.access);
        matches!(access, Some(Access::Login | Access::LoginOr(_)))
    }

    /// Returns the path of requests, with its parameters.
    fn template(&self) -> String {
        if self.is_fallback() {
            format!("{}/{UNMATCHED}", self.path.trim_end_matches('/'))
        } else {
            self.path.clone()
        }
    }

    pub(super) fn declaration(&self) -> Option<&'static Declaration> {
        self.route.map(Route::declaration)
    }

    pub(super) fn limits(&self) -> Limits {
        self.route.map_or(Limits::DEFAULT, Route::limits)
    }

    /// Returns whether the handler is the one of a record.
    ///
    /// Functions of one module may have handlers of the same name inside, in other lines.
    pub(super) fn is_handler_of(&self, record: &Record) -> bool {
        let own = self.declaration();
        own.is_some_and(|own| {
            record.handler == Some((own.module, own.handler))
                && record.location == Some(own.location)
        })
    }

    /// Returns the candidates for a request that the API accepts, the largest first.
    ///
    /// # Errors
    ///
    /// Returns the input for which no value is found.
    pub(super) fn candidates(&self) -> Result<Vec<Parts>, String> {
        let all = self.parts(Members::All);
        let required = self.parts(Members::Required);
        match (all, required) {
            (Ok(all), Ok(required)) => Ok(vec![all, required]),
            (Ok(parts), Err(_)) | (Err(_), Ok(parts)) => Ok(vec![parts]),
            (Err(error), Err(_)) => Err(error),
        }
    }

    /// Returns the parts that each further sample states, and the reasons for which some cannot be used.
    pub(super) fn further_parts(&self) -> (Vec<Parts>, Vec<String>) {
        let (mut usable, mut unusable) = (Vec::new(), Vec::new());
        for sample in self.further.iter().copied() {
            let target = Target {
                method: self.method.clone(),
                path: self.path.clone(),
                route: self.route,
                alternatives: None,
                sample: Some(sample),
                further: Vec::new(),
            };
            match target.parts(Members::All) {
                Ok(parts) => {
                    if parts.raw.is_some() {
                        let bounds = parts.unattacked.iter();
                        let bounds = bounds.filter(|(class, _)| *class == AttackClass::Bound);
                        unusable.extend(bounds.map(|(_, reason)| reason.clone()));
                    }
                    usable.push(parts);
                }
                Err(reason) => unusable.push(reason),
            }
        }
        (usable, unusable)
    }

    fn parts(&self, members: Members) -> Result<Parts, String> {
        let mut parts = Parts::default();
        let inputs = self.route.into_iter().flat_map(Route::inputs);
        for input in inputs {
            let schema = input.schema().map(schemars::Schema::to_value);
            let given = self
                .sample
                .and_then(|sample| sample.value(input.location()));
            let value = match (given, &schema) {
                (Some(given), Some(schema)) if given.is_object() => {
                    let rest = synthesize(schema, members);
                    // a sample of some parameters leaves the others to the schema, but a body is given whole
                    if matches!(input.location(), InputLocation::Body | InputLocation::Form) {
                        given
                    } else {
                        self.merged(input.location(), rest, given)
                    }
                }
                (Some(given), _) => given,
                (None, Some(schema)) => match synthesize(schema, members) {
                    Some(value) => value,
                    None if self.has_raw_body(input.location()) => continue,
                    None if input.is_optional() => {
                        let location = input.location();
                        let reason = format!(
                            "in the {location}, no value follows from the schema; state one with `sample`"
                        );
                        parts.unattacked.push((AttackClass::Bound, reason));
                        continue;
                    }
                    None => {
                        return Err(format!(
                            "no value of the {} is found from its schema",
                            input.location()
                        ));
                    }
                },
                (None, None) if input.is_optional() || self.has_raw_body(input.location()) => {
                    continue;
                }
                (None, None) => {
                    return Err(format!("no schema describes the {}", input.location()));
                }
            };
            parts.list.push(Part {
                location: input.location(),
                media_types: input.media_types(),
                is_optional: input.is_optional(),
                schema,
                value,
            });
        }
        self.set_raw_body(&mut parts);
        Ok(parts)
    }

    /// Replaces the body by the bytes of the sample, if it states them.
    fn set_raw_body(&self, parts: &mut Parts) {
        let Some(SampleBody::Bytes(bytes, media_type)) = self.sample.and_then(Sample::stated_body)
        else {
            return;
        };
        parts.list.retain(|part| !is_body(part.location));
        parts.raw = Some((bytes.clone(), media_type.clone()));
        let mut inputs = self.route.into_iter().flat_map(Route::inputs);
        let Some(body) = inputs.find(|input| is_body(input.location())) else {
            return;
        };
        parts.raw_types = Some(body.media_types());
        let Some(schema) = body.schema() else {
            return;
        };
        let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        let has_members = is_closed && body.location() == InputLocation::Body;
        let members = has_members.then_some(AttackClass::UnknownMember);
        for class in members.into_iter().chain([AttackClass::Bound]) {
            let reason = format!(
                "the sample states the body as bytes, which are not changed; state a value with `Sample::json`, or, if the API accepts none, excuse the class with `.excuse(\"{}\", AttackClass::{class:?}, \"the reason\")`",
                self.name()
            );
            parts.unattacked.push((class, reason));
        }
    }

    fn has_raw_body(&self, location: InputLocation) -> bool {
        let body = self.sample.and_then(Sample::stated_body);
        is_body(location) && matches!(body, Some(SampleBody::Bytes(..)))
    }

    /// Sets the members of a sample in a value.
    fn merged(&self, location: InputLocation, value: Option<Value>, given: Value) -> Value {
        let Value::Object(given) = given else {
            return given;
        };
        match value {
            Some(Value::Object(mut members)) => {
                for (name, value) in given {
                    let text = value.as_str().map(str::to_owned);
                    let number = members.get(&name).filter(|other| !other.is_string());
                    let typed = number.and_then(|_| serde_json::from_str(&text?).ok());
                    members.insert(name, typed.unwrap_or(value));
                }
                Value::Object(members)
            }
            // parameters of a path without a struct, in order
            other if location == InputLocation::Path => {
                let names = parameters(&self.path);
                let of = |name: &str, or: Option<&Value>| {
                    given.get(name).or(or).cloned().unwrap_or_default()
                };
                match (names.as_slice(), other) {
                    ([only], other) => of(only, other.as_ref()),
                    (names, Some(Value::Array(items))) => {
                        let items = names.iter().zip(&items);
                        items.map(|(name, item)| of(name, Some(item))).collect()
                    }
                    (names, _) => names.iter().map(|name| of(name, None)).collect(),
                }
            }
            _ => Value::Object(given),
        }
    }

    /// Returns the request with these parts, without a token.
    pub(super) fn request(&self, parts: &Parts) -> AttackRequest {
        let mut target = self.filled_path(parts.find(InputLocation::Path).map(|part| &part.value));
        let query = parts
            .find(InputLocation::Query)
            .map(|part| pairs(&part.value))
            .unwrap_or_default();
        // a form of a request without a body is in the query
        let form_in_query = matches!(self.method, Method::GET | Method::HEAD);
        let form = parts.find(InputLocation::Form).filter(|_| form_in_query);
        let query: Vec<_> = query
            .into_iter()
            .chain(form.map(|part| pairs(&part.value)).unwrap_or_default())
            .collect();
        if !query.is_empty() {
            target = format!("{target}?{}", encoded(&query));
        }
        let mut request = AttackRequest {
            method: self.method.clone(),
            target,
            headers: Vec::new(),
            body: AttackBody::default(),
            reads_ticket: false,
        };
        self.set_fields(parts, &mut request);
        let body = parts.raw.clone().or_else(|| {
            let mut all = parts.list.iter();
            let part = all.find(|part| {
                is_body(part.location) && !(form_in_query && part.location == InputLocation::Form)
            })?;
            Some(part.body())
        });
        if let Some((bytes, media_type)) = body {
            request.set_body(bytes, &media_type);
        }
        request
    }

    /// Sets the fields that choose the handler, those of the sample, and those of the parts.
    fn set_fields(&self, parts: &Parts, request: &mut AttackRequest) {
        let selection = self.route.and_then(Route::selection);
        for (name, value) in selection.into_iter().flat_map(HeaderSelection::values) {
            request.header(name.as_str(), value);
        }
        for (name, value) in self.sample.into_iter().flat_map(Sample::fields) {
            request.header(name, value);
        }
        for (name, value) in parts
            .find(InputLocation::Header)
            .map(|part| pairs(&part.value))
            .unwrap_or_default()
        {
            request
                .headers
                .retain(|(other, _)| !other.eq_ignore_ascii_case(&name));
            request.header(&name, &value);
        }
        let cookies = parts
            .find(InputLocation::Cookie)
            .map(|part| pairs(&part.value))
            .unwrap_or_default();
        if !cookies.is_empty() {
            let cookies: Vec<_> = cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request.header("cookie", &cookies.join("; "));
        }
    }

    /// Returns the path with its parameters replaced.
    fn filled_path(&self, value: Option<&Value>) -> String {
        let names = parameters(&self.path);
        let texts: Vec<String> = match value {
            Some(Value::Object(members)) => {
                let text = |name: &&str| members.get(*name).map(as_text);
                names
                    .iter()
                    .map(|name| text(name).unwrap_or_else(|| self.unknown(name)))
                    .collect()
            }
            Some(Value::Array(items)) => items.iter().map(as_text).collect(),
            Some(single) => vec![as_text(single)],
            None => names.iter().map(|name| self.unknown(name)).collect(),
        };
        let mut texts = texts.into_iter();
        let template = self.template();
        let parts = path_parts(&template).map(|part| match part {
            PathPart::Literal(text) => text.to_owned(),
            PathPart::Parameter { is_rest, .. } => {
                let text = texts.next().unwrap_or_else(|| UNKNOWN_PARAMETER.to_owned());
                let encode = |text: &str| utf8_percent_encode(text, SEGMENT).to_string();
                if is_rest {
                    let segments: Vec<_> = text.split('/').map(encode).collect();
                    segments.join("/")
                } else {
                    encode(&text)
                }
            }
        });
        let path: String = parts.collect();
        if path.is_empty() {
            "/".to_owned()
        } else {
            path
        }
    }

    fn unknown(&self, name: &str) -> String {
        let given = self.sample.and_then(|sample| sample.parameter(name));
        given.unwrap_or(UNKNOWN_PARAMETER).to_owned()
    }
}
