//! Every rule over every file: what `cargo xtask rooms` finds.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::fault::Fault;
use crate::functions::{self, Function};
use crate::imports;
use crate::layers;
use crate::sizes;
use crate::source::{self, Source};
use crate::tree::{self, Tree};

/// What was found.
pub(crate) struct Survey {
    pub(crate) rooms: Vec<Room>,
    pub(crate) faults: Vec<Fault>,
}

/// One file's line in the table.
pub(crate) struct Room {
    pub(crate) path: String,
    pub(crate) lines: usize,
    pub(crate) longest: Option<Function>,
    pub(crate) layer: Option<u8>,
}

/// Reads the workspace and judges it.
///
/// # Errors
///
/// Where a package or a file cannot be read.
pub(crate) fn survey(workspace: &Path) -> io::Result<Survey> {
    let (sources, faults) = source::read(workspace)?;
    Ok(judge(&sources, faults))
}

fn judge(sources: &[Source], mut faults: Vec<Fault>) -> Survey {
    let trees = tree::crates(sources);
    for tree in &trees {
        faults.extend(imports::check(tree, layers::of(&tree.directory)));
    }
    let placed = places(&trees);
    let mut rooms = Vec::new();
    for source in sources {
        let place = placed.get(source.path.as_str());
        let functions = if place.is_some_and(|place| place.is_test) {
            Vec::new()
        } else {
            functions::measure(&source.syntax)
        };
        faults.extend(sizes::check(source));
        faults.extend(functions::check(source, &functions));
        rooms.push(Room {
            path: source.path.clone(),
            lines: source.lines(),
            longest: functions.into_iter().max_by_key(|function| function.lines),
            layer: place.and_then(|place| place.layer),
        });
    }
    faults.sort();
    Survey { rooms, faults }
}

struct Place {
    is_test: bool,
    layer: Option<u8>,
}

fn places(trees: &[Tree]) -> BTreeMap<&str, Place> {
    let mut places = BTreeMap::new();
    for tree in trees {
        let layers = layers::of(&tree.directory);
        for file in &tree.files {
            let place = Place {
                is_test: file.is_test,
                layer: layers.and_then(|layers| layers.layer(file.room())),
            };
            places.insert(file.path.as_str(), place);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, String)]) -> Vec<String> {
        let sources: Vec<Source> = files
            .iter()
            .map(|(path, text)| Source::parse(path, text).unwrap())
            .collect();
        judge(&sources, Vec::new())
            .faults
            .into_iter()
            .map(|fault| fault.wrong)
            .collect()
    }

    #[test]
    fn each_kind_of_rule_is_asked() {
        let faults = found(&[
            ("runtime/src/lib.rs", "//! Root.\n".to_owned()),
            ("runtime/src/clock.rs", "use crate::guard::X;".to_owned()),
            (
                "runtime/src/guard.rs",
                format!(
                    "//! Guard.\nfn f() {{{}}}\n{}",
                    "\n".repeat(60),
                    "\n".repeat(300)
                ),
            ),
        ]);
        assert_eq!(
            faults,
            [
                "`clock` (layer 0) imports `guard` (layer 5)",
                "the file does not begin with `//!`",
                "the file has 362 lines, 350 at most",
                "fn `f` has 61 lines, 60 at most",
            ]
        );
    }

    #[test]
    fn fns_of_a_file_that_is_for_tests_only_may_be_long() {
        let long = format!("//! Checks.\nfn f() {{{}}}\n", "\n".repeat(60));
        let root = |declares: &str| format!("//! Root.\n{declares}\n");
        let files = |declares| {
            [
                ("xtask/src/main.rs", root(declares)),
                ("xtask/src/checks.rs", long.clone()),
            ]
        };
        assert_eq!(found(&files("mod checks;")).len(), 1);
        assert!(found(&files("#[cfg(test)] mod checks;")).is_empty());
    }
}
