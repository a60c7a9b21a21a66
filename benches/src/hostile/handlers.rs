//! The handlers of the shapes, and their types.

use palisade::SecureRouter;
use palisade::input::{Map, Multipart};
use palisade::prelude::*;

/// Lists with small counts, and one with a large count.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Lists {
    #[garde(
        length(max = 10),
        inner(length(chars, max = 20), prefix("a"), suffix("z"), contains("-"))
    )]
    #[serde(default)]
    tags: Vec<String>,
    #[garde(length(max = 10), inner(range(min = 1)))]
    #[serde(default)]
    bytes: Vec<u8>,
    #[garde(length(max = 10), inner(length(max = 3), inner(range(min = 1))))]
    #[serde(default)]
    nested: Vec<Vec<u64>>,
    #[garde(length(max = 10), dive)]
    #[serde(default)]
    nodes: Vec<Node>,
    #[garde(length(max = 10), dive)]
    #[serde(default)]
    events: Vec<Event>,
    #[garde(length(max = 10), dive)]
    #[serde(default)]
    adjacent: Vec<Adjacent>,
    #[garde(length(max = 10), inner(range(max = 3)))]
    #[serde(default)]
    counts: Map<Key, u64>,
    #[garde(
        length(max = 1_000_000),
        inner(length(bytes, max = 30), prefix("-"), suffix("-"), contains("-"))
    )]
    #[serde(default)]
    many: Vec<String>,
    #[garde(length(bytes, max = 20))]
    #[serde(default)]
    text: String,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Node {
    #[garde(dive)]
    next: Option<Box<Node>>,
    #[garde(inner(length(max = 10)))]
    name: Option<String>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Validate, SecureInput)]
struct Key(#[garde(length(bytes, max = 10))] String);

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, tag = "type")]
#[expect(
    clippy::large_enum_variant,
    reason = "the size of a variant is the attack"
)]
enum Event {
    Batch {
        #[garde(length(max = 3), inner(range(max = 3)))]
        items: Vec<u8>,
    },
    Wide {
        #[garde(inner(range(max = 3)))]
        numbers: [u128; 32],
    },
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, tag = "type", content = "content")]
#[expect(
    clippy::large_enum_variant,
    reason = "the size of a variant is the attack"
)]
enum Adjacent {
    Batch {
        #[garde(length(max = 3), inner(range(max = 3)))]
        items: Vec<u8>,
    },
    Wide {
        #[garde(inner(range(max = 3)))]
        numbers: [u128; 32],
    },
}

/// The type of the valid JSON body.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Orders {
    #[garde(length(max = 1_000_000), dive)]
    orders: Vec<Order>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Order {
    #[garde(length(chars, min = 1, max = 100))]
    customer: String,
    #[garde(length(bytes, max = 32), ascii)]
    reference: String,
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
    #[garde(skip)]
    gift: bool,
    #[garde(inner(length(chars, max = 500)))]
    note: Option<String>,
    #[garde(length(max = 10), inner(length(chars, max = 20)))]
    tags: Vec<String>,
}

/// A form or multipart form, valid with a long text.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Article {
    #[garde(length(bytes, max = 1_048_576))]
    text: String,
    #[garde(range(max = 3))]
    number: Option<u8>,
}

#[public(reason = "a benchmark", body_limit = "17 MiB")]
async fn lists(Valid(Json(lists)): Valid<Json<Lists>>) -> String {
    lists.text
}

#[public(reason = "a benchmark", body_limit = "17 MiB")]
async fn orders(Valid(Json(orders)): Valid<Json<Orders>>) -> String {
    orders.orders.len().to_string()
}

#[public(
    reason = "a benchmark",
    body_limit = "17 MiB",
    parameter_limit = 10_000
)]
async fn form(Valid(Form(article)): Valid<Form<Article>>) -> String {
    article.text.len().to_string()
}

#[public(reason = "a benchmark", body_limit = "17 MiB", part_limit = 1000)]
async fn multipart(Valid(Multipart(article)): Valid<Multipart<Article>>) -> String {
    article.text.len().to_string()
}

pub(crate) fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/lists", post(lists))
        .route("/orders", post(orders))
        .route("/form", post(form))
        .route("/multipart", post(multipart))
}
