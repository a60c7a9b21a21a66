//! Checks of the owner that depend on an optional part, on the variant of a body, or on the scopes, roles and issuer of the caller.

use palisade::Grants;
use palisade::evidence::{AttackClass, RefusalCount};
use palisade::prelude::*;
use palisade::testing::attack::{Attack, AttackReport, Sample};
use palisade::testing::{EmbeddedIssuer, TestApi};

use crate::support::{assert_finds, found};

fn check(caller: &Caller, id: u32) -> Result<(), Problem> {
    let owner = match id {
        1 => Some("alice"),
        2 => Some("bob"),
        _ => None,
    };
    if owner == Some(caller.subject()) {
        Ok(())
    } else {
        Err(Problem::new(StatusCode::NOT_FOUND))
    }
}

async fn run(routes: SecureRouter) -> AttackReport {
    let api = TestApi::new(routes).await;
    attack(&api).run().await
}

fn attack(api: &TestApi) -> Attack<'_> {
    Attack::new(api)
        .object("/orders/{id}", "alice", "1")
        .object("/orders/{id}", "bob", "2")
}

/// Asserts that every access of another owner proves something, and that more than those without variations were sent.
#[track_caller]
fn assert_evidence(report: &AttackReport, at_least: u32) {
    assert_eq!(report.admitted(), Vec::<String>::new());
    for route in report.results().routes() {
        let class = route.class(AttackClass::OtherOwner).unwrap();
        assert!(class.is_evidence(), "{class:?}");
        assert!(class.sent() >= at_least, "{class:?}");
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Options {
    #[garde(skip)]
    verbose: Option<bool>,
    #[garde(inner(length(chars, max = 9)))]
    share: Option<String>,
}

/// Declares a handler that checks the owner only if a condition on the query is true.
macro_rules! with_query {
    ($name:ident, |$query:ident| $is_checked:expr) => {
        #[secured(scopes = "orders:read")]
        async fn $name(
            caller: Caller,
            Path(id): Path<u32>,
            Valid(Query($query)): Valid<Query<Options>>,
        ) -> Result<(), Problem> {
            let Options { verbose, share } = &$query;
            let _ = (verbose, share);
            if $is_checked {
                check(&caller, id)?;
            }
            Ok(())
        }
    };
}

with_query!(always, |query| true);
with_query!(if_verbose, |query| query.verbose.is_some());
with_query!(unless_only_verbose, |query| query.verbose.is_none()
    || query.share.is_some());
with_query!(unless_not_verbose, |query| query.verbose != Some(false));
with_query!(if_not_verbose, |query| query.verbose.is_none());

#[tokio::test]
async fn check_that_depends_on_an_optional_member_is_found() {
    for (route, difference) in [
        (
            get(if_verbose),
            ", with only the required members in the query",
        ),
        (get(unless_only_verbose), ", without /share in the query"),
        (
            get(unless_not_verbose),
            ", with false as /verbose in the query",
        ),
        (get(if_not_verbose), ""),
    ] {
        let report = run(SecureRouter::new().route("/orders/{id}", route)).await;
        assert_finds(
            &found(&report),
            &format!(
                "GET /orders/{{id}}: other_owner: bob accesses `1` of alice{difference} (status 200)"
            ),
        );
    }
    assert_evidence(
        &run(SecureRouter::new().route("/orders/{id}", get(always))).await,
        10,
    );
}

/// The excuse of one access says nothing about the others.
#[tokio::test]
async fn variation_of_an_excused_access_is_found() {
    with_query!(show, |query| query.verbose == Some(true)
        && query.share.is_none());

    let name = "GET /orders/{id}";
    let api = TestApi::new(SecureRouter::new().route("/orders/{id}", get(show))).await;
    let first = ["bob accesses `1` of alice", "alice accesses `2` of bob"];
    let report = attack(&api)
        .excuse_attack(name, AttackClass::OtherOwner, first[0], "public")
        .excuse_attack(name, AttackClass::OtherOwner, first[1], "public")
        .run()
        .await;
    assert_finds(
        &found(&report),
        "bob accesses `1` of alice, with only the required members in the query (status 200)",
    );
}

#[tokio::test]
async fn check_that_depends_on_an_optional_query_is_found() {
    #[secured(scopes = "orders:read")]
    async fn show(
        caller: Caller,
        Path(id): Path<u32>,
        query: Option<Valid<Query<Options>>>,
    ) -> Result<(), Problem> {
        if query.is_some() {
            check(&caller, id)?;
        }
        Ok(())
    }

    let report = run(SecureRouter::new().route("/orders/{id}", get(show))).await;
    assert_finds(
        &found(&report),
        "GET /orders/{id}: other_owner: bob accesses `1` of alice, without the query (status 200)",
    );
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(tag = "kind", deny_unknown_fields)]
enum Command {
    Close {
        #[garde(skip)]
        at_night: bool,
    },
    Move {
        #[garde(range(max = 9))]
        shelf: u8,
    },
}

#[tokio::test]
async fn check_that_depends_on_the_variant_or_the_presence_of_a_body_is_found() {
    #[secured(scopes = "orders:write")]
    async fn command(
        caller: Caller,
        Path(id): Path<u32>,
        Valid(Json(command)): Valid<Json<Command>>,
    ) -> Result<(), Problem> {
        match command {
            Command::Close { .. } => check(&caller, id),
            Command::Move { .. } => Ok(()),
        }
    }

    #[secured(scopes = "orders:write")]
    async fn optional(
        caller: Caller,
        Path(id): Path<u32>,
        command: Option<Valid<Json<Command>>>,
    ) -> Result<(), Problem> {
        match command {
            Some(Valid(Json(Command::Close { at_night: true } | Command::Move { .. }))) => {
                check(&caller, id)
            }
            Some(_) => check(&caller, id),
            None => Ok(()),
        }
    }

    for (route, difference) in [
        (post(command), "with alternative 2 of the value in the body"),
        (post(optional), "without the body"),
    ] {
        let report = run(SecureRouter::new().route("/orders/{id}", route)).await;
        assert_finds(
            &found(&report),
            &format!(
                "POST /orders/{{id}}: other_owner: bob accesses `1` of alice, {difference} (status 200)"
            ),
        );
    }
}

/// A refusal of a request that its owner cannot make proves nothing; a further sample gives one that the owner can.
#[tokio::test]
async fn variation_that_its_owner_cannot_use_is_not_covered() {
    #[secured(scopes = "orders:read")]
    async fn show(
        caller: Caller,
        Path(id): Path<u32>,
        Valid(Query(query)): Valid<Query<Options>>,
    ) -> Result<(), Problem> {
        match query.share.as_deref() {
            None | Some("s3cret") => check(&caller, id),
            Some(_) => Err(Problem::new(StatusCode::NOT_FOUND)),
        }
    }

    let api = TestApi::new(SecureRouter::new().route("/orders/{id}", get(show))).await;
    let name = "GET /orders/{id}";
    let known = || Sample::new().query("share", "s3cret");
    let attack_with = |sample| attack(&api).sample(name, sample);
    assert_evidence(&attack_with(known()).run().await, 10);
    let unknown = Sample::new().query("share", "unknown");
    let report = attack_with(known()).sample(name, unknown).run().await;
    let class = report.results().routes()[0]
        .class(AttackClass::OtherOwner)
        .unwrap();
    assert_eq!(
        class.not_covered(),
        [
            "alice has no access to `1`, as the further sample 1 (status 404); state a value that it accepts in a further `sample`",
            "bob has no access to `2`, as the further sample 1 (status 404); state a value that it accepts in a further `sample`",
        ]
    );
    // the refusals of this variation are not counted
    let refused: u32 = class.refusals().iter().map(RefusalCount::count).sum();
    assert_eq!(class.sent(), refused);
    assert!(refused >= 10, "{class:?}");
}

/// The first request of the owner changes the state of the object: 409 is no refusal of its check.
#[tokio::test]
async fn variation_after_a_change_of_state_is_evidence() {
    use std::collections::BTreeSet;
    use std::sync::{Arc, Mutex};

    type Closed = Arc<Mutex<BTreeSet<u32>>>;

    #[secured(scopes = "orders:write")]
    async fn close(
        caller: Caller,
        State(closed): State<Closed>,
        Path(id): Path<u32>,
        _: Option<Valid<Query<Options>>>,
    ) -> Result<(), Problem> {
        check(&caller, id)?;
        if closed.lock().unwrap().insert(id) {
            Ok(())
        } else {
            Err(Problem::new(StatusCode::CONFLICT))
        }
    }

    let routes = SecureRouter::new().route("/orders/{id}/close", post(close));
    assert_evidence(&run(routes.with_state(Closed::default())).await, 10);
}

/// The holders of another scope of the API skip the check.
#[secured(scopes = "orders:read")]
async fn show_to_writers(caller: Caller, Path(id): Path<u32>) -> Result<(), Problem> {
    if caller.has_scope(Scope::new("orders:write")) {
        return Ok(());
    }
    check(&caller, id)
}

#[secured(scopes = "orders:read")]
async fn show_to_clerks(caller: Caller, Path(id): Path<u32>) -> Result<(), Problem> {
    if caller.has_role(Role::new("clerk")) {
        return Ok(());
    }
    check(&caller, id)
}

#[secured(scopes = any("admin", "orders:read"))]
async fn show_to_admins(caller: Caller, Path(id): Path<u32>) -> Result<(), Problem> {
    if caller.has_scope(Scope::new("admin")) {
        return Ok(());
    }
    check(&caller, id)
}

#[secured(scopes = "orders:write")]
async fn create() {}

#[secured(roles = "clerk")]
async fn archive() {}

#[tokio::test]
async fn check_that_another_scope_or_role_of_the_api_skips_is_found() {
    for (route, grant) in [
        (
            get(show_to_writers),
            "`orders:read`, `orders:write` and the roles `clerk`",
        ),
        (
            get(show_to_clerks),
            "`orders:read`, `orders:write` and the roles `clerk`",
        ),
        (get(show_to_admins), "`admin`"),
    ] {
        let routes = SecureRouter::new()
            .route("/orders/{id}", route)
            .route("/orders", post(create))
            .route("/archive", post(archive));
        let admitted = found(&run(routes).await);
        assert_eq!(
            admitted,
            [
                format!(
                    "GET /orders/{{id}}: other_owner: bob accesses `1` of alice, with {grant} (status 200)"
                ),
                format!(
                    "GET /orders/{{id}}: other_owner: alice accesses `2` of bob, with {grant} (status 200)"
                ),
            ]
        );
    }
}

palisade::scopes! {
    /// Manages the orders of every caller.
    MANAGE = "orders:manage" implies SUPPORT;
    /// Reads the orders of every caller.
    SUPPORT = "orders:support";
}

/// Every holder of the overseer's scope may access all objects, also by a scope that implies it.
#[tokio::test]
async fn overseers_of_other_routes_are_no_finding() {
    #[secured(scopes = "orders:read")]
    async fn show(caller: Caller, Path(id): Path<u32>) -> Result<(), Problem> {
        if caller.has_scope(SUPPORT) {
            return Ok(());
        }
        check(&caller, id)
    }

    #[secured(scopes = SUPPORT)]
    async fn search() {}

    let routes = SecureRouter::new()
        .route("/orders/{id}", get(show))
        .route("/search", get(search));
    let api = TestApi::new(routes).await;
    assert_finds(&found(&attack(&api).run().await), "`orders:manage`");
    let _ = attack(&api)
        .overseer("orders:support")
        .run()
        .await
        .assert_refused();
}

/// An API that trusts a partner, whose subjects are other callers.
async fn with_partner(routes: SecureRouter) -> (TestApi, EmbeddedIssuer) {
    let partner = EmbeddedIssuer::with_own_keys("https://partner.test");
    let grants = Grants::none().scopes([Scope::new("orders:read")]);
    let trusted = partner.issuer("https://api.test").grants(grants);
    let api = TestApi::with_server(routes, |server| server.trust(trusted)).await;
    (api, partner)
}

#[secured(scopes = "orders:read")]
async fn show(caller: Caller, Path(id): Path<u32>) -> Result<(), Problem> {
    check(&caller, id)
}

#[tokio::test]
async fn same_subject_of_another_issuer_is_found() {
    let (api, partner) = with_partner(SecureRouter::new().route("/orders/{id}", get(show))).await;
    let name = "GET /orders/{id}";
    let of_alice = "alice of https://partner.test accesses `1` of alice of https://issuer.test";
    let of_bob = "bob of https://partner.test accesses `2` of bob of https://issuer.test";
    let attack = || attack(&api).issuer(&partner, [name]);
    assert_eq!(
        found(&attack().run().await),
        [of_alice, of_bob].map(|attack| format!("{name}: other_owner: {attack} (status 200)"))
    );
    let class = AttackClass::OtherOwner;
    let excused = attack()
        .excuse_attack(name, class, of_alice, "one directory")
        .excuse_attack(name, class, of_bob, "one directory");
    let _ = excused.run().await.assert_refused();
}

#[tokio::test]
async fn check_of_subject_and_issuer_is_no_finding() {
    #[secured(scopes = "orders:read")]
    async fn show(caller: Caller, Path(id): Path<u32>) -> Result<(), Problem> {
        if caller.issuer() != "https://issuer.test" {
            return Err(Problem::new(StatusCode::NOT_FOUND));
        }
        check(&caller, id)
    }

    let (api, partner) = with_partner(SecureRouter::new().route("/orders/{id}", get(show))).await;
    let report = attack(&api)
        .issuer(&partner, ["GET /orders/{id}"])
        .run()
        .await;
    assert_evidence(&report, 4);
}
