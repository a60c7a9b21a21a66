//! Access to the objects below those of other callers: the lines of an order.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use palisade::evidence::{AttackClass, AttackResults};
use palisade::prelude::*;
use palisade::testing::TestApi;
use palisade::testing::attack::{Attack, AttackReport};
use serde_json::{Value, json};

use crate::support::{assert_finds, found};

const ORDER: &str = "/orders/{id}";
const LINE: &str = "/orders/{id}/lines/{line}";
/// The path of the route, where the order has another name.
const LINES: &str = "/orders/{order}/lines/{line}";

fn owner(id: u32) -> Option<&'static str> {
    match id {
        1 | 3 => Some("alice"),
        2 => Some("bob"),
        _ => None,
    }
}

fn found_if(is_found: bool) -> StatusCode {
    if is_found {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    }
}

#[secured(scopes = "orders:read")]
async fn show(caller: Caller, Path(id): Path<u32>) -> StatusCode {
    found_if(owner(id) == Some(caller.subject()))
}

/// Checks the owner of an order, but not that the line belongs to the order.
#[secured(scopes = "orders:read")]
async fn line_of_any_order(caller: Caller, Path((id, line)): Path<(u32, u32)>) -> StatusCode {
    let exists = [11, 21].contains(&line);
    found_if(owner(id) == Some(caller.subject()) && exists)
}

#[secured(scopes = "orders:read")]
async fn line_of_order(caller: Caller, Path((id, line)): Path<(u32, u32)>) -> StatusCode {
    found_if(owner(id) == Some(caller.subject()) && line == 10 * id + 1)
}

/// The first line of each order is line 1; order 2 has two lines.
#[secured(scopes = "orders:read")]
async fn numbered_line(caller: Caller, Path((id, line)): Path<(u32, u32)>) -> StatusCode {
    found_if(owner(id) == Some(caller.subject()) && (1..=id).contains(&line))
}

/// Looks for the number among the lines of all orders.
#[secured(scopes = "orders:read")]
async fn numbered_line_of_any_order(
    caller: Caller,
    Path((id, line)): Path<(u32, u32)>,
) -> StatusCode {
    found_if(owner(id) == Some(caller.subject()) && (1..=2).contains(&line))
}

/// Creates or replaces a line of the caller's order.
#[secured(scopes = "orders:write")]
async fn put_line(caller: Caller, Path((id, line)): Path<(u32, u32)>) -> StatusCode {
    if owner(id) != Some(caller.subject()) {
        StatusCode::NOT_FOUND
    } else if line == 10 * id + 1 {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::CREATED
    }
}

async fn api_with(lines: SecureRouter) -> TestApi {
    TestApi::new(lines.route(ORDER, get(show))).await
}

/// An order of each owner, with these lines.
fn attack<'a>(api: &'a TestApi, lines: &[(&str, &str)]) -> Attack<'a> {
    let attack = Attack::new(api)
        .object(ORDER, "alice", "1")
        .object(ORDER, "bob", "2");
    let lines = lines.iter();
    lines.fold(attack, |attack, (owner, id)| attack.object(LINE, owner, id))
}

/// Returns the paths of the attacked objects of the route of the lines, as the file has them.
fn objects(results: &AttackResults) -> Value {
    let file: Value = serde_json::from_str(&results.to_json()).unwrap();
    let mut routes = file["routes"].as_array().unwrap().iter();
    let route = routes.find(|route| route["path"] == LINES).unwrap();
    route["objects"].clone()
}

fn is_evidence(results: &AttackResults) -> bool {
    let route = results.route("GET", LINES).unwrap();
    route.class(AttackClass::OtherOwner).unwrap().is_evidence()
}

const BOTH: [(&str, &str); 2] = [("alice", "11"), ("bob", "21")];

const UNCROSSED: &str = "not covered: GET /orders/{order}/lines/{line}: other_owner: no object at `/orders/{id}/lines/{line}` is tried below the object of another owner; name an object above for each owner, and one here with an id that no other owner has";

