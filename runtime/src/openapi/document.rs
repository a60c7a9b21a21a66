//! The description of an API.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use serde::{Serialize, Serializer};

use crate::Api;
use crate::openapi::info::Info;
use crate::openapi::names::operation_ids;
use crate::openapi::objects::{Components, PathItem, Response, Root, Server, Tag};
use crate::openapi::operation::{Context, Member};
use crate::openapi::problems::{PROBLEM, Problems, problem_schema};
use crate::openapi::schemas::Schemas;
use crate::openapi::security::Security;
use crate::openapi::template::PathTemplate;
use crate::routing::{Inventory, Route};

/// The version of the specification.
const VERSION: &str = "3.1.1";

/// The description of an [`Api`]: an [OpenAPI 3.1] document.
///
/// It serializes as the document. The same `Api` always has the same text.
///
/// # Examples
///
/// ```
/// use palisade::Api;
/// use palisade::openapi::{Document, Info};
///
/// fn description(api: &Api) -> String {
///     Document::new(api, Info::new("Orders", "1.0.0")).to_json()
/// }
/// # let _ = description;
/// ```
///
/// [OpenAPI 3.1]: https://spec.openapis.org/oas/v3.1.1.html
#[derive(Clone, Debug)]
pub struct Document {
    root: Root,
    omitted: Vec<String>,
}

impl Document {
    /// Describes every route of an API, from the declarations that the guard enforces.
    pub fn new(api: &Api, info: Info) -> Self {
        Self::of(api.inventory(), api.renders_errors(), info)
    }

    pub(super) fn of(inventory: &Inventory, renders_errors: bool, info: Info) -> Self {
        let problems = Problems {
            are_rendered: renders_errors,
            checks_hosts: inventory.hosts().is_some(),
            #[cfg(feature = "relying-party")]
            redirects_navigations: inventory.redirects_navigations(),
            #[cfg(not(feature = "relying-party"))]
            redirects_navigations: false,
        };
        let mut context = Context {
            security: Security::of(inventory),
            problems,
            schemas: Schemas::new([(PROBLEM, problem_schema())]),
        };
        let mut omitted = omitted(inventory);
        let base = Base::of(inventory);
        let paths = paths(inventory, &base, &mut context, &mut omitted);
        let operations = paths.values().flat_map(|item| item.operations.values());
        let tags: BTreeSet<&String> = operations.flat_map(|operation| &operation.tags).collect();
        let tags = tags
            .into_iter()
            .map(|name| Tag { name: name.clone() })
            .collect();
        let mut components = Components {
            schemas: context.schemas.into_map(),
            responses: problems.components(),
            security_schemes: context.security.schemes(inventory),
        };
        remove_unused(&mut components, &paths, problems);
        omitted.sort();
        Self {
            root: Root {
                openapi: VERSION,
                info,
                servers: base.servers,
                paths,
                components,
                tags,
            },
            omitted,
        }
    }

    /// Returns the document as indented JSON.
    pub fn to_json(&self) -> String {
        // its structs, with text as keys, always serialize
        serde_json::to_string_pretty(&self.root).unwrap_or_default()
    }

    /// Returns the routes without a path in the document, sorted: fallbacks, handlers for `CONNECT`, and routes
    /// [beside](Api::beside) the API.
    pub fn omitted(&self) -> &[String] {
        &self.omitted
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.root.serialize(serializer)
    }
}

/// Describes what has no path.
fn omitted(inventory: &Inventory) -> Vec<String> {
    let fallbacks = inventory.iter().filter(|route| route.is_fallback());
    let fallbacks =
        fallbacks.map(|route| format!("the fallback `{}`", route.declaration().handler));
    let undeclared = inventory.undeclared().iter();
    let undeclared = undeclared.map(|reason| format!("routes beside the API: {reason}"));
    fallbacks.chain(undeclared).collect()
}

/// Describes the routes by path and method.
fn paths(
    inventory: &Inventory,
    base: &Base,
    context: &mut Context<'_>,
    omitted: &mut Vec<String>,
) -> BTreeMap<String, PathItem> {
    let routes = inventory.iter().filter(|route| !route.is_fallback());
    let routes: Vec<(&Route, PathTemplate)> = routes
        .map(|route| (route, PathTemplate::parse(route.path())))
        .collect();
    let mut paths: BTreeMap<String, PathItem> = BTreeMap::new();
    let mut handlers = Vec::new();
    for (text, members) in by_path(&routes) {
        let allow = methods(&members);
        let mut item = PathItem::default();
        if members.iter().any(|member| member.route.is_at_root()) {
            item.servers = base.of_root();
        }
        for (method, members) in by_method(&members).into_values() {
            let Some(key) = operation_key(&method) else {
                omitted.push(format!("{method} {text}"));
                continue;
            };
            let operation = context.operation(&members, &method, &allow);
            item.operations.insert(key, operation);
            if let [first, ..] = &*members {
                handlers.push((text.clone(), key, first.route.declaration()));
            }
        }
        paths.insert(text, item);
    }
    for ((path, key), id) in operation_ids(&handlers) {
        let item = paths.get_mut(&path);
        if let Some(operation) = item.and_then(|item| item.operations.get_mut(key)) {
            operation.id = id;
        }
    }
    paths
}

