//! Operations of one path and method, among which header fields choose.

use std::collections::BTreeMap;

use serde_json::json;

use crate::openapi::objects::{
    Operation, OwnResponse, Parameter, RequestBody, Response, SecurityRequirement,
};
use crate::openapi::parameters::{any_of, either};
use crate::openapi::text::code;
use crate::routing::Route;

/// The description of several operations as one.
#[derive(Default)]
struct Merge {
    merged: Operation,
    lines: Vec<String>,
    count: usize,
    is_public: bool,
    bodies: usize,
    /// The number of operations with a parameter.
    present: BTreeMap<(&'static str, String), usize>,
}

/// Merges operations: a request has the parameters and the body of one of them.
pub(super) fn merged(operations: Vec<(&Route, Operation)>) -> Operation {
    let mut merge = Merge::default();
    for (route, operation) in operations {
        merge.add(route, operation);
    }
    merge.finish()
}

impl Merge {
    fn add(&mut self, route: &Route, operation: Operation) {
        self.count += 1;
        self.lines.extend(line(route, &operation));
        if self.merged.summary.is_empty() {
            "Several operations".clone_into(&mut self.merged.summary);
        }
        let merged = &mut self.merged;
        if merged.tags.is_empty() {
            merged.tags = operation.tags;
        }
        for parameter in operation.parameters {
            let key = (parameter.location, parameter.name.clone());
            *self.present.entry(key).or_default() += 1;
            add_parameter(&mut merged.parameters, parameter);
        }
        if let Some(body) = operation.request_body {
            self.bodies += 1;
            merged.request_body = Some(match merged.request_body.take() {
                Some(known) => RequestBody {
                    content: either(known.content, body.content),
                    required: known.required && body.required,
                    ..known
                },
                None => body,
            });
        }
        for (status, response) in operation.responses {
            add_response(&mut merged.responses, status, response);
        }
        self.is_public |= operation.security.is_empty();
        for requirement in operation.security {
            if !merged.security.contains(&requirement) {
                merged.security.push(requirement);
            }
        }
        add_selection(&mut merged.parameters, route);
    }

    fn finish(mut self) -> Operation {
        for parameter in &mut self.merged.parameters {
            let key = (parameter.location, parameter.name.clone());
            let present = self.present.get(&key);
            parameter.required &= present.is_none_or(|present| *present == self.count);
        }
        if let Some(body) = &mut self.merged.request_body {
            body.required &= self.bodies == self.count;
        }
        // an empty requirement: without a credential, too
        if self.is_public && !self.merged.security.is_empty() {
            self.merged.security.push(SecurityRequirement::new());
        }
        self.merged.description = format!(
            "Header fields of the request choose the operation:\n\n{}",
            self.lines.join("\n")
        );
        self.merged
    }
}

/// Describes an operation as an item of a list.
fn line(route: &Route, operation: &Operation) -> Option<String> {
    let selection = code(&route.selection()?.to_string());
    let summary = &operation.summary;
    let rest = operation.description.replace('\n', " ");
    let line = format!("- {selection}: {summary}. {rest}");
    Some(line.trim_end().to_owned())
}

/// Adds the header fields that choose a route, and its values.
fn add_selection(parameters: &mut Vec<Parameter>, route: &Route) {
    let Some(selection) = route.selection() else {
        return;
    };
    for (index, field) in selection.fields().iter().enumerate() {
        let value = selection.values().nth(index).map(|(_, value)| value);
        let schema = match value {
            Some(value) => json!({ "const": value }),
            None => json!({ "type": "string" }),
        };
        add_parameter(
            parameters,
            Parameter {
                name: field.as_str().to_owned(),
                location: "header",
                description: Some("Chooses the operation.".to_owned()),
                // the fallback and a shorter selection match requests without the field
                required: value.is_some(),
                style: None,
                explode: None,
                schema,
            },
        );
    }
}

/// Adds a parameter; if several operations have it, either schema is possible.
fn add_parameter(parameters: &mut Vec<Parameter>, parameter: Parameter) {
    let mut known = parameters.iter_mut();
    let same =
        known.find(|known| known.location == parameter.location && known.name == parameter.name);
    match same {
        Some(known) => {
            known.required &= parameter.required;
            let first = std::mem::take(&mut known.schema);
            known.schema = any_of(first, parameter.schema);
        }
        None => parameters.push(parameter),
    }
}

/// Adds a response; if several operations have it, either content is possible.
fn add_response(responses: &mut BTreeMap<String, Response>, status: String, response: Response) {
    let merged = match (responses.remove(&status), response) {
        (Some(Response::Own(known)), Response::Own(other)) if known != other => {
            let mut headers = known.headers;
            for (name, header) in other.headers {
                headers.entry(name).or_insert(header);
            }
            Response::Own(OwnResponse {
                description: known.description,
                headers,
                content: either(known.content, other.content),
            })
        }
        (Some(Response::Shared(known)), Response::Own(other)) => {
            let description = other.description;
            Response::Own(OwnResponse {
                description: format!("{description} Or a problem ({}).", known.target),
                ..OwnResponse::default()
            })
        }
        (Some(known @ Response::Own(_)), Response::Shared(_)) => known,
        (_, response) => response,
    };
    responses.insert(status, merged);
}
