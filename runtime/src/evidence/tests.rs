//! Tests of the file with results.

use super::*;

const VALID: &str = r#"{
  "version": 1,
  "commit": "62916b4",
  "date": "2026-11-29",
  "routes": [
    {
      "method": "GET",
      "path": "/orders",
      "declaration": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
      "classes": [
        {
          "class": "no_token",
          "sent": 2,
          "refused": [
            {
              "status": 401,
              "challenge": "Bearer realm=\"orders\"",
              "count": 2
            }
          ]
        },
        {
          "class": "missing_scope",
          "sent": 2,
          "refused": [
            {
              "status": 403,
              "count": 1
            }
          ],
          "admitted": [
            {
              "attack": "a token without `orders:read`",
              "status": 200
            }
          ],
          "not_covered": [
            "the role claim is unknown"
          ]
        }
      ]
    }
  ]
}
"#;

fn error(text: &str) -> String {
    AttackResults::parse(text).unwrap_err().to_string()
}

#[test]
fn results_are_parsed_and_written_unchanged() {
    let results = AttackResults::parse(VALID).unwrap();
    assert_eq!(results.to_json(), VALID);
    assert_eq!(
        (results.commit(), results.date()),
        (Some("62916b4"), Some("2026-11-29"))
    );
    let route = results.route("GET", "/orders").unwrap();
    assert!(route.declaration().unwrap().ends_with("abcdef"));
    let no_token = route.class(AttackClass::NoToken).unwrap();
    assert_eq!((no_token.sent(), no_token.refused()), (2, 2));
    assert!(no_token.is_evidence());
    let scope = route.class(AttackClass::MissingScope).unwrap();
    assert_eq!((scope.refused(), scope.admitted().len()), (1, 1));
    assert!(!scope.is_evidence());
    assert!(route.class(AttackClass::Bound).is_none());
    assert!(results.route("POST", "/orders").is_none());
}

#[cfg(feature = "report")]
#[test]
fn numbers_of_days_follow_the_calendar() {
    for (day, next) in [
        ("2026-11-29", "2026-11-30"),
        ("2026-11-30", "2026-12-01"),
        ("2026-12-31", "2027-01-01"),
        ("2027-02-28", "2027-03-01"),
        ("2028-02-28", "2028-02-29"),
        ("2028-02-29", "2028-03-01"),
        ("2100-02-28", "2100-03-01"),
        ("2000-02-29", "2000-03-01"),
        ("0000-02-29", "0000-03-01"),
    ] {
        let number = day_number(day).unwrap();
        assert_eq!(day_number(next), Some(number + 1), "{day}");
    }
    let days = day_number("2026-11-29").unwrap() - day_number("1970-01-01").unwrap();
    assert_eq!(days, 20_786);
    assert_eq!(day_number("2026-02-29"), None);
}

/// A file without issuers, as older versions wrote it, is `VALID`.
#[test]
fn issuers_of_the_tried_tokens_are_written_and_read() {
    let issuers = TriedIssuers {
        test: "https://issuer.test".to_owned(),
        further: vec!["https://partner.example".to_owned()],
        settings: None,
    };
    let results = AttackResults::parse(VALID).unwrap().with_issuers(issuers);
    let text = results.to_json();
    assert!(
        text.contains("\"issuers\": {\n    \"test\": \"https://issuer.test\""),
        "{text}"
    );
    assert_eq!(AttackResults::parse(&text).unwrap(), results);
}

