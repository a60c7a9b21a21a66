//! The JSON form of an inventory; `server` has its issuers and its listener.

mod server;
mod sorted;

use std::path::Path;

use axum::http::{HeaderName, Method};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::claims::Scope;
use crate::json;
use crate::policy::{Access, Declaration, Limits, Requirement};
use crate::routing::claims_description::ClaimsDescription;
use crate::routing::exception::Exception;
use crate::routing::header_selection::HeaderSelection;
use crate::routing::input_description::InputDescription;
use crate::routing::inventory::json::server::{IssuerView, ListenerView};
use crate::routing::inventory::json::sorted::sorted;
use crate::routing::inventory::{Inventory, Route};

#[cfg(all(test, feature = "introspection"))]
pub(super) use self::server::introspected_name;

impl Inventory {
    /// Returns the inventory as JSON, which ends with a line break.
    ///
    /// Lists are sorted, except for arguments and their exceptions, which are in the order of the handler. Every member is
    /// always present; it is `null` if it has no value. Times are in milliseconds (`…_ms`), sizes in bytes.
    ///
    /// | member | value |
    /// |---|---|
    /// | `resource` | the [URL](Self::resource) of the API |
    /// | `hosts` | the [hosts](Self::hosts); `null` if every host is served |
    /// | `routes` | each route, by path; see below |
    /// | `undeclared` | the [reasons](Self::undeclared) of routers beside the API |
    /// | `relaxations` | the [relaxations](Self::relaxations) of the API as a whole |
    /// | `implied_scopes` | each scope that others imply: `scope`, `implied_by` |
    /// | `issuers` | each [issuer](Self::issuers): `issuer`, `audiences`, `validation` in words, `profile`, `algorithms`, `keys` (`secret HS256`, `pem ES256`, `jwks`, `url https://…`, `discovered`), `max_key_age_ms`, `clock_skew_ms`, `roles_claim` (a JSON Pointer), `introspected` (`opaque`, `opaque_beside_jwts`, `jwts`, `all`), `introspection_endpoint` (`null` if discovered), `introspection_cache_ms`, `token_limit`, `grants` (`everything`, or `scopes` and `roles`), `hashes_subjects`, `relaxations` |
    /// | `has_sessions` | whether the server has [sessions](Self::has_sessions) |
    /// | `checks_revocations` | whether the server [checks revocations](Self::checks_revocations) |
    /// | `listener` | the [listener](Self::listener): `transport` (`tls`, `custom_tls`, `plain_behind_proxy`, `plain_on_host`), `client_certificates`, `proxies`, `probes`, `limits` by name, `fixed_limits` |
    ///
    /// | member of a route | value |
    /// |---|---|
    /// | `path`, `methods` | the path of axum, and the methods |
    /// | `is_fallback` | whether the handler is a [fallback](Route::is_fallback) |
    /// | `selection` | the [header fields](Route::selection) that choose the handler: `fields`, `values` by field |
    /// | `handler`, `module` | the name of the handler, and the path of its module |
    /// | `source` | the `file` and `line` of the attribute; `null` for a handler of another package |
    /// | `access` | the access in one line: `orders:read or admin` |
    /// | `public_reason` | why the route is public |
    /// | `requires` | the access: `token`, `login`, and the trees `scopes` and `roles`, each a name, `{"all": […]}` or `{"any": […]}` |
    /// | `next` | the stricter access that will follow: `access`, `requires` |
    /// | `accepts_tickets` | whether a ticket in the query replaces the token |
    /// | `is_reachable` | whether some issuer [may grant](Self::unreachable) what the route requires |
    /// | `limits` | every [limit](crate::policy::Limits) |
    /// | `inputs` | each checked input: `location`, `is_optional`, `media_types`, `schema` (JSON Schema 2020-12) |
    /// | `claims` | the [typed claims](Route::claims) of callers: `type`, `schema` (`null` if the type has none) |
    /// | `exceptions` | each [exception](Route::exceptions): `kind`, `argument`, `location`, `field`, `reason` |
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::prelude::*;
    ///
    /// #[secured(scopes = "orders:read")]
    /// async fn list_orders() {}
    ///
    /// let routes: SecureRouter = SecureRouter::new().route("/orders", get(list_orders));
    /// let inventory: serde_json::Value = serde_json::from_str(&routes.inventory().to_json())?;
    /// assert_eq!(inventory["routes"][0]["access"], "orders:read");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn to_json(&self) -> String {
        json::to_text(&InventoryView::of(self))
    }
}

