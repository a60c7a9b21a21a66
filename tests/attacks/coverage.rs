//! Checks `COVERAGE.md`: its tests exist, and those of an advisory name it in their documentation.

use std::collections::HashMap;
use std::path::Path;

const TABLE: &str = include_str!("COVERAGE.md");

/// The source files that the table names, each read once.
#[derive(Default)]
struct Sources {
    files: HashMap<String, String>,
}

impl Sources {
    /// Returns the documentation and attributes of a test, if it exists.
    fn documentation(&mut self, test: &str) -> Option<String> {
        let (path, name) = test.split_once("::")?;
        let source = self.files.entry(path.to_owned()).or_insert_with(|| {
            let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
            [tests.join("../runtime/src").join(path), tests.join(path)]
                .iter()
                .find_map(|path| std::fs::read_to_string(path).ok())
                .unwrap_or_default()
        });
        let lines: Vec<&str> = source.lines().map(str::trim).collect();
        let signature = format!("fn {name}()");
        let index = lines.iter().position(|line| line.contains(&signature))?;
        let above = lines[..index].iter().rev();
        let above: Vec<&str> = above
            .take_while(|line| line.starts_with("#[") || line.starts_with("///"))
            .copied()
            .collect();
        let is_test = above.iter().any(|line| line.starts_with("#[t"));
        is_test.then(|| above.join("\n"))
    }
}

/// Returns the `file::test` names between backticks.
fn test_names(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split('`').skip(1).step_by(2);
    quoted.filter(|text| text.contains(".rs::"))
}

#[test]
fn every_test_in_coverage_exists() {
    let mut sources = Sources::default();
    let tests: Vec<&str> = TABLE.lines().flat_map(test_names).collect();
    let missing: Vec<&str> = tests
        .iter()
        .copied()
        .filter(|test| sources.documentation(test).is_none())
        .collect();
    assert!(missing.is_empty(), "missing tests: {missing:#?}");
    assert!(tests.len() > 150, "{}", tests.len());
}

#[test]
fn every_advisory_in_coverage_is_named_by_a_test_of_its_row() {
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
        assert_eq!(number, next, "rows are in order");
        next += 1;
        let docs: Vec<_> = test_names(tests)
            .filter_map(|test| sources.documentation(test))
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
