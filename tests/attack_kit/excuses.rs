//! The reasons of excuses and skipped routes, and the classes that they are about.

use palisade::evidence::AttackClass;
use palisade::prelude::*;
use palisade::testing::TestApi;
use palisade::testing::attack::{Attack, Expected, Sample};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Note {
    #[garde(length(chars, max = 5))]
    title: String,
}

#[secured(scopes = "notes:write")]
async fn write(Valid(Json(note)): Valid<Json<Note>>) -> String {
    note.title
}

async fn api() -> TestApi {
    TestApi::new(SecureRouter::new().route("/notes", post(write))).await
}

fn bytes() -> Sample {
    Sample::new().body(r#"{"title": "a"}"#, "application/json")
}

#[tokio::test]
#[should_panic(expected = "the skip of POST /notes has no reason")]
async fn skipped_route_without_a_reason_panics() {
    let api = api().await;
    let _ = Attack::new(&api).skip("POST /notes", " ").run().await;
}

#[tokio::test]
#[should_panic(expected = "the excuse of POST /notes for bound has no reason")]
async fn excuse_of_invisible_characters_panics() {
    let api = api().await;
    let attack = Attack::new(&api).excuse("POST /notes", AttackClass::Bound, "\u{200b}");
    let _ = attack.run().await;
}

/// The bytes of a sample are not changed, so that no other value could be attacked.
#[tokio::test]
async fn excuse_covers_a_class_that_is_not_covered() {
    let api = api().await;
    let attack = || Attack::new(&api).sample("POST /notes", bytes());
    let excused = attack()
        .excuse("POST /notes", AttackClass::Bound, "checked by hand")
        .excuse("POST /notes", AttackClass::UnknownMember, "checked by hand");
    let report = excused.run().await;
    let text = report.to_string();
    let results = report.assert_refused();
    let route = &results.routes()[0];
    for class in [AttackClass::Bound, AttackClass::UnknownMember] {
        let results = route.class(class).unwrap();
        assert_eq!(results.excuse(), Some("checked by hand"), "{class}");
        assert_eq!(results.not_covered().len(), 1, "{class}");
        let line = format!(
            "not covered: POST /notes: {class}: {}",
            results.not_covered()[0]
        );
        assert!(
            text.contains(&format!("{line} (excused: checked by hand)")),
            "{text}"
        );
    }
    // the media types are attacked, because the bytes stay as they are
    let types = route.class(AttackClass::MediaType).unwrap();
    assert!(types.is_evidence(), "{types:?}");
}

#[tokio::test]
#[should_panic(
    expected = "the excuse of POST /notes for bound: a long title excuses nothing; remove it"
)]
async fn excuse_of_one_attack_covers_no_other_one() {
    let api = api().await;
    let attack = Attack::new(&api).sample("POST /notes", bytes());
    attack
        .excuse_attack("POST /notes", AttackClass::Bound, "a long title", "a test")
        .run()
        .await
        .assert_refused();
}

#[tokio::test]
async fn expectation_of_a_misspelled_route_names_the_inventory() {
    let api = api().await;
    for route in ["POST /note", "post /notes"] {
        let attack = Attack::new(&api).expect(route, Expected::scopes("notes:write"));
        let report = attack.run().await;
        let (name, reason) = report.uncovered().next().unwrap();
        assert_eq!(name, route);
        assert!(
            reason
                .starts_with("the inventory has no such route, and the API answers with status 40"),
            "{reason}"
        );
    }
}
