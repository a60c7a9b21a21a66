//! The objects of an OpenAPI document, as they are serialized ([OpenAPI 3.1.1 §4.8]).
//!
//! [OpenAPI 3.1.1 §4.8]: https://spec.openapis.org/oas/v3.1.1.html#schema

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::openapi::info::Info;

/// The names of schemes, each with the scopes that it must grant.
pub(super) type SecurityRequirement = BTreeMap<String, Vec<String>>;

/// Media types with the schemas of their content.
pub(super) type Content = BTreeMap<String, MediaType>;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Root {
    pub(super) openapi: &'static str,
    pub(super) info: Info,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) servers: Vec<Server>,
    pub(super) paths: BTreeMap<String, PathItem>,
    pub(super) components: Components,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tags: Vec<Tag>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Server {
    pub(super) url: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Tag {
    pub(super) name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct PathItem {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) servers: Vec<Server>,
    #[serde(flatten)]
    pub(super) operations: BTreeMap<&'static str, Operation>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Operation {
    #[serde(rename = "operationId")]
    pub(super) id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tags: Vec<String>,
    pub(super) summary: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) parameters: Vec<Parameter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request_body: Option<RequestBody>,
    /// By status, `2XX` or `default`.
    pub(super) responses: BTreeMap<String, Response>,
    /// Alternatives. An absent list would inherit that of the document, and an empty one is for a public operation.
    pub(super) security: Vec<SecurityRequirement>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Parameter {
    pub(super) name: String,
    #[serde(rename = "in")]
    pub(super) location: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) style: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) explode: Option<bool>,
    pub(super) schema: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct RequestBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) content: Content,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) required: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct MediaType {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) schema: Option<Value>,
    /// The encoding of each member of a form.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) encoding: BTreeMap<String, Encoding>,
}

/// The encoding of a member of a form.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Encoding {
    /// Media types, separated by commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) style: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) explode: Option<bool>,
}

/// A response, or a reference to one of the components.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Response {
    Shared(Reference),
    Own(OwnResponse),
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Reference {
    #[serde(rename = "$ref")]
    pub(super) target: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct OwnResponse {
    pub(super) description: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: BTreeMap<&'static str, Header>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) content: Content,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Header {
    pub(super) description: Cow<'static, str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) required: bool,
    pub(super) schema: Value,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Components {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) schemas: BTreeMap<String, Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) responses: BTreeMap<&'static str, OwnResponse>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) security_schemes: BTreeMap<String, SecurityScheme>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct SecurityScheme {
    pub(super) description: String,
    #[serde(flatten)]
    pub(super) kind: SchemeKind,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(super) enum SchemeKind {
    #[cfg(feature = "discovery")]
    OpenIdConnect {
        #[serde(rename = "openIdConnectUrl")]
        url: String,
    },
    Http {
        scheme: &'static str,
        #[serde(rename = "bearerFormat", skip_serializing_if = "Option::is_none")]
        format: Option<&'static str>,
    },
    ApiKey {
        #[serde(rename = "in")]
        location: &'static str,
        name: &'static str,
    },
}
