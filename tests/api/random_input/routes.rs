//! One handler for each extractor, which checks its input again in plain Rust.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum_extra::TypedHeader;
use palisade::input::{BinaryBody, Cookies, Headers, Identifier, Multipart, PlainText};
use palisade::prelude::*;
use proptest::strategy::BoxedStrategy;

use crate::random_input::inputs::{
    Blob, Crumb, Level, Listing, Note, Number, Order, Pair, Shelf, Subdomain, Tenant, is_identifier,
};
use crate::random_input::messages::{self, Message};
use crate::random_input::report::Report;

/// Counts the calls of all handlers.
#[derive(Clone, Default)]
pub(super) struct HandlerCalls(Arc<AtomicUsize>);

impl HandlerCalls {
    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// Counts a call whose input satisfies its rules.
    fn record(&self, is_valid: bool) -> StatusCode {
        assert!(is_valid, "a handler received input that breaks its rules");
        self.0.fetch_add(1, Ordering::SeqCst);
        StatusCode::NO_CONTENT
    }
}

/// The route of an extractor.
pub(super) struct Endpoint {
    pub(super) name: &'static str,
    /// The declared names, which a pointer may contain.
    names: &'static [&'static str],
    /// Whether its pointers are JSON Pointers into a body.
    pub(super) is_json: bool,
    /// Messages that are valid, or nearly valid.
    pub(super) messages: fn() -> BoxedStrategy<Message>,
}

impl Endpoint {
    /// Whether a pointer consists of declared names and indices.
    pub(super) fn declares(&self, pointer: &str) -> bool {
        let is_declared = |step: &str| self.names.contains(&step);
        let is_index = |step: &str| step.bytes().all(|byte| byte.is_ascii_digit());
        pointer
            .split('/')
            .all(|step| is_index(step) || is_declared(step))
    }
}

const ORDER: &[&str] = &[
    "sku",
    "quantity",
    "unitPrice",
    "lines",
    "labels",
    "counts",
    "status",
    "sent",
    "on",
    "pair",
    "big",
    "note",
    "next",
];
const LISTING: &[&str] = &["page", "perPage", "name", "state"];
const REPORT: &[&str] = &["title", "count", "tags", "photo", "photos"];

macro_rules! endpoints {
    ($($name:literal $json:literal $names:expr, $messages:expr;)*) => {
        /// Every extractor, by the path of its route.
        pub(super) const ENDPOINTS: &[Endpoint] = &[$(Endpoint {
            name: $name,
            names: $names,
            is_json: $json,
            messages: || $messages,
        }),*];
    };
}

endpoints! {
    "/json" true ORDER, messages::json("/json");
    "/optional/json" true ORDER, messages::json("/optional/json");
    "/form" false LISTING, messages::form("/form");
    "/optional/form" false LISTING, messages::form("/optional/form");
    "/query" false LISTING, messages::query("/query");
    "/optional/query" false LISTING, messages::query("/optional/query");
    "/path/struct" false &["number", "name"], messages::path("/path/struct", 2);
    "/path/newtype" false &["number"], messages::path("/path/newtype", 1);
    "/path/tuple" false &["number", "name"], messages::path("/path/tuple", 2);
    "/path/scalars" false &["number", "name"], messages::path("/path/scalars", 2);
    "/path/scalar" false &["number"], messages::path("/path/scalar", 1);
    "/optional/path" false &["number", "name"], messages::path("/optional/path", 2);
    "/headers" false &["x-level", "x-name"], messages::headers("/headers");
    "/optional/headers" false &["x-level", "x-name"], messages::headers("/optional/headers");
    "/cookies" false &["level", "name"], messages::cookies("/cookies");
    "/optional/cookies" false &["level", "name"], messages::cookies("/optional/cookies");
    "/text" true &[], messages::text("/text");
    "/optional/text" true &[], messages::text("/optional/text");
    "/binary" true &[], messages::binary("/binary");
    "/optional/binary" true &[], messages::binary("/optional/binary");
    "/multipart" false REPORT, messages::multipart("/multipart");
    "/optional/multipart" false REPORT, messages::multipart("/optional/multipart");
    "/typed" false &["host"], messages::host("/typed");
    "/optional/typed" false &["host"], messages::host("/optional/typed");
    "/application" false &[], messages::host("/application");
    "/optional/application" false &[], messages::host("/optional/application");
}