#[tokio::test]
async fn object_below_the_object_of_another_owner_is_attacked() {
    let api = api_with(SecureRouter::new().route(LINES, get(line_of_any_order))).await;
    let report = attack(&api, &BOTH).run().await;
    let found = found(&report);
    for expected in [
        "bob accesses `11` of alice below `2` (status 200)",
        "alice accesses `21` of bob below `1` (status 200)",
    ] {
        let expected = format!("GET {LINES}: other_owner: {expected}");
        assert!(found.contains(&expected), "{found:#?}");
    }
    assert_eq!(found.len(), 2, "{found:#?}");
    let api = api_with(SecureRouter::new().route(LINES, get(line_of_order))).await;
    let report = attack(&api, &BOTH).run().await;
    assert!(!report.to_string().contains("is tried below"), "{report}");
    let results = report.assert_refused();
    assert!(is_evidence(&results));
    assert_eq!(objects(&results), json!([LINE]));
}

/// Alice's request for line 1 below her own order is one for her own line.
#[tokio::test]
async fn objects_with_one_id_are_not_covered_below_the_object_of_another_owner() {
    let equal = [("alice", "1"), ("bob", "1")];
    let api = api_with(SecureRouter::new().route(LINES, get(numbered_line))).await;
    let report = attack(&api, &equal).run().await;
    assert!(report.to_string().contains(UNCROSSED), "{report}");
    // the security report has the lines as a gap, which a statement closes
    assert_eq!(objects(&report.assert_refused()), json!([ORDER]));
    // the second line of Bob's order is one that Alice does not have
    let more = [&equal[..], &[("bob", "2")]].concat();
    let report = attack(&api, &more).run().await;
    assert!(!report.to_string().contains(UNCROSSED), "{report}");
    let results = report.assert_refused();
    assert!(is_evidence(&results));
    assert_eq!(objects(&results), json!([ORDER, LINE]));
    let weak = SecureRouter::new().route(LINES, get(numbered_line_of_any_order));
    let api = api_with(weak).await;
    assert_eq!(
        found(&attack(&api, &more).run().await),
        [format!(
            "GET {LINES}: other_owner: alice accesses `2` of bob below `1` (status 200)"
        )]
    );
}

/// Alice has a part with the number of Bob's line.
#[tokio::test]
async fn id_of_an_object_at_another_path_is_another_id() {
    #[secured(scopes = "orders:read")]
    async fn part(caller: Caller, Path((id, _, _)): Path<(u32, u32, u32)>) -> StatusCode {
        found_if(owner(id) == Some(caller.subject()))
    }

    let path = "/orders/{id}/lines/{line}/parts/{part}";
    let routes = SecureRouter::new()
        .route(LINES, get(line_of_any_order))
        .route(path, get(part));
    let api = api_with(routes).await;
    let attack = attack(&api, &BOTH).object(path, "alice", "21");
    assert_finds(
        &found(&attack.run().await),
        &format!("GET {LINES}: other_owner: alice accesses `21` of bob below `1` (status 200)"),
    );
}

/// Alice's line is one of her order; Bob's order, which has no line here, is attacked all the same.
#[tokio::test]
async fn object_without_one_below_it_is_attacked() {
    #[secured(scopes = "orders:read")]
    async fn any_line(Path((id, _)): Path<(u32, u32)>) -> StatusCode {
        found_if(owner(id).is_some())
    }

    let api = api_with(SecureRouter::new().route(LINES, get(any_line))).await;
    assert_finds(
        &found(&attack(&api, &[("alice", "11")]).run().await),
        &format!("GET {LINES}: other_owner: alice accesses `2` of bob (status 200)"),
    );
}

/// The line belongs to one of the two orders.
#[tokio::test]
async fn owner_of_several_objects_above_needs_access_below_one() {
    let api = api_with(SecureRouter::new().route(LINES, get(line_of_order))).await;
    let attack = attack(&api, &BOTH).object(ORDER, "alice", "3");
    assert!(is_evidence(&attack.run().await.assert_refused()));
}

/// Alice, Bob or the caller of the kit, the order, and the line.
type Requests = Arc<Mutex<BTreeSet<(String, u32, u32)>>>;