/// The URL below which the paths are.
struct Base {
    servers: Vec<Server>,
    /// The URL of the host, if the paths are below another one.
    root: Option<String>,
}

impl Base {
    /// Finds the URL of the paths: the API's resource, or its host if the paths repeat the path of the resource.
    fn of(inventory: &Inventory) -> Self {
        let Some(resource) = inventory.resource() else {
            return Self {
                servers: Vec::new(),
                root: None,
            };
        };
        let url = resource.trim_end_matches('/');
        let host_end = url.find("://").map_or(0, |scheme| scheme + 3);
        let path_at = url.get(host_end..).and_then(|rest| rest.find('/'));
        let (origin, path) = url.split_at(path_at.map_or(url.len(), |at| host_end + at));
        let server = |url: &str| Server {
            url: url.to_owned(),
        };
        let is_below = |route: &Route| {
            let rest = route.path().strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mut routes = inventory
            .iter()
            .filter(|route| !route.is_at_root() && !route.is_fallback());
        if path.is_empty() || routes.all(is_below) {
            Self {
                servers: vec![server(origin)],
                root: None,
            }
        } else {
            Self {
                servers: vec![server(url)],
                root: Some(origin.to_owned()),
            }
        }
    }

    /// Returns the servers of a path at the root of the host, if they are others.
    fn of_root(&self) -> Vec<Server> {
        let root = self.root.iter();
        root.map(|url| Server { url: url.clone() }).collect()
    }
}

/// Groups routes by their path. axum refuses paths that differ in the names of their parameters only, as OpenAPI does.
fn by_path<'a>(routes: &'a [(&'a Route, PathTemplate)]) -> BTreeMap<String, Vec<Member<'a>>> {
    let mut grouped: BTreeMap<String, Vec<Member<'a>>> = BTreeMap::new();
    for (route, template) in routes {
        let group = grouped.entry(template.text()).or_default();
        group.push(Member { route, template });
    }
    grouped
}

/// Groups the routes of a path by method; only header fields choose among several routes of a method.
fn by_method<'a>(members: &[Member<'a>]) -> BTreeMap<String, (Method, Vec<Member<'a>>)> {
    let mut grouped: BTreeMap<String, (Method, Vec<Member<'a>>)> = BTreeMap::new();
    for member in members {
        for method in member.route.methods() {
            let group = grouped.entry(method.to_string());
            let (_, group) = group.or_insert_with(|| (method.clone(), Vec::new()));
            group.push(*member);
        }
    }
    grouped
}

/// Returns the methods of a path, as its header field `Allow` has them.
fn methods(members: &[Member<'_>]) -> String {
    let methods = members.iter().flat_map(|member| member.route.methods());
    let mut names: BTreeSet<&str> = methods.map(Method::as_str).collect();
    if names.contains("GET") {
        names.insert("HEAD");
    }
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// Returns the field of a path item for a method, if it has one.
fn operation_key(method: &Method) -> Option<&'static str> {
    let keys = [
        (Method::GET, "get"),
        (Method::PUT, "put"),
        (Method::POST, "post"),
        (Method::DELETE, "delete"),
        (Method::OPTIONS, "options"),
        (Method::HEAD, "head"),
        (Method::PATCH, "patch"),
        (Method::TRACE, "trace"),
    ];
    let mut keys = keys.into_iter();
    keys.find(|(known, _)| known == method).map(|(_, key)| key)
}

/// Removes the shared responses to which no operation refers, and the schema of problems if they are rendered.
fn remove_unused(
    components: &mut Components,
    paths: &BTreeMap<String, PathItem>,
    problems: Problems,
) {
    let operations = paths.values().flat_map(|item| item.operations.values());
    let responses = operations.flat_map(|operation| operation.responses.values());
    let used: BTreeSet<&str> = responses
        .filter_map(|response| match response {
            Response::Shared(reference) => reference.target.rsplit('/').next(),
            Response::Own(_) => None,
        })
        .collect();
    components.responses.retain(|name, _| used.contains(name));
    if problems.are_rendered || paths.is_empty() {
        components.schemas.remove(PROBLEM);
    }
}
