//! `HeaderRouter`: the declared handlers of one path and method, by the values of header fields.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::http::header::VARY;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::response::Response;
use tower_service::Service;

use crate::response::not_found;
use crate::routing::declared::{DeclaresAccess, HandlerFacts, require_get};
use crate::routing::handler_service::HandlerService;
use crate::routing::header_selection::HeaderSelection;
use crate::routing::inventory::Route;
use crate::routing::mount::{Mount, MountHandler};
use crate::routing::respond_with::respond;
use crate::routing::runs_with_state::RunsWithState;

/// Declared handlers by the values of header fields, for protocols that send every request to one path.
///
/// The Model Context Protocol names the operation in `Mcp-Method` and `Mcp-Name`, and SOAP in `SOAPAction`. A
/// `HeaderRouter` gives each operation a handler with its own declaration, and chooses it before the body is
/// read. [`on_headers`](crate::routing::on_headers) mounts the handlers.
///
/// - A request matches a route if each field of the route occurs once, with exactly the declared bytes. Nothing
///   is decoded, and case matters.
/// - A route may have fewer values than the router has fields; it then matches every value of the others. If
///   several routes match, that with the most values wins.
/// - A request that matches no route, or repeats one of the fields, is for the [`fallback`](Self::fallback). Without
///   one, the response is 404.
///
/// The [inventory](crate::Api::inventory) lists each handler with its values. Responses to `GET` and `HEAD` get
/// `Vary` with the fields.
///
/// # Security
///
/// The guard decides by the header. If the handler passes the body to code that chooses an operation by the body, this
/// code must check that it is the same operation; otherwise a client declares one operation and performs another.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
/// use palisade::routing::{HeaderRouter, MethodFilter, on_headers};
/// # use palisade::testing::TestApi;
///
/// #[secured(scopes = "orders:read")]
/// async fn list_orders() -> &'static str {
///     "[]"
/// }
///
/// #[secured(scopes = "orders:write")]
/// async fn create_order() -> StatusCode {
///     StatusCode::CREATED
/// }
///
/// fn routes() -> SecureRouter {
///     let operations = HeaderRouter::new(["mcp-method", "mcp-name"])
///         .route(["tools/call", "list_orders"], list_orders)
///         .route(["tools/call", "create_order"], create_order);
///     SecureRouter::new().route("/mcp", on_headers(MethodFilter::POST, operations))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let api = TestApi::new(routes()).await;
/// let call = |tool| {
///     let request = api.caller("alice").scopes("orders:read").post("/mcp");
///     request.header("mcp-method", "tools/call").header("mcp-name", tool).send()
/// };
/// assert_eq!(call("list_orders").await.status(), StatusCode::OK);
/// assert_eq!(call("create_order").await.status(), StatusCode::FORBIDDEN);
/// assert_eq!(call("delete_order").await.status(), StatusCode::NOT_FOUND);
/// # }
/// ```
#[must_use = "a header router does nothing until it is passed to `on_headers`"]
pub struct HeaderRouter<S = ()> {
    fields: Arc<[HeaderName]>,
    routes: HashMap<Box<[u8]>, MountHandler<S>>,
    fallback: Option<MountHandler<S>>,
    declared: Vec<Route>,
}

/// The handlers of a header router, behind their guards.
#[derive(Clone)]
pub(super) struct HeaderDispatch(Arc<Table>);

struct Table {
    fields: Arc<[HeaderName]>,
    vary: Vec<HeaderValue>,
    routes: HashMap<Box<[u8]>, HandlerService>,
    fallback: Option<HandlerService>,
}

