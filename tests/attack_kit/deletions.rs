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

#[tokio::test]
async fn object_that_another_route_shows_is_not_deleted() {
    #[secured(scopes = "orders:read")]
    async fn read(caller: Caller, State(owners): State<Owners>, Path(id): Path<u32>) -> StatusCode {
        if owners.lock().unwrap().get(&id) == Some(&caller.subject()) {
            StatusCode::OK
        } else {
            StatusCode::NOT_FOUND
        }
    }

    let owners = Owners::new(Mutex::new(BTreeMap::from([(1, "alice"), (2, "bob")])));
    let routes = SecureRouter::new()
        .route("/orders/{id}", get(read).delete(remove))
        .with_state(Arc::clone(&owners));
    let api = TestApi::new(routes).await;
    let attack = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "2");
    let results = attack.run().await.assert_refused();
    let route = results.route("DELETE", "/orders/{id}").unwrap();
    assert!(route.class(AttackClass::OtherOwner).unwrap().is_evidence());
    assert_eq!(owners.lock().unwrap().len(), 2);
}
