//! Lists in a query, of which a request names each item and no empty one.

use palisade::prelude::*;
use palisade::testing::TestApi;

use super::described;
use super::inputs::{operation, parameters};

#[derive(Deserialize, Validate, SecureInput)]
struct Tags(#[garde(length(max = 3), inner(length(chars, max = 9)))] Vec<String>);

/// A type whose schema only refers to another one.
#[derive(Deserialize, Validate, SecureInput)]
struct Labels(#[garde(dive)] Tags);

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Filters {
    #[garde(length(max = 3), inner(range(max = 9)))]
    ids: Vec<u8>,
    #[garde(length(min = 1, max = 3), inner(range(max = 9)))]
    sizes: Vec<u8>,
    #[garde(dive)]
    tags: Tags,
    #[garde(dive)]
    labels: Labels,
}

#[secured(authenticated)]
async fn list(Valid(Query(filters)): Valid<Query<Filters>>) -> String {
    let Filters {
        ids,
        sizes,
        tags,
        labels,
    } = filters;
    format!("{ids:?} {sizes:?} {:?} {:?}", tags.0, labels.0.0)
}

/// The description agrees with the API itself.
#[tokio::test]
async fn list_is_optional_unless_it_needs_an_item() {
    let routes = || SecureRouter::new().route("/orders", get(list));
    let document = described(routes()).await;
    assert_eq!(
        parameters(operation(&document, "/orders", "get")),
        ["query ids?", "query labels?", "query sizes", "query tags?"]
    );
    let api = TestApi::new(routes()).await;
    for (query, status) in [("sizes=1", 200), ("ids=1&tags=a&labels=b", 422)] {
        let request = api.caller("alice").get(&format!("/orders?{query}"));
        assert_eq!(request.send().await.status(), status, "{query}");
    }
}
