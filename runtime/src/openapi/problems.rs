//! The problems that a route can return, as shared responses.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Value, json};

use crate::input::InputLocation;
use crate::openapi::objects::{Content, Header, MediaType, OwnResponse, Reference, Response};
use crate::openapi::returned::location;
use crate::path_parts::has_parameter;
use crate::policy::Access;
use crate::routing::{Errors, ExceptionKind, Route};

/// The name of the schema of every problem.
pub(super) const PROBLEM: &str = "Problem";

/// The media type of every problem.
const PROBLEM_JSON: &str = "application/problem+json";

/// A problem of several routes.
struct SharedProblem {
    /// The key of the responses of an operation.
    status: &'static str,
    /// The name of the component.
    name: &'static str,
    description: &'static str,
    headers: &'static [Field],
}

/// A header field of a response.
struct Field {
    name: &'static str,
    description: &'static str,
    is_required: bool,
}

const CHALLENGE: Field = Field {
    name: "WWW-Authenticate",
    description: "The scheme of the credential, and the error (RFC 6750).",
    is_required: true,
};

const POSSIBLE_CHALLENGE: Field = Field {
    is_required: false,
    ..CHALLENGE
};

const RETRY_AFTER: Field = Field {
    name: "Retry-After",
    description: "The number of seconds after which another attempt is useful.",
    is_required: false,
};

const ACCEPTED: Field = Field {
    name: "Accept",
    description: "The accepted media types, if the media type is the reason.",
    is_required: false,
};

const ACCEPTED_BY_PATCH: Field = Field {
    name: "Accept-Patch",
    description: "The same media types, if the method is `PATCH` (RFC 5789).",
    ..ACCEPTED
};

const ACCEPTED_BY_POST: Field = Field {
    name: "Accept-Post",
    description: "The same media types, if the method is `POST`.",
    ..ACCEPTED
};

const ACCEPTED_CODING: Field = Field {
    name: "Accept-Encoding",
    description: "`identity`, if a content coding is the reason.",
    ..ACCEPTED
};

const SHARED: [SharedProblem; 16] = [
    SharedProblem {
        status: "400",
        name: "BadRequest",
        description: "The request, its credential or its input is malformed.",
        headers: &[POSSIBLE_CHALLENGE],
    },
    SharedProblem {
        status: "401",
        name: "Unauthorized",
        description: "The credential is missing or not valid.",
        headers: &[CHALLENGE],
    },
    SharedProblem {
        status: "403",
        name: "Forbidden",
        description: "The caller is not permitted to use the operation.",
        headers: &[POSSIBLE_CHALLENGE],
    },
    SharedProblem {
        status: "404",
        name: "NotFound",
        description: "The object that the path names does not exist.",
        headers: &[],
    },
    SharedProblem {
        status: "406",
        name: "NotAcceptable",
        description: "The client accepts no media type of the operation.",
        headers: &[],
    },
    SharedProblem {
        status: "408",
        name: "RequestTimeout",
        description: "The body did not arrive in time.",
        headers: &[],
    },
    SharedProblem {
        status: "413",
        name: "ContentTooLarge",
        description: "The body is larger than the limit.",
        headers: &[],
    },
    SharedProblem {
        status: "414",
        name: "UriTooLong",
        description: "The path and the query are longer than the limit.",
        headers: &[],
    },
    SharedProblem {
        status: "415",
        name: "UnsupportedMediaType",
        description: "The body has another media type, or a content coding.",
        headers: &[
            ACCEPTED,
            ACCEPTED_CODING,
            ACCEPTED_BY_PATCH,
            ACCEPTED_BY_POST,
        ],
    },
    SharedProblem {
        status: "421",
        name: "MisdirectedRequest",
        description: "The API does not serve the host that the request names.",
        headers: &[],
    },
    SharedProblem {
        status: "422",
        name: "UnprocessableContent",
        description: "The input breaks the rules of its type; `errors` lists them.",
        headers: &[],
    },
    SharedProblem {
        status: "426",
        name: "UpgradeRequired",
        description: "The request does not upgrade its connection to a WebSocket.",
        headers: &[],
    },
    SharedProblem {
        status: "431",
        name: "TooManyHeaderFields",
        description: "The request has more header fields than the limit.",
        headers: &[],
    },
    SharedProblem {
        status: "500",
        name: "InternalServerError",
        description: "The server has failed.",
        headers: &[],
    },
    SharedProblem {
        status: "503",
        name: "ServiceUnavailable",
        description: "The server cannot answer at present: it is overloaded, the operation took too long, or \
                      credentials cannot be validated.",
        headers: &[RETRY_AFTER],
    },
    SharedProblem {
        status: "default",
        name: "OtherProblem",
        description: "Another problem of the operation.",
        headers: &[],
    },
];

