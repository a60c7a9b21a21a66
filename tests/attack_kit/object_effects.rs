//! Requests of other owners that are refused, but after they have changed the object.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use palisade::evidence::AttackClass;
use palisade::prelude::*;
use palisade::testing::TestApi;
use palisade::testing::attack::{Attack, AttackReport};

use crate::support::found;

type Owners = Arc<Mutex<BTreeMap<u32, String>>>;

fn owners() -> Owners {
    let all = [(1, "alice".to_owned()), (2, "bob".to_owned())];
    Owners::new(Mutex::new(BTreeMap::from(all)))
}

fn found_if(is_found: bool) -> StatusCode {
    if is_found {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    }
}

#[secured(scopes = "orders:read")]
async fn show(caller: Caller, State(owners): State<Owners>, Path(id): Path<u32>) -> StatusCode {
    let owners = owners.lock().unwrap();
    found_if(owners.get(&id).map(String::as_str) == Some(caller.subject()))
}

/// Deletes, then looks at the owner.
#[secured(scopes = "orders:write")]
async fn remove(caller: Caller, State(owners): State<Owners>, Path(id): Path<u32>) -> StatusCode {
    let owner = owners.lock().unwrap().remove(&id);
    found_if(owner.as_deref() == Some(caller.subject()))
}

/// Replaces, then looks at the owner.
#[secured(scopes = "orders:write")]
async fn replace(caller: Caller, State(owners): State<Owners>, Path(id): Path<u32>) -> StatusCode {
    let own = caller.subject().to_owned();
    let owner = owners.lock().unwrap().insert(id, own);
    found_if(owner.as_deref() == Some(caller.subject()))
}

async fn run(routes: SecureRouter<Owners>) -> AttackReport {
    let api = TestApi::new(routes.with_state(owners())).await;
    let attack = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "2");
    attack.run().await
}

fn lost(route: &str, owner: &str, id: u32) -> String {
    format!(
        "{route}: other_owner: {owner} has lost access to `{id}` at `GET /orders/{{id}}` after the requests of other owners (status 404)"
    )
}

#[tokio::test]
async fn refused_deletion_that_has_its_effect_is_found() {
    let report = run(SecureRouter::new().route("/orders/{id}", get(show).delete(remove))).await;
    assert!(
        found(&report).contains(&lost("DELETE /orders/{id}", "bob", 2)),
        "{report}"
    );
}

#[tokio::test]
async fn refused_replacement_that_has_its_effect_is_found() {
    let routes = SecureRouter::new().route("/orders/{id}", put(replace).get(show));
    let report = run(routes).await;
    assert!(
        found(&report).contains(&lost("PUT /orders/{id}", "bob", 2)),
        "{report}"
    );
}

/// A request that is admitted is the finding, not its effect.
#[tokio::test]
async fn admitted_deletion_is_one_finding() {
    #[secured(scopes = "orders:write")]
    async fn remove_any(State(owners): State<Owners>, Path(id): Path<u32>) -> StatusCode {
        found_if(owners.lock().unwrap().remove(&id).is_some())
    }

    let report = run(SecureRouter::new().route("/orders/{id}", get(show).delete(remove_any))).await;
    assert!(!found(&report).is_empty());
    assert!(!report.to_string().contains("has lost access"), "{report}");
}

/// The API locks out the caller of a refused request, who owns another object. That is no effect on this object.
#[tokio::test]
async fn caller_that_a_refusal_locks_out_is_not_covered() {
    use palisade::RevocationList;

    #[secured(scopes = "orders:read")]
    async fn show(caller: Caller, Path(id): Path<u32>) -> StatusCode {
        found_if(caller.subject() == if id == 1 { "alice" } else { "bob" })
    }

    #[secured(scopes = "orders:write")]
    async fn close(
        caller: Caller,
        State(revocations): State<RevocationList>,
        Path(id): Path<u32>,
    ) -> StatusCode {
        let is_own = caller.subject() == if id == 1 { "alice" } else { "bob" };
        if !is_own && caller.subject() != "mallory" {
            let (issuer, now) = ("https://issuer.test", revocations.now());
            revocations
                .revoke_subject(issuer, caller.subject(), now)
                .unwrap();
        }
        found_if(is_own)
    }

    let revocations = RevocationList::new();
    let routes = SecureRouter::new()
        .route("/orders/{id}", get(show))
        .route("/orders/{id}/close", post(close))
        .with_state(revocations.clone());
    let api = TestApi::with_server(routes, |server| server.revocations(revocations)).await;
    let attack = Attack::new(&api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "2");
    let report = attack.run().await;
    let route = report
        .results()
        .route("POST", "/orders/{id}/close")
        .unwrap();
    let class = route.class(AttackClass::OtherOwner).unwrap();
    assert_eq!(found(&report), Vec::<String>::new());
    assert!(
        class
            .not_covered()
            .iter()
            .any(|reason| reason.contains("has lost access")),
        "{class:?}"
    );
}
