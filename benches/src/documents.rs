//! Measures how long the documents of an API with 500 routes take: `cargo run --release -p palisade-benches --bin documents`.
//!
//! They are generated once, when a program starts or is built; the goal is less than a second. No figure is asserted.
//!
//! `documents ROUTES` measures another number of routes, a multiple of five. `documents ROUTES DOCUMENT` generates one
//! document once, for a profiler that counts instructions.

use std::env;
use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;

use palisade::Api;
use palisade::lock::Lock;
use palisade::openapi::{Document, Info};
use palisade::prelude::*;
use palisade::report::Report;
use palisade::schemars::{self, JsonSchema};
use palisade::testing::EmbeddedIssuer;

/// The default number of routes.
const ROUTES: usize = 500;

/// The number of routes of one router.
const ROUTES_OF_ROUTER: usize = 5;

/// The number of generations, of which the fastest and the slowest are printed.
const ROUNDS: usize = 20;

/// A document with its name.
type Generate = (&'static str, fn(&Api) -> String);

const DOCUMENTS: [Generate; 5] = [
    ("openapi", |api| {
        Document::new(api, Info::new("Orders", "1")).to_json()
    }),
    ("report.html", |api| report(api).to_html()),
    ("report.md", |api| report(api).to_markdown()),
    ("report.json", |api| report(api).to_json()),
    ("lock", |api| Lock::of(api.inventory()).to_string()),
];

fn report(api: &Api) -> Report<'_> {
    Report::new("Orders", api.inventory())
}

/// A line of an order.
#[derive(Deserialize, Validate, SecureInput, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Line {
    #[garde(length(chars, min = 1, max = 64), pattern("^[a-z]+$"))]
    sku: String,
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
}

/// An order.
#[derive(Deserialize, Validate, SecureInput, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Order {
    #[garde(length(chars, max = 100))]
    customer: String,
    #[garde(length(max = 20), dive)]
    lines: Vec<Line>,
    #[garde(length(chars, max = 500))]
    note: Option<String>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Listing {
    #[garde(range(min = 1, max = 100))]
    page: Option<u32>,
    #[garde(length(max = 5), inner(length(chars, max = 20)))]
    tags: Vec<String>,
}

/// Lists orders.
#[secured(scopes = "orders:read")]
async fn list(_: Valid<Query<Listing>>) -> Json<Vec<Order>> {
    Json(Vec::new())
}

/// Creates an order.
#[secured(scopes = any("admin", all("orders:write", "orders:read")))]
async fn create(Valid(Json(order)): Valid<Json<Order>>) -> Result<Json<Order>, Problem> {
    Ok(Json(order))
}

/// Shows an order.
#[secured(scopes = "orders:read")]
async fn show(_: Path<u64>) -> Result<Json<Order>, Problem> {
    Err(Problem::new(StatusCode::NOT_FOUND))
}

/// Replaces an order.
#[secured(scopes = "orders:write", roles = any("clerk", "manager"))]
async fn replace(_: Path<u64>, _: Valid<Json<Order>>) -> Result<StatusCode, Problem> {
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes an order.
#[secured(scopes = "orders:delete")]
async fn remove(_: Path<u64>) -> Result<StatusCode, Problem> {
    Ok(StatusCode::NO_CONTENT)
}

fn routes(count: usize) -> SecureRouter {
    let orders = || {
        SecureRouter::new()
            .route("/orders", get(list).post(create))
            .route("/orders/{id}", get(show).put(replace).delete(remove))
    };
    (0..count / ROUTES_OF_ROUTER).fold(SecureRouter::new(), |routes, number| {
        routes.nest(&format!("/shops/{number}"), orders())
    })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args().skip(1);
    let count = arguments.next().map_or(Ok(ROUTES), |text| text.parse())?;
    let only = arguments.next();
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let issuer = EmbeddedIssuer::new("https://login.example");
    let server = ResourceServer::builder().trust(issuer.issuer("https://api.example"));
    let api = routes(count).protect(runtime.block_on(server.build())?);
    let routes = api.inventory().routes().len();
    let mut out = io::stdout();
    for (name, generate) in DOCUMENTS {
        match &only {
            Some(only) if only == name => {
                black_box(generate(&api));
            }
            Some(_) => {}
            None => writeln!(out, "{routes} routes, {}", measured(name, &api, generate))?,
        }
    }
    Ok(())
}

/// Measures the time to generate a document, several times.
fn measured(name: &str, api: &Api, generate: fn(&Api) -> String) -> String {
    let mut length = 0;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        length = black_box(generate(api)).len();
        times.push(start.elapsed());
    }
    times.sort();
    let fastest = times.first().copied().unwrap_or_default();
    let slowest = times.last().copied().unwrap_or_default();
    format!(
        "{name}: {fastest:.1?} to {slowest:.1?}, {} KiB",
        length / 1024
    )
}