impl<S> HeaderRouter<S>
where
    S: Send + Sync + 'static,
{
    /// Creates a router that chooses by these fields, in this order.
    ///
    /// # Panics
    ///
    /// If there is no field, or if one is not the name of a field or appears twice.
    #[track_caller]
    pub fn new<N: AsRef<str>>(fields: impl IntoIterator<Item = N>) -> Self {
        let mut names: Vec<HeaderName> = Vec::new();
        for field in fields {
            let name = HeaderName::try_from(field.as_ref()).ok();
            let field = field.as_ref();
            assert!(
                name.is_some(),
                "`{field}` is not the name of a header field"
            );
            let is_new = name.as_ref().is_some_and(|name| !names.contains(name));
            assert!(is_new, "`{field}` must appear only once");
            names.extend(name);
        }
        assert!(
            !names.is_empty(),
            "a header router needs at least one field"
        );
        Self {
            fields: names.into(),
            routes: HashMap::new(),
            fallback: None,
            declared: Vec::new(),
        }
    }

    /// Adds the handler for requests with these values, one for each field in the order of [`new`](Self::new).
    ///
    /// With fewer values than fields, the other fields may have any value.
    ///
    /// # Panics
    ///
    /// If there is no value, or more than fields; if a value cannot be that of a field (it is empty, has a character that is
    /// not visible ASCII, or begins or ends with a space); if another route has the same values; or if the
    /// handler accepts tickets, whose clients cannot send header fields.
    #[track_caller]
    pub fn route<V, H, N, M>(mut self, values: impl IntoIterator<Item = V>, _: H) -> Self
    where
        V: Into<String>,
        H: DeclaresAccess<N, Handler: RunsWithState<S, M>>,
        M: 'static,
    {
        require_get::<H::Handler>(None);
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        let (count, fields) = (values.len(), self.fields.len());
        assert!(
            (1..=fields).contains(&count),
            "expected between 1 and {fields} values, found {count}"
        );
        for value in &values {
            assert!(
                is_field_value(value),
                "`{value}` cannot be the value of a header field: it must be visible ASCII"
            );
        }
        let key = key(values.iter().map(String::as_bytes));
        let selection = HeaderSelection::new(&self.fields, values);
        let former = self.routes.insert(key, Mount::handler::<H::Handler, M>);
        assert!(former.is_none(), "`{selection}` has a handler already");
        self.declared
            .push(Route::new(HandlerFacts::of::<H::Handler>()).selected_by(selection));
        self
    }

    /// Sets the handler for requests that match no route.
    ///
    /// # Panics
    ///
    /// If there is a fallback already, or if the handler accepts tickets.
    #[track_caller]
    pub fn fallback<H, N, M>(mut self, _: H) -> Self
    where
        H: DeclaresAccess<N, Handler: RunsWithState<S, M>>,
        M: 'static,
    {
        require_get::<H::Handler>(None);
        let former = self.fallback.replace(Mount::handler::<H::Handler, M>);
        assert!(former.is_none(), "a header router has one fallback");
        let selection = HeaderSelection::new(&self.fields, Vec::new());
        self.declared
            .push(Route::new(HandlerFacts::of::<H::Handler>()).selected_by(selection));
        self
    }

    /// Returns the handlers, without path and methods.
    pub(super) fn declared(&self) -> &[Route] {
        &self.declared
    }

    /// Puts the guard in front of every handler.
    pub(super) fn mount(self, mount: &Mount<S>) -> HeaderDispatch {
        let vary = self
            .fields
            .iter()
            .map(|name| HeaderValue::from(name.clone()));
        let routes = self.routes.into_iter();
        HeaderDispatch(Arc::new(Table {
            vary: vary.collect(),
            routes: routes.map(|(key, handler)| (key, handler(mount))).collect(),
            fallback: self.fallback.map(|handler| handler(mount)),
            fields: self.fields,
        }))
    }
}

impl Table {
    /// Returns the handler with the most values that the request has, or the fallback.
    fn find(&self, headers: &HeaderMap) -> Option<&HandlerService> {
        self.find_exact(headers).or(self.fallback.as_ref())
    }

    /// A field that the request repeats could have another value for the code behind the handler.
    fn find_exact(&self, headers: &HeaderMap) -> Option<&HandlerService> {
        let mut values: Vec<&[u8]> = Vec::with_capacity(self.fields.len());
        let mut is_prefix = true;
        for field in self.fields.iter() {
            let mut occurrences = headers.get_all(field).iter();
            let value = occurrences.next();
            if occurrences.next().is_some() {
                return None;
            }
            is_prefix &= value.is_some();
            if is_prefix {
                values.extend(value.map(HeaderValue::as_bytes));
            }
        }
        (1..=values.len())
            .rev()
            .find_map(|count| self.routes.get(&key(values.iter().copied().take(count))))
    }
}

/// Joins values by a byte that no field value has.
fn key<'a>(values: impl Iterator<Item = &'a [u8]>) -> Box<[u8]> {
    let mut key = Vec::new();
    for value in values {
        key.extend_from_slice(value);
        key.push(b'\n');
    }
    key.into()
}

/// Whether HTTP transports the text unchanged: it removes spaces around a value.
fn is_field_value(value: &str) -> bool {
    let is_visible = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    !value.is_empty() && value.bytes().all(is_visible) && value.trim() == value
}

impl Service<Request> for HeaderDispatch {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(())) // as axum's routes are
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let table = Arc::clone(&self.0);
        Box::pin(async move {
            let is_safe = matches!(*request.method(), Method::GET | Method::HEAD);
            let mut response = match table.find(request.headers()) {
                Some(handler) => {
                    let Ok(response) = handler.clone().call(request).await;
                    response
                }
                None => respond(request, |_| not_found()),
            };
            if is_safe {
                for field in &table.vary {
                    response.headers_mut().append(VARY, field.clone());
                }
            }
            Ok(response)
        })
    }
}
