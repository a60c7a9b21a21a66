//! Changes of an object: a member that is absent, null, or a value.

use std::collections::BTreeMap;

use palisade::input::{EmailAddress, Map, MergePatch, Multipart, Patch};
use palisade::prelude::*;
use palisade::testing::{MultipartForm, TestApi, TestResponse};

use crate::support::errors;

#[derive(Deserialize, Validate, SecureInput, Debug)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Change {
    #[garde(length(chars, min = 1, max = 8))]
    #[serde(alias = "nick")]
    nick_name: Patch<String>,
    #[garde(range(min = 1, max = 150))]
    age: Patch<u8>,
    #[garde(range(min = 0.0, max = 1.0))]
    share: Patch<f64>,
    #[garde(skip)]
    email: Patch<EmailAddress>,
    #[garde(inner(length(max = 2), inner(length(chars, max = 4), ascii)))]
    tags: Patch<Vec<String>>,
    #[garde(dive)]
    address: Patch<Address>,
    #[garde(length(max = 2), inner(inner(length(chars, max = 4))))]
    #[serde(default)]
    labels: Map<Key, Patch<String>>,
    #[garde(length(max = 2), dive)]
    lines: Patch<Vec<Line>>,
    #[garde(length(chars, max = 8))]
    name: Option<String>,
}

#[derive(Deserialize, Validate, SecureInput, Debug)]
#[serde(deny_unknown_fields)]
struct Address {
    #[garde(length(chars, max = 8))]
    street: Patch<String>,
    #[garde(range(max = 99))]
    number: Option<u8>,
}

#[derive(Deserialize, Validate, SecureInput, Debug)]
#[serde(deny_unknown_fields)]
struct Line {
    #[garde(range(min = 1, max = 9))]
    count: Option<u8>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize, Validate, SecureInput, Debug)]