#[derive(Serialize)]
struct InventoryView<'a> {
    resource: Option<&'a str>,
    hosts: Option<Vec<&'a str>>,
    routes: Vec<RouteView<'a>>,
    undeclared: Vec<&'static str>,
    relaxations: Vec<&'static str>,
    implied_scopes: Vec<ImpliedScope>,
    issuers: Vec<IssuerView<'a>>,
    has_sessions: bool,
    checks_revocations: bool,
    listener: Option<ListenerView<'a>>,
}

#[derive(Serialize)]
struct RouteView<'a> {
    path: &'a str,
    methods: Vec<&'a str>,
    is_fallback: bool,
    selection: Option<SelectionView<'a>>,
    handler: &'static str,
    module: &'static str,
    source: Option<Source>,
    access: String,
    public_reason: Option<&'static str>,
    requires: Requires,
    next: Option<NextView>,
    accepts_tickets: bool,
    is_reachable: bool,
    limits: LimitsView,
    inputs: Vec<InputView>,
    claims: Vec<ClaimsView>,
    exceptions: Vec<ExceptionView>,
}

#[derive(Serialize)]
struct SelectionView<'a> {
    fields: Vec<&'a str>,
    values: Map<String, Value>,
}

#[derive(Serialize)]
struct Source {
    file: String,
    line: u32,
}

#[derive(Serialize)]
struct Requires {
    token: bool,
    login: bool,
    scopes: Option<Value>,
    roles: Option<Value>,
}

#[derive(Serialize)]
struct NextView {
    access: String,
    requires: Requires,
}

#[derive(Serialize)]
struct LimitsView {
    body_limit: usize,
    body_timeout_ms: u128,
    body_idle_timeout_ms: u128,
    timeout_ms: u128,
    header_limit: usize,
    parameter_limit: usize,
    part_limit: usize,
}

#[derive(Serialize)]
struct InputView {
    location: &'static str,
    is_optional: bool,
    media_types: &'static [&'static str],
    schema: Option<schemars::Schema>,
}

#[derive(Serialize)]
struct ClaimsView {
    r#type: String,
    schema: Option<schemars::Schema>,
}

#[derive(Serialize)]
struct ExceptionView {
    kind: &'static str,
    argument: String,
    location: Option<&'static str>,
    field: Option<String>,
    reason: &'static str,
}

#[derive(Serialize)]
struct ImpliedScope {
    scope: &'static str,
    implied_by: Vec<&'static str>,
}

impl<'a> InventoryView<'a> {
    fn of(inventory: &'a Inventory) -> Self {
        let unreachable: Vec<&Route> = inventory.unreachable().collect();
        let is_reachable = |route: &Route| !unreachable.iter().any(|one| std::ptr::eq(*one, route));
        let routes = inventory.iter();
        let mut routes: Vec<_> = routes
            .map(|route| RouteView::of(route, is_reachable(route)))
            .collect();
        routes.sort_by_cached_key(|route| {
            let values = route
                .selection
                .as_ref()
                .map(|one| format!("{:?}", one.values));
            (route.path, route.is_fallback, route.methods.clone(), values)
        });
        let mut issuers: Vec<_> = inventory.issuers().iter().map(IssuerView::of).collect();
        issuers.sort_by_key(|issuer| issuer.issuer);
        let mut implied_scopes: Vec<_> = inventory.implied_scopes();
        implied_scopes.sort_by_key(|scope| scope.as_str());
        let hosts = inventory.hosts();
        Self {
            resource: inventory.resource(),
            hosts: hosts.map(|hosts| sorted(hosts.iter().map(String::as_str))),
            routes,
            relaxations: sorted(inventory.relaxations()),
            undeclared: sorted(inventory.undeclared().iter().copied()),
            implied_scopes: implied_scopes.into_iter().map(ImpliedScope::of).collect(),
            issuers,
            has_sessions: inventory.has_sessions(),
            checks_revocations: inventory.checks_revocations(),
            listener: inventory.listener().map(ListenerView::of),
        }
    }
}