#[tokio::test]
async fn results_have_the_objects_that_requests_reached() {
    #[secured(scopes = "orders:read")]
    async fn line(
        caller: Caller,
        State(requests): State<Requests>,
        Path((id, line)): Path<(u32, u32)>,
    ) -> StatusCode {
        let request = (caller.subject().to_owned(), id, line);
        requests.lock().unwrap().insert(request);
        found_if(owner(id) == Some(caller.subject()) && (id, line) != (2, 11))
    }

    let mut listed = Vec::new();
    for limit in 1..12 {
        let requests = Requests::default();
        let routes = SecureRouter::new().route(LINES, get(line));
        let api = TestApi::new(routes.with_state(Arc::clone(&requests))).await;
        let attack = attack(&api, &[("alice", "11")]).request_limit(limit);
        let report = attack.run().await;
        let seen = requests.lock().unwrap();
        let has = |owner: &str, id: u32, line: Option<u32>| {
            let mut seen = seen.iter();
            seen.any(|(subject, order, number)| {
                subject == owner && *order == id && line.is_none_or(|line| line == *number)
            })
        };
        let is_crossed = has("bob", 2, Some(11));
        let is_order_attacked = has("alice", 2, None) || (has("bob", 1, None) && !is_crossed);
        let paths = [(is_order_attacked, ORDER), (is_crossed, LINE)];
        let paths = paths.iter().filter(|(is_attacked, _)| *is_attacked);
        let paths: Vec<&str> = paths.map(|(_, path)| *path).collect();
        let found = objects(report.results());
        let found = found.as_array().cloned().unwrap_or_default();
        assert_eq!(found, paths, "{limit} requests: {seen:?}");
        listed.push(found.len());
    }
    // none, the order, the line, both
    listed.dedup();
    assert_eq!(listed, [0, 1, 2]);
}

fn edit(attack: &str) -> String {
    format!(
        "if PUT {LINES} created an object of the caller, and changed none of another owner, add `.excuse_attack(\"PUT {LINES}\", AttackClass::OtherOwner, \"{attack}\", \"creates an object of the caller\")`"
    )
}

fn excused<'a>(attack: &str, of: Attack<'a>) -> Attack<'a> {
    let route = format!("PUT {LINES}");
    of.excuse_attack(
        &route,
        AttackClass::OtherOwner,
        attack,
        "creates an object of the caller",
    )
}

#[tokio::test]
async fn put_that_may_create_an_object_is_found_with_its_excuse() {
    let of_alice = "bob accesses `11` of alice below `2`";
    let of_bob = "alice accesses `21` of bob below `1`";
    let edits = |report: &AttackReport| -> Vec<String> {
        let text = report.to_string();
        let lines = text.lines().filter(|line| line.starts_with("if "));
        lines.map(str::to_owned).collect()
    };
    let lines = || get(line_of_any_order).put(put_line);
    let api = api_with(SecureRouter::new().route(LINES, lines())).await;
    let report = attack(&api, &BOTH).run().await;
    assert_finds(
        &found(&report),
        &format!("PUT {LINES}: other_owner: {of_bob} (status 201)"),
    );
    // a `GET` creates nothing
    assert_eq!(edits(&report), [edit(of_alice), edit(of_bob)]);
    // as the line says
    let api = api_with(SecureRouter::new().route(LINES, put(put_line))).await;
    let one = excused(of_alice, attack(&api, &BOTH)).run().await;
    assert_eq!(edits(&one), [edit(of_bob)]);
    let both = excused(of_bob, excused(of_alice, attack(&api, &BOTH)));
    let report = both.run().await;
    assert_eq!(edits(&report), [""; 0]);
    let _ = report.assert_refused();
}

/// An object of another owner that a `PUT` replaces is no object of the caller.
#[tokio::test]
async fn put_to_the_object_of_another_owner_has_no_excuse() {
    #[secured(scopes = "orders:write")]
    async fn put_any(Path((id, _)): Path<(u32, u32)>) -> StatusCode {
        found_if(owner(id).is_some())
    }

    let api = api_with(SecureRouter::new().route(LINES, put(put_any))).await;
    let report = attack(&api, &[]).run().await;
    assert_finds(
        &found(&report),
        &format!("PUT {LINES}: other_owner: alice accesses `2` of bob (status 200)"),
    );
    assert!(!report.to_string().contains("excuse_attack"), "{report}");
}
