//! Media types of JSON that an input type declares.

use palisade::prelude::*;
use palisade::testing::TestApi;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
#[secure(json = "application/vnd.acme.order+json")]
struct Order {
    #[garde(range(min = 1, max = 9))]
    quantity: u32,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
#[secure(json = ["application/vnd.acme.order.v2+json", "application/json"])]
struct OrderOfTwoTypes {
    #[garde(dive)]
    order: Order,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Plain {
    #[garde(dive)]
    order: Order,
}

#[public(reason = "a test")]
async fn one(Valid(Json(order)): Valid<Json<Order>>) -> String {
    order.quantity.to_string()
}

#[public(reason = "a test")]
async fn two(Valid(Json(outer)): Valid<Json<OrderOfTwoTypes>>) -> String {
    outer.order.quantity.to_string()
}

#[public(reason = "a test")]
async fn plain(Valid(Json(outer)): Valid<Json<Plain>>) -> String {
    outer.order.quantity.to_string()
}

#[public(reason = "a test")]
async fn optional(order: Option<Valid<Json<Order>>>) -> String {
    order
        .map_or(0, |Valid(Json(order))| order.quantity)
        .to_string()
}

#[public(reason = "a test")]
async fn form(Valid(Form(order)): Valid<Form<Order>>) -> String {
    order.quantity.to_string()
}

pub(crate) fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/one", post(one).patch(one))
        .route("/two", post(two))
        .route("/plain", post(plain))
        .route("/optional", post(optional))
        .route("/form", post(form))
}

const ORDER: &str = "application/vnd.acme.order+json";

#[tokio::test]
async fn declared_media_types_are_accepted_and_no_other() {
    let api = TestApi::new(routes()).await;
    let (inner, outer) = (r#"{"quantity":2}"#, r#"{"order":{"quantity":2}}"#);
    let v2 = "application/vnd.acme.order.v2+json";
    for (path, body, accepted) in [
        ("/one", inner, &[ORDER][..]),
        ("/optional", inner, &[ORDER]),
        ("/two", outer, &[v2, "application/json"]),
        ("/plain", outer, &["application/json"]),
    ] {
        for label in [
            "application/json",
            ORDER,
            v2,
            "application/problem+json",
            "application/*+json",
        ] {
            let response = api.anonymous().post(path).body(body, label).send().await;
            if accepted.contains(&label) {
                assert_eq!(
                    (response.status().as_u16(), &*response.text()),
                    (200, "2"),
                    "{path} {label}"
                );
            } else {
                assert_eq!(response.status(), 415, "{path} {label}");
                let accepted = accepted.join(", ");
                assert_eq!(response.header("accept"), Some(&*accepted));
                assert_eq!(response.header("accept-post"), Some(&*accepted));
            }
        }
        let labeled = format!("{}; charset=\"UTF-8\" ;", accepted[0].to_uppercase());
        let response = api.anonymous().post(path).body(body, &labeled).send().await;
        assert_eq!(response.status(), 200, "{labeled}");
    }
    let patch = api
        .anonymous()
        .patch("/one")
        .body(inner, "application/json")
        .send()
        .await;
    assert_eq!(patch.header("accept-patch"), Some(ORDER));
    let problem: serde_json::Value = patch.json();
    assert_eq!(
        problem["detail"],
        format!("the `Content-Type` must be `{ORDER}`")
    );
    let several = api
        .anonymous()
        .post("/two")
        .body(outer, "text/plain")
        .send()
        .await;
    let problem: serde_json::Value = several.json();
    let detail = format!("the `Content-Type` must be `{v2}` or `application/json`");
    assert_eq!(problem["detail"], detail);
    // other bodies keep their media type
    let form = api
        .anonymous()
        .post("/form")
        .body("quantity=2", "application/x-www-form-urlencoded");
    assert_eq!(form.send().await.status(), 200);
}

#[test]
fn inventory_has_the_declared_media_types() {
    let routes = routes();
    let types = |path: &str| {
        let inventory = routes.inventory();
        let mut found = inventory
            .routes()
            .iter()
            .filter(|route| route.path() == path);
        let route = found.next().unwrap();
        route
            .inputs()
            .map(|input| input.media_types())
            .collect::<Vec<_>>()
            .remove(0)
    };
    assert_eq!(types("/one"), [ORDER]);
    assert_eq!(
        types("/two"),
        ["application/vnd.acme.order.v2+json", "application/json"]
    );
    assert_eq!(types("/plain"), ["application/json"]);
    assert_eq!(types("/form"), ["application/x-www-form-urlencoded"]);
}