#[test]
fn file_is_replaced_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("evidence/attack.json");
    let results = AttackResults::parse(VALID).unwrap();
    results.write(&file).unwrap();
    AttackResults::new(Vec::new()).write(&file).unwrap();
    assert_eq!(
        AttackResults::read(&file).unwrap(),
        AttackResults::new(Vec::new())
    );
    let missing = AttackResults::read(folder.path().join("other.json")).unwrap_err();
    assert!(missing.to_string().contains("other.json"), "{missing}");
    // `main` and tests print `Debug`
    let cause = std::error::Error::source(&missing).unwrap().to_string();
    assert_eq!(format!("{missing:?}"), format!("{missing}: {cause}"));
    let malformed = AttackResults::parse("").unwrap_err();
    assert_eq!(
        format!("{malformed:?}"),
        "malformed attack results: EOF while parsing a value at line 1 column 0"
    );
    assert_eq!(
        format!("{:?}", EvidenceError::TooLarge),
        "the attack results are larger than 32 MiB"
    );
    assert_eq!(
        std::fs::read_dir(file.parent().unwrap()).unwrap().count(),
        1
    );
}

#[test]
fn malformed_results_are_rejected() {
    for (from, to, expected) in [
        (
            "\"version\": 1",
            "\"version\": 2",
            "attack results of version 2, expected 1",
        ),
        ("\"version\": 1,", "", "malformed attack results"),
        ("\"date\"", "\"day\"", "malformed attack results"),
        (
            "\"sent\": 2,",
            "\"sent\": 2, \"sent\": 2,",
            "malformed attack results",
        ),
        ("\"no_token\"", "\"no_tokens\"", "malformed attack results"),
        ("\"count\": 2", "\"count\": -2", "malformed attack results"),
        (
            "\"count\": 2",
            "\"count\": 3",
            "do not add up in the class `no_token`",
        ),
        (
            "\"no_token\"",
            "\"missing_scope\"",
            "duplicate or not in order",
        ),
        ("\"no_token\"", "\"bound\"", "duplicate or not in order"),
        ("62916b4", "62916B4", "between 7 and 64 hexadecimal digits"),
        ("62916b4", "62916b", "between 7 and 64 hexadecimal digits"),
        (
            "0123456789abcdef\"",
            "0123456789abcde\"",
            "the declaration of GET /orders must be 64",
        ),
        (
            "0123456789abcdef\"",
            "0123456789abcdeF\"",
            "the declaration of GET /orders must be 64",
        ),
        (
            "0123456789abcdef\"",
            "0123456789abcdef0\"",
            "the declaration of GET /orders must be 64",
        ),
        ("2026-11-29", "2026-11-31", "the form `YYYY-MM-DD`"),
        ("2026-11-29", "29.11.2026", "the form `YYYY-MM-DD`"),
        ("2026-11-29", "2026-1-29", "the form `YYYY-MM-DD`"),
        (
            "2026-11-29",
            "2026-11-29T00:00:00Z",
            "the form `YYYY-MM-DD`",
        ),
    ] {
        assert!(VALID.contains(from), "{from}");
        let text = VALID.replacen(from, to, 1);
        assert!(error(&text).contains(expected), "{to}: {}", error(&text));
    }
    assert!(error(&VALID[..100]).contains("malformed"));
    assert!(error("").contains("malformed"));
}

#[test]
fn second_entry_for_a_route_is_rejected() {
    let results = AttackResults::parse(VALID).unwrap();
    let twice = AttackResults::new([results.routes(), results.routes()].concat()).to_json();
    assert_eq!(error(&twice), "duplicate attack results of GET /orders");
}

/// The handlers of a `HeaderRouter` share their method and path.
#[test]
fn handlers_that_header_fields_choose_have_their_own_results() {
    let of = |selection: Option<&str>| {
        RouteResults::new("POST", "/mcp").selected_by(selection.map(str::to_owned))
    };
    let results = AttackResults::new(vec![of(Some("b: 1")), of(None), of(Some("a: 1"))]);
    let selections: Vec<_> = results
        .routes()
        .iter()
        .map(RouteResults::selection)
        .collect();
    assert_eq!(selections, [None, Some("a: 1"), Some("b: 1")]);
    for selection in selections {
        let found = results.selected_route("POST", "/mcp", selection).unwrap();
        assert_eq!(found.selection(), selection);
    }
    assert!(
        results
            .selected_route("POST", "/mcp", Some("c: 1"))
            .is_none()
    );
    assert_eq!(AttackResults::parse(&results.to_json()).unwrap(), results);
    let twice = AttackResults::new(vec![of(Some("a: 1")), of(Some("a: 1"))]).to_json();
    assert_eq!(
        error(&twice),
        "duplicate attack results of POST /mcp for a: 1"
    );
}