impl<'a> RouteView<'a> {
    fn of(route: &'a Route, is_reachable: bool) -> Self {
        let declaration = route.declaration();
        Self {
            path: route.path(),
            methods: sorted(route.methods().iter().map(Method::as_str)),
            is_fallback: route.is_fallback(),
            selection: route.selection().map(SelectionView::of),
            handler: declaration.handler,
            module: declaration.module,
            source: Source::of(declaration),
            access: declaration.access.to_string(),
            public_reason: match declaration.access {
                Access::Public { reason } => Some(reason),
                _ => None,
            },
            requires: Requires::of(&declaration.access),
            next: declaration.next.as_ref().map(NextView::of),
            accepts_tickets: route.accepts_tickets(),
            is_reachable,
            limits: LimitsView::of(route.limits()),
            inputs: route.inputs().map(InputView::of).collect(),
            claims: route.claims().map(ClaimsView::of).collect(),
            exceptions: route.exceptions().map(ExceptionView::of).collect(),
        }
    }
}

impl<'a> SelectionView<'a> {
    fn of(selection: &'a HeaderSelection) -> Self {
        let values = selection.values();
        Self {
            fields: sorted(selection.fields().iter().map(HeaderName::as_str)),
            values: values
                .map(|(field, value)| (field.to_string(), value.into()))
                .collect(),
        }
    }
}

impl Source {
    /// Returns the position of the attribute, unless it depends on the machine that compiled the handler.
    fn of(declaration: &Declaration) -> Option<Self> {
        let file = declaration.location.file();
        Path::new(file).is_relative().then(|| Self {
            file: file.replace('\\', "/"),
            line: declaration.location.line(),
        })
    }
}

impl Requires {
    fn of(access: &Access) -> Self {
        Self {
            token: !matches!(access, Access::Public { .. } | Access::Login),
            login: access.admits_login(),
            scopes: access
                .scopes()
                .map(|tree| tree_value(tree, &|scope| scope.as_str())),
            roles: access
                .roles()
                .map(|tree| tree_value(tree, &|role| role.as_str())),
        }
    }
}

/// Returns a tree of names.
fn tree_value<T: Copy>(tree: &Requirement<T>, name: &impl Fn(T) -> &'static str) -> Value {
    let list = |word: &str, parts: &[Requirement<T>]| {
        let parts: Value = parts.iter().map(|part| tree_value(part, name)).collect();
        Value::Object(Map::from_iter([(word.to_owned(), parts)]))
    };
    match tree {
        Requirement::One(one) => name(*one).into(),
        Requirement::All(parts) => list("all", parts),
        Requirement::Any(parts) => list("any", parts),
    }
}

impl NextView {
    fn of(access: &Access) -> Self {
        Self {
            access: access.to_string(),
            requires: Requires::of(access),
        }
    }
}

impl LimitsView {
    fn of(limits: Limits) -> Self {
        let Limits {
            body_limit,
            body_timeout,
            body_idle_timeout,
            timeout,
            header_limit,
            parameter_limit,
            part_limit,
        } = limits;
        Self {
            body_limit,
            body_timeout_ms: body_timeout.as_millis(),
            body_idle_timeout_ms: body_idle_timeout.as_millis(),
            timeout_ms: timeout.as_millis(),
            header_limit,
            parameter_limit,
            part_limit,
        }
    }
}

impl InputView {
    fn of(input: InputDescription) -> Self {
        Self {
            location: input.location().as_str(),
            is_optional: input.is_optional(),
            media_types: input.media_types(),
            schema: input.schema(),
        }
    }
}

impl ClaimsView {
    fn of(claims: ClaimsDescription) -> Self {
        Self {
            r#type: claims.type_name(),
            schema: claims.schema(),
        }
    }
}

impl ExceptionView {
    fn of(exception: Exception) -> Self {
        Self {
            kind: exception.kind().name(),
            location: exception
                .location()
                .map(crate::input::InputLocation::as_str),
            reason: exception.reason(),
            argument: exception.argument,
            field: exception.field,
        }
    }
}

impl ImpliedScope {
    fn of(scope: Scope) -> Self {
        Self {
            scope: scope.as_str(),
            implied_by: sorted(scope.implied_by().iter().map(|scope| scope.as_str())),
        }
    }
}
