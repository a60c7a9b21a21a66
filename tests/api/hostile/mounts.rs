//! One handler for each extractor; each looks for itself at what it is given.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum_extra::TypedHeader;
use palisade::input::{BinaryBody, Cookies, Headers, Identifier, Multipart, PlainText};
use palisade::prelude::*;
use proptest::strategy::BoxedStrategy;

use crate::hostile::inputs::{
    Blob, Crumb, Level, Listing, Note, Number, Order, Pair, Place, Subdomain, Tenant, is_identifier,
};
use crate::hostile::messages::{self, Message};
use crate::hostile::report::Report;

/// How many handlers ran.
#[derive(Clone, Default)]
pub(super) struct Ran(Arc<AtomicUsize>);

impl Ran {
    pub(super) fn so_far(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// Counts a handler whose input is what its type promises.
    fn with(&self, holds: bool) -> StatusCode {
        assert!(holds, "a handler was given what its rules refuse");
        self.0.fetch_add(1, Ordering::SeqCst);
        StatusCode::NO_CONTENT
    }
}

/// An extractor and what is known of it.
pub(super) struct Mount {
    pub(super) name: &'static str,
    /// The names that a pointer may have.
    names: &'static [&'static str],
    /// Whether its pointers are JSON Pointers into a body.
    pub(super) is_json: bool,
    /// Messages that are valid, or nearly.
    pub(super) good: fn() -> BoxedStrategy<Message>,
}

impl Mount {
    /// Whether a pointer has declared names and indices only.
    pub(super) fn declares(&self, pointer: &str) -> bool {
        let known = |step: &str| self.names.contains(&step);
        let is_index = |step: &str| step.bytes().all(|byte| byte.is_ascii_digit());
        pointer.split('/').all(|step| is_index(step) || known(step))
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

macro_rules! mounts {
    ($($name:literal $json:literal $names:expr, $good:expr;)*) => {
        /// Every extractor, by the path that it is mounted at.
        pub(super) const MOUNTS: &[Mount] = &[$(Mount {
            name: $name,
            names: $names,
            is_json: $json,
            good: || $good,
        }),*];
    };
}

mounts! {
    "/json" true ORDER, messages::json("/json");
    "/maybe/json" true ORDER, messages::json("/maybe/json");
    "/form" false LISTING, messages::form("/form");
    "/maybe/form" false LISTING, messages::form("/maybe/form");
    "/query" false LISTING, messages::query("/query");
    "/maybe/query" false LISTING, messages::query("/maybe/query");
    "/path/struct" false &["number", "name"], messages::path("/path/struct", 2);
    "/path/newtype" false &["number"], messages::path("/path/newtype", 1);
    "/path/tuple" false &["number", "name"], messages::path("/path/tuple", 2);
    "/path/scalars" false &["number", "name"], messages::path("/path/scalars", 2);
    "/path/scalar" false &["number"], messages::path("/path/scalar", 1);
    "/maybe/path" false &["number", "name"], messages::path("/maybe/path", 2);
    "/headers" false &["x-level", "x-name"], messages::headers("/headers");
    "/maybe/headers" false &["x-level", "x-name"], messages::headers("/maybe/headers");
    "/cookies" false &["level", "name"], messages::cookies("/cookies");
    "/maybe/cookies" false &["level", "name"], messages::cookies("/maybe/cookies");
    "/text" true &[], messages::text("/text");
    "/maybe/text" true &[], messages::text("/maybe/text");
    "/octets" true &[], messages::octets("/octets");
    "/maybe/octets" true &[], messages::octets("/maybe/octets");
    "/multipart" false REPORT, messages::multipart("/multipart");
    "/maybe/multipart" false REPORT, messages::multipart("/maybe/multipart");
    "/typed" false &["host"], messages::own("/typed");
    "/maybe/typed" false &["host"], messages::own("/maybe/typed");
    "/own" false &[], messages::own("/own");
    "/maybe/own" false &[], messages::own("/maybe/own");
}

pub(super) fn routes(ran: &Ran) -> SecureRouter {
    SecureRouter::new()
        .route("/json", post(json))
        .route("/maybe/json", post(maybe_json))
        .route("/form", post(form))
        .route("/maybe/form", post(maybe_form))
        .route("/query", get(query))
        .route("/maybe/query", get(maybe_query))
        .route("/path/struct/{number}/{name}", get(path_struct))
        .route("/path/newtype/{number}", get(path_newtype))
        .route("/path/tuple/{number}/{name}", get(path_tuple))
        .route("/path/scalars/{number}/{name}", get(path_scalars))
        .route("/path/scalar/{number}", get(path_scalar))
        .route("/maybe/path/{number}/{name}", get(maybe_path))
        .route("/headers", get(headers))
        .route("/maybe/headers", get(maybe_headers))
        .route("/cookies", get(cookies))
        .route("/maybe/cookies", get(maybe_cookies))
        .route("/text", post(text))
        .route("/maybe/text", post(maybe_text))
        .route("/octets", post(octets))
        .route("/maybe/octets", post(maybe_octets))
        .route("/multipart", post(multipart))
        .route("/maybe/multipart", post(maybe_multipart))
        .route("/typed", get(typed))
        .route("/maybe/typed", get(maybe_typed))
        .route("/own", get(own))
        .route("/maybe/own", get(maybe_own))
        .with_state(ran.clone())
}

/// A handler that takes `$input` and counts where `$holds`; its twin takes it or nothing.
macro_rules! handlers {
    ($($name:ident $(or $maybe:ident)?($pattern:pat = $input:ty) $holds:expr;)*) => {$(
        #[public(reason = "a test")]
        async fn $name(State(ran): State<Ran>, $pattern: $input) -> StatusCode {
            ran.with($holds)
        }

        $(
            #[public(reason = "a test")]
            async fn $maybe(State(ran): State<Ran>, input: Option<$input>) -> StatusCode {
                ran.with(input.is_none_or(|$pattern| $holds))
            }
        )?
    )*};
}

handlers! {
    json or maybe_json(Valid(Json(order)) = Valid<Json<Order>>) order.holds();
    form or maybe_form(Valid(Form(listing)) = Valid<Form<Listing>>) listing.holds();
    query or maybe_query(Valid(Query(listing)) = Valid<Query<Listing>>) listing.holds();
    path_struct or maybe_path(Valid(Path(place)) = Valid<Path<Place>>) place.holds();
    path_newtype(Valid(Path(number)) = Valid<Path<Number>>) number.holds();
    path_tuple(Valid(Path(pair)) = Valid<Path<Pair>>) pair.holds();
    path_scalars(Path((_, name)) = Path<(u32, Identifier<8>)>) is_identifier(name.as_str());
    path_scalar(Path(_) = Path<u32>) true;
    headers or maybe_headers(Valid(Headers(level)) = Valid<Headers<Level>>) level.holds();
    cookies or maybe_cookies(Valid(Cookies(crumb)) = Valid<Cookies<Crumb>>) crumb.holds();
    text or maybe_text(Valid(PlainText(note)) = Valid<PlainText<Note>>) note.holds();
    octets or maybe_octets(Valid(BinaryBody(blob)) = Valid<BinaryBody<Blob>>) blob.holds();
    multipart or maybe_multipart(Valid(Multipart(report)) = Valid<Multipart<Report>>) report.holds();
    typed or maybe_typed(Valid(TypedHeader(tenant)) = Valid<TypedHeader<Tenant>>) tenant.holds();
    own or maybe_own(Valid(Subdomain(tenant)) = Valid<Subdomain>) tenant.holds();
}