/// How the errors of an API are described.
#[derive(Clone, Copy, Debug)]
pub(super) struct Problems {
    /// Whether the API renders errors in its own format, which is not described.
    pub(super) are_rendered: bool,
    /// Whether requests for other hosts are refused.
    pub(super) checks_hosts: bool,
    /// Whether browsers that navigate to a page without a session are redirected to the login.
    pub(super) redirects_navigations: bool,
}

impl Problems {
    /// Returns the components.
    pub(super) fn components(self) -> BTreeMap<&'static str, OwnResponse> {
        let shared = SHARED.iter();
        shared
            .map(|problem| (problem.name, self.component(problem)))
            .collect()
    }

    fn component(self, problem: &SharedProblem) -> OwnResponse {
        let headers = problem.headers.iter();
        let headers = headers.map(|field| (field.name, field.header()));
        self.response(problem.description, headers.collect())
    }

    /// Returns the responses of the guard and of the extractors of a route, by status.
    pub(super) fn of(
        self,
        route: &Route,
        method: &Method,
        allow: &str,
    ) -> BTreeMap<String, Response> {
        let statuses = self.shared_statuses(route, method);
        let shared = SHARED.iter();
        let shared = shared.filter(|problem| statuses.contains(&problem.status));
        let mut responses: BTreeMap<String, Response> = shared
            .map(|problem| (problem.status.to_owned(), problem.reference()))
            .collect();
        let not_allowed = self.response("The path does not support the method.", allowed(allow));
        responses.insert("405".to_owned(), Response::Own(not_allowed));
        if is_upgrade(route) {
            let upgraded = OwnResponse {
                description: "The connection becomes a WebSocket (RFC 6455).".to_owned(),
                ..OwnResponse::default()
            };
            responses.insert("101".to_owned(), Response::Own(upgraded));
        }
        let admits_login = route.declaration().access.admits_login();
        if self.redirects_navigations && admits_login && *method == Method::GET {
            let description =
                "The login, for a browser that navigates to the page without a session.";
            let login = OwnResponse {
                description: description.to_owned(),
                headers: BTreeMap::from([("Location", location("The path of the login."))]),
                ..OwnResponse::default()
            };
            responses.insert("303".to_owned(), Response::Own(login));
        }
        responses
    }

    /// Returns the keys of the shared problems of a route.
    fn shared_statuses(self, route: &Route, method: &Method) -> Vec<&'static str> {
        let mut arguments = route.arguments().iter();
        let mut statuses = vec!["400", "414", "431", "500", "503"];
        if self.checks_hosts {
            statuses.push("421");
        }
        if !route.declaration().is_public() {
            statuses.push("401");
        }
        let issues_tickets = arguments.clone().any(|argument| argument.issues_tickets);
        if may_forbid(&route.declaration().access) || issues_tickets {
            statuses.push("403");
        }
        // 406 replaces the response to a safe request only
        if *method == Method::GET || *method == Method::HEAD {
            statuses.push("406");
        }
        for input in route.inputs() {
            statuses.push("422");
            if matches!(input.location(), InputLocation::Body | InputLocation::Form) {
                statuses.extend(["408", "413", "415"]);
            }
        }
        if arguments.clone().any(|argument| argument.unvalidated) {
            statuses.extend(["408", "413", "415", "422"]);
        }
        let returns_problems = route.returned().errors == Errors::Problems;
        // a custom extractor of the API can reject a request with any status
        if returns_problems || arguments.any(|argument| argument.custom) {
            statuses.push("default");
        }
        if returns_problems && has_parameter(route.path()) {
            statuses.push("404");
        }
        if is_upgrade(route) {
            statuses.push("426");
        }
        statuses
    }

    /// Returns the same response to `HEAD`.
    pub(super) fn without_content(self, response: Response) -> Response {
        let response = match response {
            Response::Own(response) => Some(response),
            Response::Shared(reference) => {
                let mut shared = SHARED.iter();
                let shared = shared.find(|problem| problem.target() == reference.target);
                shared.map(|problem| self.component(problem))
            }
        };
        Response::Own(OwnResponse {
            content: Content::new(),
            ..response.unwrap_or_default()
        })
    }

    fn response(self, description: &str, headers: BTreeMap<&'static str, Header>) -> OwnResponse {
        let schema = json!({ "$ref": format!("#/components/schemas/{PROBLEM}") });
        let media_type = MediaType {
            schema: Some(schema),
            ..MediaType::default()
        };
        OwnResponse {
            description: description.to_owned(),
            headers,
            content: if self.are_rendered {
                BTreeMap::new()
            } else {
                BTreeMap::from([(PROBLEM_JSON.to_owned(), media_type)])
            },
        }
    }
}

