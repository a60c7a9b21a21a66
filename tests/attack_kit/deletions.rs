//! A collection that only deletes: a refusal with 404 says nothing about an object that does not exist.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use palisade::evidence::{AttackClass, AttackResults};
use palisade::prelude::*;
use palisade::testing::TestApi;
use palisade::testing::attack::Attack;

type Owners = Arc<Mutex<BTreeMap<u32, &'static str>>>;

#[secured(scopes = "orders:delete")]
async fn remove(caller: Caller, State(owners): State<Owners>, Path(id): Path<u32>) -> StatusCode {
    let mut owners = owners.lock().unwrap();
    if owners.get(&id) != Some(&caller.subject()) {
        return StatusCode::NOT_FOUND;
    }
    owners.remove(&id);
    StatusCode::NO_CONTENT
}

async fn delete_results(owners: &Owners) -> AttackResults {
    let routes = SecureRouter::new()
        .route("/orders/{id}", delete(remove))
        .with_state(Arc::clone(owners));
    let api = TestApi::new(routes).await;
    let attack = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "2");
    attack.run().await.assert_refused()
}

#[tokio::test]
async fn object_that_only_a_deletion_reaches_is_deleted_by_its_owner() {
    let owners = Owners::new(Mutex::new(BTreeMap::from([(1, "alice"), (2, "bob")])));
    let results = delete_results(&owners).await;
    let class = results.routes()[0].class(AttackClass::OtherOwner).unwrap();
    assert!(class.is_evidence(), "{class:?}");
    assert!(owners.lock().unwrap().is_empty());
}

#[tokio::test]
#[should_panic(expected = "the object `2` of bob at `/orders/{id}` proves nothing")]
async fn missing_object_that_only_a_deletion_reaches_fails_the_test() {
    let owners = Owners::new(Mutex::new(BTreeMap::from([(1, "alice")])));
    delete_results(&owners).await;
}

#[tokio::test]
async fn deletion_below_an_object_needs_one_that_its_owner_can_do() {
    #[secured(scopes = "orders:read")]
    async fn read(caller: Caller, Path(id): Path<u32>) -> StatusCode {
        let owner = if id == 1 { "alice" } else { "bob" };
        if caller.subject() == owner {
            StatusCode::OK
        } else {
            StatusCode::NOT_FOUND
        }
    }

    #[secured(scopes = "orders:delete")]
    async fn remove_line(Path(_): Path<(u32, u32)>) -> StatusCode {
        StatusCode::NOT_FOUND
    }

    let routes = SecureRouter::new()
        .route("/orders/{id}", get(read))
        .route("/orders/{id}/lines/{line}", delete(remove_line));
    let api = TestApi::new(routes).await;
    let attack = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "2");
    let results = attack.run().await.assert_refused();
    let class = results.routes()[1].class(AttackClass::OtherOwner).unwrap();
    assert!(!class.is_evidence(), "{class:?}");
}

#[tokio::test]
#[should_panic(expected = "the object `1` of alice at `/orders/{id}` proves nothing")]
async fn object_that_only_public_routes_reach_fails_the_test() {
    #[public(reason = "a catalog")]
    async fn show(Path(_): Path<u32>) -> StatusCode {
        StatusCode::OK
    }

    let api = TestApi::new(SecureRouter::new().route("/orders/{id}", get(show))).await;
    let attack = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "2");
    attack.run().await.assert_refused();
}

#[secured(scopes = "orders:read")]
async fn read(caller: Caller, State(owners): State<Owners>, Path(id): Path<u32>) -> StatusCode {
    if owners.lock().unwrap().get(&id) == Some(&caller.subject()) {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    }
}

/// The attack on `/orders/{id}/notes`, which comes after the deletion in the inventory, has the object.
#[tokio::test]
async fn object_is_deleted_after_the_attacks_on_every_route() {
    let owners = Owners::new(Mutex::new(BTreeMap::from([(1, "alice"), (2, "bob")])));
    let routes = SecureRouter::new()
        .route("/orders/{id}", get(read).delete(remove))
        .route("/orders/{id}/notes", get(read))
        .with_state(Arc::clone(&owners));
    let api = TestApi::new(routes).await;
    let attack = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "2");
    let results = attack.run().await.assert_refused();
    for (method, path) in [
        ("GET", "/orders/{id}"),
        ("DELETE", "/orders/{id}"),
        ("GET", "/orders/{id}/notes"),
    ] {
        let class = results.route(method, path).unwrap();
        let class = class.class(AttackClass::OtherOwner).unwrap();
        assert!(class.is_evidence(), "{method} {path}: {class:?}");
    }
    assert!(owners.lock().unwrap().is_empty());
}

/// A line of an order is deleted before the order.
#[tokio::test]
async fn object_below_another_one_is_deleted_first() {
    #[secured(scopes = "orders:delete")]
    async fn remove_line(
        caller: Caller,
        State(owners): State<Owners>,
        Path((id, line)): Path<(u32, u32)>,
    ) -> StatusCode {
        let owners = owners.lock().unwrap();
        if owners.get(&id) == Some(&caller.subject()) && line == 10 * id {
            StatusCode::NO_CONTENT
        } else {
            StatusCode::NOT_FOUND
        }
    }

    let owners = Owners::new(Mutex::new(BTreeMap::from([(1, "alice"), (2, "bob")])));
    let line = "/orders/{id}/lines/{line}";
    let routes = SecureRouter::new()
        .route("/orders/{id}", get(read).delete(remove))
        .route(line, delete(remove_line))
        .with_state(Arc::clone(&owners));
    let api = TestApi::new(routes).await;
    let attack = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "2")
        .object(line, "alice", "10")
        .object(line, "bob", "20");
    let results = attack.run().await.assert_refused();
    let class = results.route("DELETE", line).unwrap();
    let class = class.class(AttackClass::OtherOwner).unwrap();
    assert!(class.is_evidence(), "{class:?}");
}

/// A refusal of every caller is no check of the owner.
#[tokio::test]
async fn deletion_that_refuses_every_caller_is_not_covered() {
    #[secured(scopes = "orders:delete")]
    async fn refuse(Path(_): Path<u32>) -> StatusCode {
        StatusCode::NOT_FOUND
    }

    let owners = Owners::new(Mutex::new(BTreeMap::from([(1, "alice"), (2, "bob")])));
    let routes = SecureRouter::new()
        .route("/orders/{id}", get(read).delete(refuse))
        .with_state(owners);
    let api = TestApi::new(routes).await;
    let attack = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "2");
    let results = attack.run().await.assert_refused();
    let class = results.route("DELETE", "/orders/{id}").unwrap();
    let class = class.class(AttackClass::OtherOwner).unwrap();
    assert_eq!(
        class.not_covered(),
        [
            "alice has no access to `1` (status 404)",
            "bob has no access to `2` (status 404)"
        ]
    );
}
