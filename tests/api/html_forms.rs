//! HTML forms: fields that were left empty, and checkboxes.

use palisade::input::{EmailAddress, Multipart};
use palisade::prelude::*;
use palisade::testing::{MultipartForm, TestApi};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Person {
    #[garde(length(chars, min = 1, max = 9))]
    name: String,
    #[garde(range(min = 1, max = 150))]
    age: Option<u8>,
    #[garde(skip)]
    email: Option<EmailAddress>,
    #[garde(length(chars, min = 2, max = 9))]
    nickname: Option<String>,
    #[garde(skip)]
    plan: Option<Plan>,
    #[garde(inner(length(max = 2), inner(length(chars, max = 4))))]
    tags: Option<Vec<String>>,
    #[garde(dive)]
    height: Option<Height>,
    #[serde(default)]
    #[garde(skip)]
    newsletter: bool,
    #[garde(skip)]
    terms: Option<bool>,
}

#[derive(Deserialize, Validate, SecureInput, Debug)]
#[serde(rename_all = "lowercase")]
enum Plan {
    Free,
}

#[derive(Deserialize, Validate, SecureInput, Debug)]
struct Height(#[garde(range(min = 0.5, max = 3.0))] f32);

fn describe(person: &Person) -> String {
    let email = person.email.is_some();
    let Person {
        name,
        age,
        nickname,
        plan,
        tags,
        height,
        newsletter,
        terms,
        ..
    } = person;
    format!(
        "{name} {age:?} {email} {nickname:?} {plan:?} {tags:?} {height:?} {newsletter} {terms:?}"
    )
}

#[public(reason = "a test")]
async fn by_form(Valid(Form(person)): Valid<Form<Person>>) -> String {
    describe(&person)
}

#[public(reason = "a test")]
async fn by_parts(Valid(Multipart(person)): Valid<Multipart<Person>>) -> String {
    describe(&person)
}

#[public(reason = "a test")]
async fn by_query(Valid(Query(person)): Valid<Query<Person>>) -> String {
    describe(&person)
}

async fn api() -> TestApi {
    let routes = post(by_form).put(by_parts).get(by_query);
    TestApi::new(SecureRouter::new().route("/people", routes)).await
}

/// Sends fields as a form and as a multipart form.
async fn in_each(api: &TestApi, fields: &[(&str, &str)]) -> [(u16, String); 2] {
    let mut multipart = MultipartForm::new();
    for (name, value) in fields {
        multipart = multipart.text(name, value);
    }
    let pairs = fields.iter().map(|(name, value)| format!("{name}={value}"));
    let text = pairs.collect::<Vec<_>>().join("&");
    let form = api.anonymous().post("/people");
    let form = form.body(text, "application/x-www-form-urlencoded");
    let parts = api.anonymous().put("/people").multipart(multipart);
    let (form, parts) = (form.send().await, parts.send().await);
    [form, parts].map(|response| (response.status().as_u16(), response.text()))
}

#[tokio::test]
async fn optional_field_left_empty_is_absent() {
    let api = api().await;
    let empty = [
        ("name", "Ann"),
        ("age", ""),
        ("email", ""),
        ("nickname", ""),
        ("plan", ""),
        ("tags", ""),
        ("height", ""),
        ("terms", ""),
    ];
    let absent = "Ann None false None None None None false None";
    for answer in in_each(&api, &empty).await {
        assert_eq!(answer, (200, absent.to_owned()));
    }
    for answer in in_each(&api, &[("name", "Ann")]).await {
        assert_eq!(answer, (200, absent.to_owned()));
    }
    let full = [
        ("name", "Ann"),
        ("age", "7"),
        ("email", "a@b.nz"),
        ("nickname", "Annie"),
        ("plan", "free"),
        ("tags", "a"),
        ("tags", ""),
        ("height", "1.5"),
    ];
    for answer in in_each(&api, &full).await {
        let present = r#"Ann Some(7) true Some("Annie") Some(Free) Some(["a", ""]) Some(Height(1.5)) false None"#;
        assert_eq!(answer, (200, present.to_owned()));
    }
}

#[tokio::test]
async fn required_field_left_empty_is_rejected() {
    let api = api().await;
    for fields in [
        &[("name", "")][..],
        &[("name", "Ann"), ("newsletter", "")],
        &[("name", "Ann"), ("age", " ")],
        &[("name", "Ann"), ("age", ""), ("age", "")],
        &[("name", "Ann"), ("age", ""), ("age", "7")],
    ] {
        for (status, text) in in_each(&api, fields).await {
            assert_eq!(status, 422, "{fields:?} {text}");
        }
    }
}

#[tokio::test]
async fn checkbox_is_true_if_it_is_checked() {
    let api = api().await;
    for (value, expected) in [
        ("on", Some(true)),
        ("true", Some(true)),
        ("false", Some(false)),
        ("On", None),
        ("off", None),
        ("1", None),
        ("yes", None),
        (" on", None),
    ] {
        let fields = [("name", "Ann"), ("newsletter", value), ("terms", value)];
        for (status, text) in in_each(&api, &fields).await {
            let ending = expected.map(|value| format!("{value} Some({value})"));
            let (expected, ending) = (ending.as_ref().map_or(422, |_| 200), ending);
            assert_eq!(status, expected, "{value} {text}");
            assert!(
                ending.is_none_or(|ending| text.ends_with(&ending)),
                "{text}"
            );
        }
    }
}

/// A query is not a form: an empty parameter is an empty text.
#[tokio::test]
async fn query_has_no_empty_fields_and_checkboxes() {
    let api = api().await;
    for (query, status) in [
        ("name=Ann&nickname=Annie&newsletter=true", 200),
        ("name=Ann&age=", 422),
        ("name=Ann&nickname=", 422),
        ("name=Ann&newsletter=on", 422),
    ] {
        let response = api
            .anonymous()
            .get(&format!("/people?{query}"))
            .send()
            .await;
        assert_eq!(response.status(), status, "{query}");
    }
}