/// Returns the header field of 405 with the methods of the path.
fn allowed(methods: &str) -> BTreeMap<&'static str, Header> {
    let header = Header {
        description: format!("The methods of the path: {methods}.").into(),
        required: true,
        schema: json!({ "type": "string" }),
    };
    BTreeMap::from([("Allow", header)])
}

/// Returns whether the handler opens a WebSocket.
fn is_upgrade(route: &Route) -> bool {
    let mut statements = route
        .arguments()
        .iter()
        .filter_map(|argument| argument.statement);
    statements.any(|statement| matches!(statement.kind, ExceptionKind::UncheckedMessages))
}

/// Returns whether a request with a valid credential may be refused.
fn may_forbid(access: &Access) -> bool {
    match access {
        Access::Public { .. } | Access::Authenticated => false,
        // with a login, a request of another origin
        Access::Login
        | Access::LoginOr(_)
        | Access::Scopes(_)
        | Access::Roles(_)
        | Access::ScopesAndRoles(..) => true,
    }
}

impl SharedProblem {
    fn reference(&self) -> Response {
        Response::Shared(Reference {
            target: self.target(),
        })
    }

    fn target(&self) -> String {
        format!("#/components/responses/{}", self.name)
    }
}

impl Field {
    fn header(&self) -> Header {
        let schema = match self.name {
            "Retry-After" => json!({ "type": "integer", "minimum": 0 }),
            _ => json!({ "type": "string" }),
        };
        Header {
            description: self.description.into(),
            required: self.is_required,
            schema,
        }
    }
}

/// Returns the schema of every problem ([RFC 9457]).
///
/// [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457
pub(super) fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "A problem (RFC 9457). Other members are possible.",
        "properties": {
            "type": {
                "type": "string",
                "format": "uri-reference",
                "description": "Identifies the problem for programs.",
            },
            "title": { "type": "string" },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": { "type": "string" },
            "errors": {
                "type": "array",
                "description": "The rules that the input breaks.",
                "maxItems": crate::input::MAX_VIOLATIONS,
                "items": {
                    "type": "object",
                    "properties": {
                        "pointer": {
                            "type": "string",
                            "description": "A JSON Pointer into the body, or the name of a parameter.",
                        },
                        "rule": { "type": "string" },
                        "detail": { "type": "string" },
                    },
                    "required": ["pointer", "rule", "detail"],
                },
            },
            "required_scopes": {
                "type": "array",
                "description": "Alternatives, each with scopes separated by spaces.",
                "items": { "type": "string" },
            },
            "required_roles": {
                "type": "array",
                "description": "Alternatives, each with roles.",
                "items": { "type": "array", "items": { "type": "string" } },
            },
            "request_id": { "type": "string" },
        },
        "required": ["type", "title", "status"],
    })
}