pub(super) fn routes(calls: &HandlerCalls) -> SecureRouter {
    SecureRouter::new()
        .route("/json", post(json))
        .route("/optional/json", post(optional_json))
        .route("/form", post(form))
        .route("/optional/form", post(optional_form))
        .route("/query", get(query))
        .route("/optional/query", get(optional_query))
        .route("/path/struct/{number}/{name}", get(path_struct))
        .route("/path/newtype/{number}", get(path_newtype))
        .route("/path/tuple/{number}/{name}", get(path_tuple))
        .route("/path/scalars/{number}/{name}", get(path_scalars))
        .route("/path/scalar/{number}", get(path_scalar))
        .route("/optional/path/{number}/{name}", get(optional_path))
        .route("/headers", get(headers))
        .route("/optional/headers", get(optional_headers))
        .route("/cookies", get(cookies))
        .route("/optional/cookies", get(optional_cookies))
        .route("/text", post(text))
        .route("/optional/text", post(optional_text))
        .route("/binary", post(binary))
        .route("/optional/binary", post(optional_binary))
        .route("/multipart", post(multipart))
        .route("/optional/multipart", post(optional_multipart))
        .route("/typed", get(typed))
        .route("/optional/typed", get(optional_typed))
        .route("/application", get(application))
        .route("/optional/application", get(optional_application))
        .with_state(calls.clone())
}

/// Defines a handler with `$input` that checks `$is_valid`, and one with `Option<$input>`.
macro_rules! handlers {
    ($($name:ident $(or $optional:ident)?($pattern:pat = $input:ty) $is_valid:expr;)*) => {$(
        #[public(reason = "a test")]
        async fn $name(State(calls): State<HandlerCalls>, $pattern: $input) -> StatusCode {
            calls.record($is_valid)
        }

        $(
            #[public(reason = "a test")]
            async fn $optional(State(calls): State<HandlerCalls>, input: Option<$input>) -> StatusCode {
                calls.record(input.is_none_or(|$pattern| $is_valid))
            }
        )?
    )*};
}

handlers! {
    json or optional_json(Valid(Json(order)) = Valid<Json<Order>>) order.is_valid();
    form or optional_form(Valid(Form(listing)) = Valid<Form<Listing>>) listing.is_valid();
    query or optional_query(Valid(Query(listing)) = Valid<Query<Listing>>) listing.is_valid();
    path_struct or optional_path(Valid(Path(shelf)) = Valid<Path<Shelf>>) shelf.is_valid();
    path_newtype(Valid(Path(number)) = Valid<Path<Number>>) number.is_valid();
    path_tuple(Valid(Path(pair)) = Valid<Path<Pair>>) pair.is_valid();
    path_scalars(Path((_, name)) = Path<(u32, Identifier<8>)>) is_identifier(name.as_str());
    path_scalar(Path(_) = Path<u32>) true;
    headers or optional_headers(Valid(Headers(level)) = Valid<Headers<Level>>) level.is_valid();
    cookies or optional_cookies(Valid(Cookies(crumb)) = Valid<Cookies<Crumb>>) crumb.is_valid();
    text or optional_text(Valid(PlainText(note)) = Valid<PlainText<Note>>) note.is_valid();
    binary or optional_binary(Valid(BinaryBody(blob)) = Valid<BinaryBody<Blob>>) blob.is_valid();
    multipart or optional_multipart(Valid(Multipart(report)) = Valid<Multipart<Report>>) report.is_valid();
    typed or optional_typed(Valid(TypedHeader(tenant)) = Valid<TypedHeader<Tenant>>) tenant.is_valid();
    application or optional_application(Valid(Subdomain(tenant)) = Valid<Subdomain>) tenant.is_valid();
}
