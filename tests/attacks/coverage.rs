//! `COVERAGE.md` tells the truth: its tests exist, and name the faults that they stand for.

use std::collections::HashMap;
use std::path::Path;

const TABLE: &str = include_str!("COVERAGE.md");

/// The files that the table names, read once.
#[derive(Default)]
struct Sources {
    read: HashMap<String, String>,
}

impl Sources {
    /// The doc comment of a test, where it exists.
    fn doc_of(&mut self, test: &str) -> Option<String> {
        let (path, name) = test.split_once("::")?;
        let source = self.read.entry(path.to_owned()).or_insert_with(|| {
            let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
            [tests.join("../runtime/src").join(path), tests.join(path)]
                .iter()
                .find_map(|path| std::fs::read_to_string(path).ok())
                .unwrap_or_default()
        });
        let lines: Vec<&str> = source.lines().map(str::trim).collect();
        let signature = format!("fn {name}()");
        let at = lines.iter().position(|line| line.contains(&signature))?;
        let above = lines[..at].iter().rev();
        let above: Vec<&str> = above
            .take_while(|line| line.starts_with("#[") || line.starts_with("///"))
            .copied()
            .collect();
        let is_test = above.iter().any(|line| line.starts_with("#[t"));
        is_test.then(|| above.join("\n"))
    }
}

/// What stands between backticks and names a file and a test.
fn tests_in(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split('`').skip(1).step_by(2);
    quoted.filter(|text| text.contains(".rs::"))
}

#[test]
fn every_test_in_the_table_exists() {
    let mut sources = Sources::default();
    let mut seen = 0;
    for test in TABLE.lines().flat_map(tests_in) {
        assert!(sources.doc_of(test).is_some(), "there is no test {test}");
        seen += 1;
    }
    assert!(seen > 150, "{seen}");
}

#[test]
fn every_advisory_is_named_by_a_test_of_its_row() {
    let mut sources = Sources::default();
    let mut next = 1;
    for line in TABLE.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, number, advisories, tests, _] = cells[..] else {
            continue;
        };
        let Ok(number) = number.parse::<usize>() else {
            continue;
        };
        assert_eq!(number, next, "rows come in order");
        next += 1;
        let docs: Vec<_> = tests_in(tests)
            .filter_map(|test| sources.doc_of(test))
            .collect();
        for advisory in advisories.split(", ") {
            assert!(
                docs.iter().any(|doc| doc.contains(advisory)),
                "no test of row {number} names {advisory}"
            );
        }
    }
    assert_eq!(next, 35, "34 rows");
}
