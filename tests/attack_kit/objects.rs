//! Access to the objects of other callers.

use palisade::evidence::AttackClass;
use palisade::prelude::*;
use palisade::testing::TestApi;
use palisade::testing::attack::Attack;

use crate::support::found;

fn owner(id: u32) -> Option<&'static str> {
    match id {
        1 => Some("alice"),
        2 => Some("bob"),
        _ => None,
    }
}

/// Shows an order to its owner.
#[secured(scopes = "orders:read")]
async fn show(caller: Caller, Path(id): Path<u32>) -> StatusCode {
    if owner(id) == Some(caller.subject()) {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    }
}

/// Does not look at the caller.
#[secured(scopes = any("admin", "orders:read"))]
async fn show_any(Path(id): Path<u32>) -> StatusCode {
    if owner(id).is_some() {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    }
}

#[secured(scopes = "admin")]
async fn show_to_admin(Path(id): Path<u32>) -> StatusCode {
    if owner(id).is_some() {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    }
}

async fn attack(routes: SecureRouter) -> Vec<String> {
    let api = TestApi::new(routes).await;
    let attack = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "2")
        .overseer("admin");
    found(&attack.run().await)
}

#[tokio::test]
async fn missing_ownership_check_is_found_on_each_route() {
    let routes = SecureRouter::new()
        .route("/orders/{id}", get(show).delete(show_any))
        .route("/orders/{id}/lines", get(show_any))
        .route("/orders/{id}/lines/{line}", get(lines));
    let admitted = attack(routes).await;
    assert_eq!(
        admitted,
        [
            "DELETE /orders/{id}: other_owner: bob accesses `1` of alice (status 200)",
            "DELETE /orders/{id}: other_owner: alice accesses `2` of bob (status 200)",
            "GET /orders/{id}/lines: other_owner: bob accesses `1` of alice (status 200)",
            "GET /orders/{id}/lines: other_owner: alice accesses `2` of bob (status 200)",
            "GET /orders/{id}/lines/{line}: other_owner: bob accesses `1` of alice (status 200)",
            "GET /orders/{id}/lines/{line}: other_owner: alice accesses `2` of bob (status 200)",
        ]
    );
}

/// The paths of the attacked objects, as the security report reads them from the file.
#[tokio::test]
async fn results_have_the_paths_of_the_attacked_objects() {
    let routes = SecureRouter::new()
        .route("/orders", get(list))
        .route("/orders/{id}", get(show))
        .route("/orders/{id}/lines", get(show));
    let api = TestApi::new(routes).await;
    let attack = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "2");
    let results = attack.run().await.assert_refused();
    let file: serde_json::Value = serde_json::from_str(&results.to_json()).unwrap();
    let objects = |at: usize| file["routes"][at]["objects"].clone();
    let of_orders = serde_json::json!(["/orders/{id}"]);
    assert_eq!(objects(0), serde_json::Value::Null);
    assert_eq!((objects(1), objects(2)), (of_orders.clone(), of_orders));
}

#[secured(scopes = "orders:read")]
async fn list() {}

#[tokio::test]
async fn parameter_with_another_name_is_the_same_object() {
    let routes = SecureRouter::new()
        .route("/orders/{id}", get(show))
        .route("/orders/{order}/lines", get(show_any))
        .route("/orders/{order}/lines/{id}", get(lines));
    assert_eq!(
        attack(routes).await,
        [
            "GET /orders/{order}/lines: other_owner: bob accesses `1` of alice (status 200)",
            "GET /orders/{order}/lines: other_owner: alice accesses `2` of bob (status 200)",
            "GET /orders/{order}/lines/{id}: other_owner: bob accesses `1` of alice (status 200)",
            "GET /orders/{order}/lines/{id}: other_owner: alice accesses `2` of bob (status 200)",
        ]
    );
}

#[secured(scopes = "orders:read")]
async fn lines(Path((id, _)): Path<(u32, u32)>) -> StatusCode {
    if owner(id).is_some() {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    }
}

#[tokio::test]
async fn ownership_check_and_overseers_are_no_finding() {
    let routes = SecureRouter::new()
        .route("/orders/{id}", get(show))
        .route("/orders/{id}/audit", get(show_to_admin));
    assert_eq!(attack(routes).await, Vec::<String>::new());
}

/// A refusal of another owner says nothing if the object does not exist.
#[tokio::test]
async fn object_that_its_owner_cannot_access_is_not_covered() {
    let api = TestApi::new(SecureRouter::new().route("/orders/{id}", get(show))).await;
    let attack = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "3");
    let report = attack.run().await;
    let class = report.results().routes()[0]
        .class(AttackClass::OtherOwner)
        .unwrap();
    assert_eq!(
        class.not_covered(),
        ["bob has no access to `3` (status 404)"]
    );
    assert!(!class.is_evidence());
}

#[tokio::test]
async fn object_of_one_owner_is_not_covered() {
    let api = TestApi::new(SecureRouter::new().route("/orders/{id}", get(show_any))).await;
    let report = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .run()
        .await;
    let class = report.results().routes()[0]
        .class(AttackClass::OtherOwner)
        .unwrap();
    assert_eq!(class.not_covered(), ["objects of two owners are needed"]);
}

/// The refusals of other owners are no evidence, and the test must not pass with them.
#[tokio::test]
#[should_panic(expected = "the object `3` of bob at `/orders/{id}` proves nothing")]
async fn object_that_its_owner_cannot_access_fails_the_test() {
    let api = TestApi::new(SecureRouter::new().route("/orders/{id}", get(show))).await;
    let attack = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "3");
    attack.run().await.assert_refused();
}

#[tokio::test]
#[should_panic(expected = "the object `1` of alice at `/orders/{id}` proves nothing")]
async fn object_of_one_owner_fails_the_test() {
    let api = TestApi::new(SecureRouter::new().route("/orders/{id}", get(show))).await;
    let attack = Attack::new(&api).object("/orders/{id}", "alice", "1");
    attack.run().await.assert_refused();
}

/// The owner deletes the object at the end, which shows that it exists, but no other caller was refused.
#[tokio::test]
#[should_panic(
    expected = "the object `1` of alice at `/orders/{id}` proves nothing: there is no other owner, who could be refused; add one, such as `.object(\"/orders/{id}\", \"bob\", \"…\")`"
)]
async fn object_of_one_owner_beside_a_deletion_fails_the_test() {
    let routes = SecureRouter::new().route("/orders/{id}", get(show).delete(show_any));
    let api = TestApi::new(routes).await;
    let attack = Attack::new(&api).object("/orders/{id}", "alice", "1");
    attack.run().await.assert_refused();
}

/// On one route, the state of an object may refuse its owner, too.
#[tokio::test]
async fn object_that_its_owner_can_access_on_one_route_passes() {
    #[secured(scopes = "orders:write")]
    async fn ship(Path(_): Path<u32>) -> StatusCode {
        StatusCode::NOT_FOUND
    }

    let routes = SecureRouter::new()
        .route("/orders/{id}", get(show))
        .route("/orders/{id}/shipment", post(ship));
    let api = TestApi::new(routes).await;
    let attack = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "2");
    attack.run().await.assert_refused();
}

#[tokio::test]
#[should_panic(expected = "no path of the API begins with `/order/{id}`")]
async fn object_of_an_unknown_path_panics() {
    let api = TestApi::new(SecureRouter::new().route("/orders/{id}", get(show))).await;
    let _ = Attack::new(&api)
        .object("/order/{id}", "alice", "1")
        .run()
        .await;
}