#[test]
fn commit_and_date_are_checked_when_set() {
    let results = || AttackResults::new(Vec::new());
    assert_eq!((results().commit(), results().date()), (None, None));
    let set = results()
        .with_commit("0123abc")
        .unwrap()
        .with_date("2024-02-29")
        .unwrap();
    assert_eq!(
        (set.commit(), set.date()),
        (Some("0123abc"), Some("2024-02-29"))
    );
    assert!(matches!(
        results().with_commit("main"),
        Err(EvidenceError::Commit)
    ));
    assert!(matches!(
        results().with_date("2026-02-29"),
        Err(EvidenceError::Date)
    ));
    assert!(matches!(
        results().with_date("2026-00-10"),
        Err(EvidenceError::Date)
    ));
}

#[test]
fn refusals_are_counted_by_status_and_challenge() {
    let mut route = RouteResults::new("GET", "/orders");
    route.add(AttackClass::Method, |class| class.add_refusal(405, None));
    route.add(AttackClass::NoToken, |class| {
        for challenge in [Some("Bearer"), None, Some("Bearer")] {
            class.add_refusal(401, challenge);
        }
        class.add_admission("two tokens".to_owned(), 200);
        class.add_not_covered("no sample".to_owned());
        class.add_not_covered("no sample".to_owned());
        class.excuse_admissions("a test");
    });
    let class = route.class(AttackClass::NoToken).unwrap();
    let counts: Vec<_> = class.refusals().iter().map(RefusalCount::count).collect();
    assert_eq!((counts, class.sent()), (vec![1, 2], 4));
    assert_eq!(
        (class.not_covered().len(), class.excuse()),
        (1, Some("a test"))
    );
    let classes: Vec<_> = route.classes().iter().map(ClassResults::class).collect();
    assert_eq!(classes, [AttackClass::NoToken, AttackClass::Method]);
    let results = AttackResults::new(vec![route]);
    assert_eq!(AttackResults::parse(&results.to_json()).unwrap(), results);
}

#[test]
fn excuse_of_one_attack_leaves_the_others() {
    let mut route = RouteResults::new("GET", "/orders");
    route.add(AttackClass::BrokenToken, |class| {
        class.add_admission("an ID token".to_owned(), 200);
        class.add_admission("a logout token".to_owned(), 200);
        class.excuse_admission("a logout token", "a test");
    });
    let results = AttackResults::new(vec![route]);
    assert_eq!(AttackResults::parse(&results.to_json()).unwrap(), results);
    let class = results.routes()[0].class(AttackClass::BrokenToken).unwrap();
    let excuses: Vec<_> = class
        .admitted()
        .iter()
        .map(|admission| class.excuse_of(admission))
        .collect();
    assert_eq!(
        (excuses, class.excuse()),
        (vec![None, Some("a test")], None)
    );
    let unexcused: Vec<_> = class.unexcused().map(Admission::attack).collect();
    assert_eq!(unexcused, ["an ID token"]);

    let mut class = class.clone();
    class.excuse_admissions("another");
    let excuses: Vec<_> = class
        .admitted()
        .iter()
        .map(|admission| class.excuse_of(admission))
        .collect();
    assert_eq!(excuses, [Some("another"), Some("a test")]);
    assert_eq!(class.unexcused().count(), 0);
}

#[test]
fn class_names_equal_their_spelling_in_files() {
    for class in AttackClass::ALL {
        let text = serde_json::to_string(&class).unwrap();
        assert_eq!(text, format!("\"{class}\""));
    }
    assert!(AttackClass::ALL.is_sorted());
}
