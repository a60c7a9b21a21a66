//! The responses that the return type of a handler states.

use std::collections::BTreeMap;

use axum::http::Method;
use schemars::generate::SchemaSettings;
use serde_json::json;

use crate::openapi::objects::{Header, MediaType, OwnResponse, Response};
use crate::openapi::schemas::{Definitions, Schemas};
use crate::routing::{Errors, ReturnFacts, ReturnedContent, Status, Success};

/// Returns the responses of a handler to a method, except problems, by status.
pub(super) fn returned(
    facts: ReturnFacts,
    method: &Method,
    schemas: &mut Schemas,
) -> BTreeMap<String, Response> {
    let mut responses = BTreeMap::new();
    if facts.answers_options && *method == Method::OPTIONS {
        let response = OwnResponse {
            description: "The methods of the path.".to_owned(),
            headers: BTreeMap::from([("Allow", text_field("The allowed methods."))]),
            ..OwnResponse::default()
        };
        responses.insert("204".to_owned(), Response::Own(response));
        return responses;
    }
    let tag = || text_field("The version of the document, for `If-None-Match`.");
    if facts.is_conditional {
        let unchanged = OwnResponse {
            description: "The client has this version of the document.".to_owned(),
            headers: BTreeMap::from([("ETag", tag())]),
            ..OwnResponse::default()
        };
        responses.insert("304".to_owned(), Response::Own(unchanged));
    }
    match facts.success {
        Success::Unknown => {
            let description = "A response that the handler builds.";
            responses.insert("default".to_owned(), described(description));
        }
        Success::None => {}
        Success::Stated(status, content) => {
            let (key, mut response) = success(status, content, schemas);
            if facts.is_conditional {
                response.headers.insert("ETag", tag());
            }
            responses.insert(key, Response::Own(response));
        }
    }
    if facts.errors == Errors::Unknown {
        let other = described("Another response of the handler, such as an error.");
        responses.entry("default".to_owned()).or_insert(other);
    }
    responses
}

/// Returns the successful response with its key.
fn success(
    status: Status,
    content: ReturnedContent,
    schemas: &mut Schemas,
) -> (String, OwnResponse) {
    let (key, description) = match status {
        Status::Of(204) => ("204".to_owned(), "Success, without content."),
        Status::Of(status) => (status.to_string(), "Success."),
        Status::AnySuccess => ("2XX".to_owned(), "Success."),
        Status::AnyRedirection => ("3XX".to_owned(), "A redirect to another URL."),
    };
    let mut response = OwnResponse {
        description: description.to_owned(),
        ..OwnResponse::default()
    };
    if status == Status::AnyRedirection {
        response
            .headers
            .insert("Location", location("The URL of the redirect."));
    }
    if let ReturnedContent::Typed(media_type, schema) = content {
        let schema = schema.map(|describe| {
            let settings = SchemaSettings::draft2020_12().for_serialize();
            let (root, by_name) = Definitions::generate(settings, describe);
            schemas.lift_root(&Definitions::new(root, by_name))
        });
        let content = MediaType {
            schema,
            ..MediaType::default()
        };
        response.content.insert(media_type.to_owned(), content);
    }
    (key, response)
}

fn text_field(description: &'static str) -> Header {
    Header {
        description: description.into(),
        required: true,
        schema: json!({ "type": "string" }),
    }
}

/// Returns the header field of a redirect.
pub(super) fn location(description: &'static str) -> Header {
    Header {
        schema: json!({ "type": "string", "format": "uri-reference" }),
        ..text_field(description)
    }
}

fn described(description: &str) -> Response {
    Response::Own(OwnResponse {
        description: description.to_owned(),
        ..OwnResponse::default()
    })
}