struct Key(#[garde(length(chars, max = 4))] String);

#[derive(Deserialize, Validate, SecureInput, Debug)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
enum Tagged {
    Person {
        #[garde(length(chars, min = 2, max = 8))]
        name: Patch<String>,
        #[garde(skip)]
        age: Patch<u8>,
    },
}

#[derive(Deserialize, Validate, SecureInput, Debug)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
enum External {
    Person {
        #[garde(length(chars, min = 2, max = 8))]
        name: Patch<String>,
    },
    Age(#[garde(range(min = 1, max = 9))] Patch<u8>),
}

#[derive(Deserialize, Validate, SecureInput, Debug)]
#[serde(deny_unknown_fields)]
struct Generic<T: Validate<Context = ()>> {
    #[garde(dive)]
    inner: Patch<T>,
}

#[derive(Deserialize, Validate, SecureInput, Debug)]
#[serde(deny_unknown_fields)]
struct Parameters {
    #[garde(range(min = 1, max = 9))]
    count: Patch<u8>,
    #[garde(inner(length(max = 2), inner(range(max = 9))))]
    ids: Patch<Vec<u8>>,
    #[garde(skip)]
    flag: Patch<bool>,
}

/// A handler that returns its input.
macro_rules! shown {
    ($($name:ident: $extractor:ident<$ty:ty>;)*) => {$(
        #[public(reason = "a test")]
        async fn $name(Valid($extractor(input)): Valid<$extractor<$ty>>) -> String {
            format!("{input:?}")
        }
    )*};
}

shown! {
    json: Json<Change>;
    merge: MergePatch<Change>;
    tagged: Json<Tagged>;
    merge_tagged: MergePatch<Tagged>;
    external: Json<External>;
    list: Json<Vec2>;
    generic: Json<Generic<Line>>;
    query: Query<Parameters>;
    form: Form<Parameters>;
    parts: Multipart<Parameters>;
}

#[derive(Deserialize, Validate, SecureInput, Debug)]
struct Vec2(#[garde(length(max = 2), inner(range(max = 9)))] Vec<Patch<u8>>);

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/json", patch(json).post(json))
        .route("/merge", patch(merge))
        .route("/tagged", post(tagged).patch(merge_tagged))
        .route("/external", post(external))
        .route("/list", post(list))
        .route("/generic", post(generic))
        .route("/parameters", get(query).post(form).put(parts));
    TestApi::new(routes).await
}

const MERGE_PATCH: &str = "application/merge-patch+json";

async fn both(api: &TestApi, body: &str) -> [TestResponse; 2] {
    let json = api
        .anonymous()
        .patch("/json")
        .body(body.to_owned(), "application/json");
    let merge = api
        .anonymous()
        .patch("/merge")
        .body(body.to_owned(), MERGE_PATCH);
    [json.send().await, merge.send().await]
}

#[tokio::test]
async fn absent_null_and_value_are_distinguished() {
    let api = api().await;
    let absent = "Change { nick_name: Absent, age: Absent, share: Absent, email: Absent, tags: Absent, \
                  address: Absent, labels: {}, lines: Absent, name: None }";
    for (body, change) in [
        ("{}", absent.to_owned()),
        (
            r#"{"nickName":null,"age":null,"share":null,"email":null,"tags":null,"address":null,"lines":null}"#,
            absent.replace("Absent", "Null"),
        ),
        (
            r#"{"nick":"Ann","age":7,"share":0.5,"tags":["a",""],"lines":[{"count":null},{}]}"#,
            absent
                .replace("nick_name: Absent", "nick_name: Value(\"Ann\")")
                .replace("age: Absent", "age: Value(7)")
                .replace("share: Absent", "share: Value(0.5)")
                .replace("tags: Absent", "tags: Value([\"a\", \"\"])")
                .replace(
                    "lines: Absent",
                    "lines: Value([Line { count: None }, Line { count: None }])",
                ),
        ),
        (
            r#"{"nick":null}"#,
            absent.replace("nick_name: Absent", "nick_name: Null"),
        ),
        (
            r#"{"address":{}}"#,
            absent.replace(
                "address: Absent",
                "address: Value(Address { street: Absent, number: None })",
            ),
        ),
        (
            r#"{"address":{"street":null,"number":1}}"#,
            absent.replace(
                "address: Absent",
                "address: Value(Address { street: Null, number: Some(1) })",
            ),
        ),
        (
            r#"{"labels":{"a":null,"b":"x"}}"#,
            absent.replace(
                "labels: {}",
                r#"labels: {Key("a"): Null, Key("b"): Value("x")}"#,
            ),
        ),
    ] {
        for response in both(&api, body).await {
            assert_eq!(
                (response.status().as_u16(), response.text()),
                (200, change.clone()),
                "{body}"
            );
        }
    }
}

/// A body, and the location and the message of its error.
const BROKEN_RULES: &[(&str, &str, &str)] = &[
    (
        r#"{"nickName":""}"#,
        "/nickName",
        "must have a length of at least 1",
    ),
    (
        r#"{"nick":"123456789"}"#,
        "/nick",
        "must have a length of at most 8",
    ),
    (r#"{"age":0}"#, "/age", "must be at least 1"),
    (r#"{"age":"x"}"#, "/age", "must be an integer"),
    (r#"{"age":256}"#, "/age", "is out of range"),
    (r#"{"share":2}"#, "/share", "must be at most 1"),
    (
        r#"{"tags":["a","b","c"]}"#,
        "/tags",
        "must have a length of at most 2",
    ),
    (
        r#"{"tags":["a","12345"]}"#,
        "/tags/1",
        "must have a length of at most 4",
    ),
    (r#"{"tags":[null]}"#, "/tags/0", "must be a string"),
    (
        r#"{"address":{"street":"123456789"}}"#,
        "/address/street",
        "must have a length of at most 8",
    ),
    (
        r#"{"address":{"streets":"1"}}"#,
        "/address",
        "has an unknown member",
    ),
    (r#"{"address":[]}"#, "/address", "must be an object"),
    (
        r#"{"lines":[{"count":0}]}"#,
        "/lines/0/count",
        "must be at least 1",
    ),
    (
        r#"{"lines":[{},{},{}]}"#,
        "/lines",
        "must have a length of at most 2",
    ),
    (
        r#"{"labels":{"a":"12345"}}"#,
        "/labels",
        "must have a length of at most 4",
    ),
    (r#"{"labels":null}"#, "/labels", "must be an object"),
    (
        r#"{"nick":null,"nickName":null}"#,
        "/nickName",
        "must appear only once",
    ),
];

#[tokio::test]
async fn rules_of_a_value_are_checked_at_its_member() {
    let api = api().await;
    for (body, pointer, detail) in BROKEN_RULES {
        for response in both(&api, body).await {
            assert_eq!(response.status(), 422, "{body} {}", response.text());
            let found = errors(&response.json()).remove(0);
            assert_eq!(
                found,
                ((*pointer).to_owned(), (*detail).to_owned()),
                "{body}"
            );
        }
    }
    for body in [
        r#"{"age":null,"age":null}"#,
        r#"{"age":nul}"#,
        r#"{"age":}"#,
    ] {
        for response in both(&api, body).await {
            assert_eq!(response.status(), 400, "{body}");
        }
    }
}

/// `Option` does not distinguish null from an absent member: the change would be lost.
#[tokio::test]
async fn null_in_a_merge_patch_never_reaches_an_option() {
    let api = api().await;
    for (body, pointer) in [
        (r#"{"name":null}"#, "/name"),
        (r#"{"address":{"number":null}}"#, "/address/number"),
    ] {
        let [json, merge] = both(&api, body).await;
        assert_eq!(json.status(), 200, "{body}");
        assert_eq!(merge.status(), 422, "{body}");
        let found = errors(&merge.json()).remove(0);
        assert_eq!(found, (pointer.to_owned(), "must not be null".to_owned()));
    }
    // an array is a new value, in which null is a value
    for response in both(&api, r#"{"lines":[{"count":null}]}"#).await {
        assert_eq!(response.status(), 200);
    }
}

#[tokio::test]
async fn patch_in_enums_lists_and_generic_types_is_distinguished() {
    let api = api().await;
    for (path, body, shown) in [
        (
            "/tagged",
            r#"{"type":"person"}"#,
            "Person { name: Absent, age: Absent }",
        ),
        (
            "/tagged",
            r#"{"name":null,"type":"person"}"#,
            "Person { name: Null, age: Absent }",
        ),
        (
            "/tagged",
            r#"{"type":"person","name":"Ann","age":null}"#,
            "Person { name: Value(\"Ann\"), age: Null }",
        ),
        ("/external", r#"{"person":{}}"#, "Person { name: Absent }"),
        (
            "/external",
            r#"{"person":{"name":null}}"#,
            "Person { name: Null }",
        ),
        ("/external", r#"{"age":null}"#, "Age(Null)"),
        ("/external", r#"{"age":5}"#, "Age(Value(5))"),
        ("/list", "[null,1]", "Vec2([Null, Value(1)])"),
        ("/generic", "{}", "Generic { inner: Absent }"),
        ("/generic", r#"{"inner":null}"#, "Generic { inner: Null }"),
        (
            "/generic",
            r#"{"inner":{"count":3}}"#,
            "Generic { inner: Value(Line { count: Some(3) }) }",
        ),
    ] {
        let response = api.anonymous().post(path).body(body, "application/json");
        assert_eq!(response.send().await.text(), shown, "{body}");
    }
    for (path, body) in [
        ("/tagged", r#"{"type":"person","name":"A"}"#),
        ("/external", r#"{"age":0}"#),
        ("/external", r#"{"person":{"name":"A"}}"#),
        ("/list", "[10]"),
        ("/list", "[null,null,null]"),
        ("/generic", r#"{"inner":{"count":0}}"#),
    ] {
        let response = api.anonymous().post(path).body(body, "application/json");
        assert_eq!(response.send().await.status(), 422, "{body}");
    }
    let tagged = api.anonymous().patch("/tagged");
    let tagged = tagged
        .body(r#"{"type":"person","name":null}"#, MERGE_PATCH)
        .send()
        .await;
    assert_eq!(tagged.text(), "Person { name: Null, age: Absent }");
}

#[tokio::test]
async fn patch_in_a_query_or_form_is_absent_or_a_value() {
    let api = api().await;
    let absent = "Parameters { count: Absent, ids: Absent, flag: Absent }";
    let full = "Parameters { count: Value(1), ids: Value([2, 3]), flag: Value(true) }";
    let get = |query: &str| api.anonymous().get(&format!("/parameters{query}")).send();
    let post = |text: &'static str| {
        let form = api.anonymous().post("/parameters");
        form.body(text, "application/x-www-form-urlencoded").send()
    };
    assert_eq!(get("").await.text(), absent);
    assert_eq!(get("?count=1&ids=2&ids=3&flag=true").await.text(), full);
    assert_eq!(get("?count=").await.status(), 422);
    assert_eq!(get("?count=null").await.status(), 422);
    assert_eq!(post("").await.text(), absent);
    assert_eq!(post("count=&ids=&flag=").await.text(), absent);
    assert_eq!(post("count=1&ids=2&ids=3&flag=on").await.text(), full);
    let parts = MultipartForm::new()
        .text("count", "1")
        .text("ids", "2")
        .text("ids", "3")
        .text("flag", "on");
    let parts = api
        .anonymous()
        .put("/parameters")
        .multipart(parts)
        .send()
        .await;
    assert_eq!(parts.text(), full);
}

#[test]
fn patch_changes_an_old_value() {
    for (change, new) in [
        (Patch::Absent, Some(1)),
        (Patch::Null, None),
        (Patch::Value(2), Some(2)),
    ] {
        let mut old = Some(1);
        change.apply_to(&mut old);
        assert_eq!(old, new);
    }
    assert_eq!(Patch::Value(2).map(|value| value + 1).into_value(), Some(3));
    assert_eq!(Patch::<u8>::default(), Patch::Absent);
    assert!(Patch::<u8>::Null.is_null() && !Patch::<u8>::Null.is_absent());
    assert_eq!(Patch::Value(2).value(), Some(&2));
}

/// `serde_json` presents null as an absent `Option`: a value is kept rather than cleared.
#[test]
fn null_of_another_decoder_never_clears_a_member() {
    let change: BTreeMap<String, Patch<u8>> = serde_json::from_str(r#"{"a":null,"b":1}"#).unwrap();
    assert_eq!(change["a"], Patch::Absent);
    assert_eq!(change["b"], Patch::Value(1));
}
