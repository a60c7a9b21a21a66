//! Reports with the results of the attack kit itself.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::evidence::{has_proof, line, parsed};
use super::*;
use crate::input::{MediaTypes, Multipart, Upload};
use crate::testing::TestApi;
use crate::testing::attack::{Attack, Sample};

/// Returns the report of an attacked API, with every statement and further ones about objects.
async fn attacked<'a>(
    api: &'a TestApi,
    attack: impl FnOnce(Attack<'a>) -> Attack<'a>,
    objects: &[Topic],
) -> Report<'a> {
    let results = attack(Attack::new(api)).run().await.assert_refused();
    let results = results.with_commit("0123abc").unwrap();
    let results = results.with_date("2026-11-29").unwrap();
    let topics = Topic::ALL.iter().chain(objects);
    let report = topics.fold(
        Report::new("API", api.api().inventory()),
        |report, topic| report.statement(statement(*topic)),
    );
    report.attack_results(results)
}

#[secured(authenticated)]
async fn whoami(_: Caller) {}

#[tokio::test]
async fn results_have_the_settings_of_the_attacked_issuer() {
    let routes = || SecureRouter::new().route("/whoami", get(whoami));
    let settings = |issuer: Issuer<crate::resource_server::WithAudience>| {
        issuer.clock_skew(Duration::from_secs(5))
    };
    let api = TestApi::with_issuer(routes(), settings).await;
    let report = attacked(&api, |attack| attack, &[]).await;
    assert_eq!(report.require_complete(), Ok(()));
    assert!(has_proof(&parsed(&report), "R6"));
    // the same results, for an issuer with the default
    let other = TestApi::new(routes()).await;
    let results = report.results.unwrap();
    let report = Report::new("API", other.api().inventory()).attack_results(results);
    let evidence = line(&parsed(&report), "R6")["evidence"].clone();
    let difference = "the attacks were against an issuer with a clock skew of 5 seconds; https://issuer.test has a clock skew of 30 seconds";
    assert!(
        evidence.as_array().unwrap().contains(&difference.into()),
        "{evidence}"
    );
}

struct Png;

impl MediaTypes for Png {
    const ACCEPTED: &'static [&'static str] = &["image/png"];
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature of garde")]
fn is_png(upload: &Upload<Png, 1_000>, (): &()) -> garde::Result {
    if upload.content().starts_with(b"\x89PNG") {
        Ok(())
    } else {
        Err(garde::Error::new("must be a PNG"))
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Picture {
    #[garde(length(chars, max = 3))]
    title: String,
    #[garde(custom(is_png))]
    file: Upload<Png, 1_000>,
}

#[secured(scopes = "pictures:write")]
async fn upload(Valid(Multipart(picture)): Valid<Multipart<Picture>>) -> String {
    format!("{} {}", picture.title, picture.file.content().len())
}

/// No text is a PNG, so that only a body of bytes passes the check.
#[tokio::test]
async fn upload_with_a_check_of_its_content_can_be_complete() {
    let routes = SecureRouter::new().route("/pictures", post(upload));
    let api = TestApi::new(routes).await;
    let body = b"--X\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nx\r\n--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n--X--\r\n";
    let sample = || Sample::new().body(body.to_vec(), "multipart/form-data; boundary=X");
    let report = attacked(
        &api,
        |attack| attack.sample("POST /pictures", sample()),
        &[],
    )
    .await;
    let found = gaps(&report);
    assert!(!found.is_empty());
    // each gap names the edit that closes it
    for gap in &found {
        assert!(
            gap.contains(".excuse(\"POST /pictures\", AttackClass::"),
            "{found:#?}"
        );
    }
    let reason = "the test of the PNG decoder";
    let report = attacked(
        &api,
        |attack| {
            let attack = attack.sample("POST /pictures", sample());
            attack.excuse("POST /pictures", AttackClass::Bound, reason)
        },
        &[],
    )
    .await;
    assert_eq!(gaps(&report), [""; 0]);
    let r2 = line(&parsed(&report), "R2").clone();
    assert_eq!(r2["status"], "declared");
    let excuse = "`bound` on `POST /pictures`, not covered: the test of the PNG decoder";
    assert_eq!(r2["excused"], serde_json::json!([excuse]));
}

type Orders = Arc<Mutex<Vec<(&'static str, bool)>>>;

/// Closes an order of the caller, once.
#[secured(scopes = "orders:write")]
async fn close(
    caller: Caller,
    State(orders): State<Orders>,
    Path(id): Path<usize>,
) -> Result<StatusCode, Problem> {
    let mut orders = orders.lock().unwrap();
    let order = orders
        .get_mut(id)
        .filter(|order| order.0 == caller.subject());
    let order = order.ok_or(Problem::new(StatusCode::NOT_FOUND))?;
    if order.1 {
        return Err(Problem::new(StatusCode::CONFLICT));
    }
    order.1 = true;
    Ok(StatusCode::NO_CONTENT)
}

/// The first route changes the state of each order, so that its owner cannot use the second one.
#[tokio::test]
async fn second_route_that_changes_an_object_can_be_stated() {
    let orders: Orders = Arc::new(Mutex::new(vec![("alice", false), ("bob", false)]));
    let routes = SecureRouter::new()
        .route("/orders/{id}/close", post(close))
        .route("/orders/{id}/end", post(close));
    let api = TestApi::new(routes.with_state(orders)).await;
    let report = attacked(
        &api,
        |attack| {
            attack
                .object("/orders/{id}", "alice", "0")
                .object("/orders/{id}", "bob", "1")
        },
        &[],
    )
    .await;
    let found = gaps(&report);
    assert!(!found.is_empty());
    for gap in &found {
        assert!(
            gap.starts_with("P3: not covered: `other_owner` on `POST /orders/{id}/end`: ")
                && gap.ends_with("or state how the access of other callers is tested"),
            "{gap}"
        );
    }
    let report = report.statement(statement(Topic::Objects("/orders/{id}/end")));
    assert_eq!(gaps(&report), [""; 0]);
}
