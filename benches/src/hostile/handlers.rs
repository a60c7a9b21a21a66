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

/// Recursive types, and texts with rules that cost more than reading them.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Deep {
    #[garde(dive)]
    tree: Option<Tree>,
    #[garde(dive)]
    wide: Option<WideTagged>,
    #[garde(length(max = 1_000_000), dive)]
    #[serde(default)]
    chains: Vec<Chain>,
    #[garde(length(bytes, max = 20), pattern("^(\\w|[^a]){3,20}$"))]
    pattern: Option<String>,
    #[garde(length(bytes, max = 20), length(graphemes, max = 3))]
    graphemes: Option<String>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, tag = "type")]
enum Tree {
    Leaf {},
    Node {
        #[garde(length(max = 10), dive)]
        nodes: Vec<Tree>,
        #[garde(dive)]
        pair: Option<Pair>,
    },
}

#[derive(Deserialize, Validate, SecureInput)]
struct Pair(
    #[garde(dive)] Option<Box<Pair>>,
    #[garde(length(max = 10), inner(range(max = 3)))] Vec<u8>,
);

/// A kilobyte behind a pointer.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Chain {
    #[garde(dive)]
    n: Option<Box<Chain>>,
    #[garde(inner(range(max = 3)))]
    #[serde(default)]
    numbers: [u128; 32],
    #[garde(inner(range(max = 3)))]
    #[serde(default)]
    others: [u128; 32],
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, tag = "type")]
enum WideTagged {
    Wide(#[garde(dive)] Box<Wide>),
}

/// Declares a struct of many fields.
macro_rules! wide {
    ($($field:ident)*) => {
        #[derive(Deserialize, Validate, SecureInput)]
        #[serde(deny_unknown_fields)]
        struct Wide {
            $(
                #[garde(range(max = 3))]
                $field: Option<u8>,
            )*
        }
    };
}

wide! {
    akw akx aky akz alw alx aly alz amw amx amy amz anw anx any anz aow aox aoy aoz apw apx apy apz
    aqw aqx aqy aqz arw arx ary arz bkw bkx bky bkz blw blx bly blz bmw bmx bmy bmz bnw bnx bny bnz
    bow boy boz bpw bpx bpy bpz bqw bqx bqy bqz brw brx bry brz ckw ckx cky ckz clw clx cly clz
    cmw cmx cmy cmz cnw cnx cny cnz cow cox coy coz cpw cpx cpy cpz cqw cqx cqy cqz crw crx cry crz
    dkw dkx dky dkz dlw dlx dly dlz dmw dmx dmy dmz dnw dnx dny dnz dow dox doy doz dpw dpx dpy dpz
    dqw dqx dqy dqz drw drx dry drz
}

/// A multipart form of many parts.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Parts {
    #[garde(length(max = 1000), inner(length(bytes, max = 2000)))]
    texts: Vec<String>,
    #[garde(range(max = 3))]
    number: Option<u8>,
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

#[public(reason = "a benchmark", body_limit = "17 MiB")]
async fn deep(Valid(Json(deep)): Valid<Json<Deep>>) -> String {
    deep.chains.len().to_string()
}

#[public(reason = "a benchmark", body_limit = "17 MiB", part_limit = 1000)]
async fn parts(Valid(Multipart(parts)): Valid<Multipart<Parts>>) -> String {
    parts.texts.len().to_string()
}

pub(crate) fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/lists", post(lists))
        .route("/orders", post(orders))
        .route("/deep", post(deep))
        .route("/parts", post(parts))
        .route("/form", post(form))
        .route("/multipart", post(multipart))
}
