//! The media type of a merge patch.

use palisade::input::{MergePatch, Patch};
use palisade::prelude::*;
use palisade::testing::{TestApi, TestRequest};

#[derive(Deserialize, Validate, SecureInput, Debug)]
#[serde(deny_unknown_fields)]
struct Change {
    #[garde(range(max = 9))]
    age: Patch<u8>,
}

#[public(reason = "a test")]
async fn merge(Valid(MergePatch(change)): Valid<MergePatch<Change>>) -> String {
    format!("{change:?}")
}

#[public(reason = "a test")]
async fn json(Valid(Json(change)): Valid<Json<Change>>) -> String {
    format!("{change:?}")
}

#[public(reason = "a test")]
async fn optional(change: Option<Valid<MergePatch<Change>>>) -> String {
    format!("{:?}", change.map(|Valid(MergePatch(change))| change))
}

const MERGE_PATCH: &str = "application/merge-patch+json";

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/merge", patch(merge).put(merge).post(merge))
        .route("/json", patch(json))
        .route("/optional", patch(optional));
    TestApi::new(routes).await
}

#[tokio::test]
async fn merge_patch_has_its_own_media_type() {
    let api = api().await;
    for label in [
        MERGE_PATCH,
        "application/merge-patch+json;",
        "Application/Merge-Patch+JSON; charset=utf-8",
    ] {
        let response = api
            .anonymous()
            .patch("/merge")
            .body("{}", label)
            .send()
            .await;
        assert_eq!(response.status(), 200, "{label}");
    }
    for label in [
        "application/json",
        "application/json-patch+json",
        "application/merge-patch",
        "text/plain",
    ] {
        let rejected = |method: fn(TestRequest) -> TestRequest| {
            method(api.anonymous()).body("{}", label).send()
        };
        let patched = rejected(|request| request.patch("/merge")).await;
        let posted = rejected(|request| request.post("/merge")).await;
        let put = rejected(|request| request.put("/merge")).await;
        for (response, name) in [
            (&patched, Some("accept-patch")),
            (&posted, Some("accept-post")),
            (&put, None),
        ] {
            assert_eq!(response.status(), 415, "{label}");
            assert_eq!(response.header("accept"), Some(MERGE_PATCH));
            for other in ["accept-patch", "accept-post"] {
                let expected = (Some(other) == name).then_some(MERGE_PATCH);
                assert_eq!(response.header(other), expected, "{other}");
            }
        }
    }
    let json = api
        .anonymous()
        .patch("/json")
        .body("{}", MERGE_PATCH)
        .send()
        .await;
    assert_eq!(json.status(), 415);
    assert_eq!(json.header("accept-patch"), Some("application/json"));
    // an array or a scalar replaces the whole object, which no change of members does
    for body in ["[]", "null", "1", "\"x\""] {
        let response = api
            .anonymous()
            .patch("/merge")
            .body(body, MERGE_PATCH)
            .send()
            .await;
        assert_eq!(response.status(), 422, "{body}");
    }
}

#[tokio::test]
async fn optional_merge_patch_is_absent_without_a_body() {
    let api = api().await;
    for (body, text) in [
        ("", "None"),
        (r#"{"age":null}"#, "Some(Change { age: Null })"),
    ] {
        let response = api.anonymous().patch("/optional").body(body, MERGE_PATCH);
        assert_eq!(response.send().await.text(), text);
    }
}

#[test]
fn inventory_has_the_media_type() {
    let routes: SecureRouter = SecureRouter::new().route("/merge", patch(merge));
    let inventory = routes.inventory();
    let input = inventory.routes()[0].inputs().next().unwrap();
    assert_eq!(input.media_types(), [MERGE_PATCH]);
}
