//! Statements by no one, of the future, and about every path.

use super::*;

fn gaps_with(statement: Statement) -> Vec<String> {
    let routes = routes();
    gaps(&report(&routes, &Topic::ALL, Some(results_without(&[]))).statement(statement))
}

#[test]
fn statement_of_invisible_characters_is_a_gap() {
    let new = |text: &str| Statement::new(Topic::TlsTermination, text).on("2026-11-01");
    for (statement, part) in [
        (new("a").by("\u{200b}"), "owner"),
        (new("a").by(" \u{2060}\u{feff}\t"), "owner"),
        (new("\u{200b}").by("a"), "text"),
    ] {
        let expected = format!("R1: the statement about TLS termination has no {part}");
        assert_eq!(gaps_with(statement), [expected]);
    }
    assert_eq!(gaps_with(new("a\u{200b}").by("\u{200b}a")), [""; 0]);
}

/// The results are of 2026-11-29, and the clock of another time zone may be a day ahead.
#[test]
fn statement_more_than_a_day_after_the_attacks_is_a_gap() {
    let on = |date: &str| Statement::new(Topic::TlsTermination, "a").by("a").on(date);
    for date in ["2026-11-28", "2026-11-29", "2026-11-30", "0000-01-01"] {
        assert_eq!(gaps_with(on(date)), [""; 0], "{date}");
    }
    for date in ["2026-12-01", "2027-01-01", "9999-12-31"] {
        assert_eq!(
            gaps_with(on(date)),
            [format!(
                "R1: the statement about TLS termination is of {date}, after the attacks on 2026-11-29; run the attacks again, or correct its date"
            )]
        );
    }
    // a statement about objects is no exception, and without a date of the attacks there is no limit
    let routes = routes();
    let late = Statement::new(Topic::Objects("/orders/{id}"), "a")
        .by("a")
        .on("9999-12-31");
    let results = results_without(&[("/orders/{id}", AttackClass::OtherOwner)]);
    let with = report(&routes, &Topic::ALL, Some(results)).statement(late.clone());
    let found = gaps(&with);
    assert!(
        found.len() == 1
            && found[0].starts_with("P3: the statement about objects of `/orders/{id}` is of 9999"),
        "{found:?}"
    );
    let without = report(&routes, &Topic::ALL, None).statement(late);
    assert!(!gaps(&without).iter().any(|gap| gap.contains("9999")));
}

/// The empty path and the root would cover the endpoints of next year.
#[test]
fn statement_about_the_objects_of_every_path_is_a_gap() {
    let routes = routes();
    for path in ["", "/"] {
        let results = results_without(&[("/orders/{id}", AttackClass::OtherOwner)]);
        let found = gaps(
            &report(&routes, &Topic::ALL, Some(results)).statement(statement(Topic::Objects(path))),
        );
        let not_needed = format!("P3: the statement about objects of `{path}` is not needed");
        assert!(
            found.iter().any(|gap| gap.starts_with(&not_needed)),
            "{found:?}"
        );
        let not_attacked = "P3: objects: not attacked on `GET /orders/{id}`";
        assert!(
            found.iter().any(|gap| gap.starts_with(not_attacked)),
            "{found:?}"
        );
    }
}
