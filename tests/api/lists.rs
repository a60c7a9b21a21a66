//! Lists in queries, forms and multipart forms: a repeated name.

use std::collections::BTreeSet;

use palisade::input::Multipart;
use palisade::prelude::*;
use palisade::testing::{MultipartForm, TestApi, TestResponse};

use crate::support::errors;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Ids {
    #[garde(length(max = 3))]
    id: Vec<u32>,
}

#[derive(Deserialize, Validate, SecureInput, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Filter {
    #[garde(length(min = 1, max = 2), inner(length(chars, min = 1, max = 4)))]
    #[serde(alias = "hue")]
    color_name: Vec<String>,
    #[garde(length(max = 3))]
    sizes: BTreeSet<Size>,
    #[garde(inner(length(max = 2), inner(range(min = 1, max = 9))))]
    rank: Option<Vec<u8>>,
    #[garde(length(max = 2))]
    #[serde(default = "newest")]
    sort: Vec<Sort>,
    #[garde(skip)]
    rgb: Option<[u8; 3]>,
    #[garde(skip)]
    page: Option<u8>,
}

#[derive(Deserialize, Validate, SecureInput, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
enum Size {
    Small,
    Large,
}

#[derive(Deserialize, Validate, SecureInput, Debug)]
#[serde(rename_all = "lowercase")]
enum Sort {
    Newest,
    Name,
}

fn newest() -> Vec<Sort> {
    vec![Sort::Newest]
}

#[public(reason = "a test")]
async fn ids(Valid(Query(ids)): Valid<Query<Ids>>) -> String {
    format!("{:?}", ids.id)
}

#[public(reason = "a test", parameter_limit = 5)]
async fn form_of_ids(Valid(Form(ids)): Valid<Form<Ids>>) -> String {
    format!("{:?}", ids.id)
}

fn describe(filter: &Filter) -> String {
    let Filter {
        color_name,
        sizes,
        rank,
        sort,
        rgb,
        page,
    } = filter;
    format!("{color_name:?} {sizes:?} {rank:?} {sort:?} {rgb:?} {page:?}")
}

#[public(reason = "a test")]
async fn query(Valid(Query(filter)): Valid<Query<Filter>>) -> String {
    describe(&filter)
}

#[public(reason = "a test")]
async fn form(Valid(Form(filter)): Valid<Form<Filter>>) -> String {
    describe(&filter)
}

#[public(reason = "a test")]
async fn parts(Valid(Multipart(filter)): Valid<Multipart<Filter>>) -> String {
    describe(&filter)
}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/ids", get(ids).post(form_of_ids))
        .route("/filter", get(query).post(form).put(parts));
    TestApi::new(routes).await
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Sends the same parameters as a query, as a form, and as a multipart form.
async fn in_each(api: &TestApi, text: &'static str) -> [TestResponse; 3] {
    let mut multipart = MultipartForm::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap();
        multipart = multipart.text(name, value);
    }
    // a form without a part
    let multipart = multipart.text("page", "1");
    let query = format!("/filter?{text}&page=1");
    let form = format!("{text}&page=1");
    [
        api.anonymous().get(&query).send().await,
        api.anonymous()
            .post("/filter")
            .body(form, FORM)
            .send()
            .await,
        api.anonymous()
            .put("/filter")
            .multipart(multipart)
            .send()
            .await,
    ]
}

#[tokio::test]
async fn declared_list_can_be_sent_in_query_and_form() {
    let api = api().await;
    for (text, items) in [
        ("", "[]"),
        ("id=1", "[1]"),
        ("id=1&id=2", "[1, 2]"),
        ("id=2&&id=1&id=2&", "[2, 1, 2]"),
        ("i%64=1&id=2&%69%64=3", "[1, 2, 3]"),
    ] {
        let query = api.anonymous().get(&format!("/ids?{text}")).send().await;
        assert_eq!((query.status().as_u16(), &*query.text()), (200, items));
        let form = api.anonymous().post("/ids").body(text, FORM).send().await;
        assert_eq!((form.status().as_u16(), &*form.text()), (200, items));
    }
    let without = api.anonymous().get("/ids").send().await;
    assert_eq!(without.text(), "[]");
}

#[tokio::test]
async fn absent_list_is_empty_unless_it_is_optional_or_has_a_default() {
    let api = api().await;
    for response in in_each(&api, "color-name=red").await {
        let expected = r#"["red"] {} None [Newest] None Some(1)"#;
        assert_eq!(response.text(), expected);
    }
    let text =
        "hue=red&sizes=large&rank=9&hue=blue&sort=name&sizes=small&rgb=1&rgb=2&rgb=3&sizes=small";
    for response in in_each(&api, text).await {
        let expected = r#"["red", "blue"] {Small, Large} Some([9]) [Name] Some([1, 2, 3]) Some(1)"#;
        assert_eq!(response.text(), expected);
    }
}

#[tokio::test]
async fn errors_in_a_list_name_the_list_or_the_item() {
    let api = api().await;
    for (text, error) in [
        ("", "422 color-name: must have a length of at least 1"),
        (
            "color-name=red&color-name=violet",
            "422 color-name/1: must have a length of at most 4",
        ),
        (
            "hue=red&hue=violet",
            "422 hue/1: must have a length of at most 4",
        ),
        (
            "hue=a&hue=b&hue=c",
            "422 hue: must have a length of at most 2",
        ),
        (
            "hue=a&color-name=b",
            "422 color-name: must appear only once",
        ),
        (
            "hue=a&sizes=large&sizes=huge",
            "422 sizes/1: must be one of: small, large",
        ),
        ("hue=a&rank=1&rank=0", "422 rank/1: must be at least 1"),
        ("hue=a&rank=1&rank=x", "422 rank/1: must be an integer"),
        (
            "hue=a&rgb=1&rgb=2",
            "422 rgb: has the wrong number of items",
        ),
        (
            "hue=a&rgb=1&rgb=2&rgb=3&rgb=4",
            "422 rgb: has the wrong number of items",
        ),
        // equal items of a set count
        (
            "hue=a&sizes=large&sizes=large&sizes=large&sizes=large",
            "422 sizes: must have a length of at most 3",
        ),
        ("hue=a&page=2", "422 page: must appear only once"),
        ("hue=a&hue[]=b", "422 : has an unknown parameter"),
    ] {
        for response in in_each(&api, text).await {
            let status = response.status().as_u16();
            let (pointer, detail) = errors(&response.json()).remove(0);
            let found = format!("{status} {pointer}: {detail}");
            assert_eq!(found, error, "{text}");
        }
    }
}

#[tokio::test]
async fn parameter_limit_counts_the_items_of_a_list() {
    let api = api().await;
    let send = async |count: usize| {
        let form = api
            .anonymous()
            .post("/ids")
            .body("id=1&".repeat(count), FORM);
        form.send().await.status().as_u16()
    };
    assert_eq!(send(3).await, 200);
    assert_eq!(send(4).await, 422);
    assert_eq!(send(5).await, 422);
    assert_eq!(send(6).await, 400);
}
