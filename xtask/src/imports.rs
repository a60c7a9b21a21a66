//! The rules of imports: down the layers only, and never in a circle.

use std::collections::{BTreeMap, BTreeSet};

use crate::cycles::{self, Graph};
use crate::fault::Fault;
use crate::layers::Layers;
use crate::tree::{File, Tree};

/// A file, a line of it, and the room and file that the line imports.
struct Edge<'t> {
    from: &'t File,
    to: Option<&'t File>,
    room: String,
    line: usize,
}

/// Every import of a crate that breaks a rule.
pub(crate) fn check(tree: &Tree, layers: Option<&Layers>) -> Vec<Fault> {
    let edges = edges(tree);
    let mut faults = Vec::new();
    if let Some(layers) = layers {
        faults.extend(without_layer(tree, layers));
        faults.extend(upward(&edges, layers));
    }
    faults.extend(room_cycles(&edges));
    faults.extend(file_cycles(&edges));
    faults
}

fn edges(tree: &Tree) -> Vec<Edge<'_>> {
    let mut edges = Vec::new();
    for from in tree.files.iter().filter(|file| !file.is_test) {
        for reference in &from.references {
            let Some(path) = tree.absolute(&reference.module, &reference.segments) else {
                continue;
            };
            let to = tree.holder(&path);
            // what a module re-exports of its own parts is its face, not a need
            let is_face = reference.is_reexport
                && to.is_some_and(|file| file.module.starts_with(&from.module));
            if !is_face {
                edges.push(Edge {
                    from,
                    to,
                    room: tree.room(&path),
                    line: reference.line,
                });
            }
        }
    }
    edges
}

fn without_layer(tree: &Tree, layers: &Layers) -> Vec<Fault> {
    let mut unknown = BTreeMap::new();
    for file in tree.files.iter().filter(|file| !file.is_test) {
        if layers.layer(file.room()).is_none() {
            unknown.entry(file.room()).or_insert(&file.path);
        }
    }
    unknown
        .into_iter()
        .map(|(room, path)| {
            Fault::new(
                path,
                1,
                format!("the room `{room}` has no layer"),
                "add it to the table in xtask/src/layers.rs",
            )
        })
        .collect()
}

fn upward(edges: &[Edge<'_>], layers: &Layers) -> Vec<Fault> {
    let mut seen = BTreeSet::new();
    edges
        .iter()
        .filter(|edge| !layers.allow(edge.from.room(), &edge.room))
        .filter(|edge| seen.insert((&edge.from.path, edge.line, &edge.room)))
        .map(|edge| {
            let named = |room: &str| match layers.layer(room) {
                Some(layer) => format!("`{room}` (layer {layer})"),
                None => format!("`{room}` (no layer)"),
            };
            Fault::new(
                &edge.from.path,
                edge.line,
                format!("{} imports {}", named(edge.from.room()), named(&edge.room)),
                "imports point down: move the item to the lower room, or what needs it up",
            )
        })
        .collect()
}

fn room_cycles(edges: &[Edge<'_>]) -> Vec<Fault> {
    let mut graph = Graph::new();
    for edge in edges {
        let (from, to) = (edge.from.room(), edge.room.as_str());
        if from != to {
            let rooms = graph.entry(from.to_owned()).or_default();
            rooms.insert(to.to_owned());
        }
    }
    cycles::find(&graph)
        .iter()
        .map(|cycle| circle("rooms", cycle, edges, |edge| edge.from.room().to_owned()))
        .collect()
}

fn file_cycles(edges: &[Edge<'_>]) -> Vec<Fault> {
    let mut graph = Graph::new();
    for edge in edges {
        if let Some(to) = edge.to
            && to.room() == edge.from.room()
            && to.path != edge.from.path
        {
            let files = graph.entry(edge.from.path.clone()).or_default();
            files.insert(to.path.clone());
        }
    }
    cycles::find(&graph)
        .iter()
        .map(|cycle| circle("files", cycle, edges, |edge| edge.from.path.clone()))
        .collect()
}

/// A circle, reported at the first line from its first member to its second.
fn circle(
    kind: &str,
    cycle: &[String],
    edges: &[Edge<'_>],
    from: impl Fn(&Edge<'_>) -> String,
) -> Fault {
    let first = edges.iter().find(|edge| {
        let [start, next, ..] = cycle else {
            return false;
        };
        from(edge) == *start
            && (edge.room == *next || edge.to.is_some_and(|file| file.path == *next))
    });
    Fault::new(
        first.map_or("", |edge| &edge.from.path),
        first.map_or(1, |edge| edge.line),
        format!("{kind} import each other: {}", cycle.join(" → ")),
        "move what both need into a third place below them",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers;
    use crate::tree::tests::tree;

    fn faults(files: &[(&str, &str)]) -> Vec<String> {
        let tree = tree(files);
        check(&tree, layers::of(&tree.directory))
            .into_iter()
            .map(|fault| format!("{}:{}: {}", fault.file, fault.line, fault.wrong))
            .collect()
    }

    const ROOT_FILE: (&str, &str) = (
        "runtime/src/lib.rs",
        "extern crate self as palisade; pub use self::guard::Caller; pub use self::guard::*;",
    );
    const GUARD: (&str, &str) = ("runtime/src/guard.rs", "pub struct Caller;");

    #[test]
    fn every_way_of_importing_upward_is_a_fault() {
        for text in [
            "\nuse crate::guard::Caller;",
            "\nuse super::guard::Caller;",
            "\nuse crate::Caller;",
            "\nuse palisade::guard::Caller;",
            "\npub(crate) use crate::guard::Caller;",
            "\nfn f(_: crate::guard::Caller) {}",
            "\nfn f() { super::guard::admit() }",
            "\nfn f() { assert!(crate::guard::admit()) }",
        ] {
            assert_eq!(
                faults(&[ROOT_FILE, GUARD, ("runtime/src/token.rs", text)]),
                ["runtime/src/token.rs:2: `token` (layer 2) imports `guard` (layer 5)"],
                "{text}"
            );
        }
    }

    #[test]
    fn a_super_chain_out_of_a_room_is_followed() {
        let found = faults(&[
            ROOT_FILE,
            GUARD,
            ("runtime/src/token/mod.rs", ""),
            (
                "runtime/src/token/header.rs",
                "use super::super::guard::Caller;",
            ),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn downward_and_test_imports_are_fine() {
        let found = faults(&[
            ROOT_FILE,
            ("runtime/src/guard.rs", "use crate::token::Bearer;"),
            (
                "runtime/src/token.rs",
                "pub struct Bearer; #[cfg(test)] mod tests { use crate::guard::Caller; }",
            ),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn input_that_imports_the_guard_is_a_fault() {
        let found = faults(&[
            ROOT_FILE,
            GUARD,
            ("runtime/src/input.rs", "use crate::guard::Caller;"),
        ]);
        assert_eq!(
            found,
            ["runtime/src/input.rs:1: `input` (layer 5) imports `guard` (layer 5)"]
        );
    }

    #[test]
    fn the_root_is_above_every_room() {
        let found = faults(&[
            ROOT_FILE,
            GUARD,
            ("runtime/src/routing.rs", "use crate::*;"),
        ]);
        assert_eq!(
            found.first().map(String::as_str),
            Some("runtime/src/routing.rs:1: `routing` (layer 7) imports `lib` (layer 9)")
        );
    }

    #[test]
    fn a_stage_of_the_macros_never_imports_a_later_one() {
        let found = faults(&[
            ("macros/src/lib.rs", ""),
            ("macros/src/expand.rs", "use crate::model::Declaration;"),
            ("macros/src/model.rs", "pub struct Declaration;"),
            ("macros/src/parse.rs", "use crate::model::Declaration;"),
        ]);
        assert_eq!(
            found,
            ["macros/src/parse.rs:1: `parse` (layer 1) imports `model` (layer 2)"]
        );
    }

    #[test]
    fn a_room_without_layer_is_a_fault() {
        let found = faults(&[ROOT_FILE, GUARD, ("runtime/src/cellar/mod.rs", "")]);
        assert_eq!(
            found,
            ["runtime/src/cellar/mod.rs:1: the room `cellar` has no layer"]
        );
    }

    #[test]
    fn rooms_of_one_layer_that_import_each_other_are_a_fault() {
        let found = faults(&[
            ROOT_FILE,
            ("runtime/src/claims.rs", "\nuse crate::clock::Clock;"),
            ("runtime/src/clock.rs", "use crate::claims::Instant;"),
            GUARD,
        ]);
        assert_eq!(
            found,
            ["runtime/src/claims.rs:2: rooms import each other: claims → clock → claims"]
        );
    }

    #[test]
    fn files_of_one_room_that_import_each_other_are_a_fault() {
        let mod_rs = "mod a; mod b; pub(crate) use self::a::A; pub(crate) use self::b::B;";
        let found = faults(&[
            ROOT_FILE,
            ("runtime/src/guard/mod.rs", mod_rs),
            ("runtime/src/guard/a.rs", "use crate::guard::B;"),
            ("runtime/src/guard/b.rs", "use super::A;"),
        ]);
        assert_eq!(
            found,
            ["runtime/src/guard/a.rs:1: files import each other: \
              runtime/src/guard/a.rs → runtime/src/guard/b.rs → runtime/src/guard/a.rs"]
        );
    }

    #[test]
    fn a_face_that_reexports_its_parts_is_no_cycle() {
        let found = faults(&[
            ROOT_FILE,
            (
                "runtime/src/guard/mod.rs",
                "mod a; mod b; pub use self::a::A; pub mod hidden { pub use super::b::B; }",
            ),
            ("runtime/src/guard/a.rs", "use crate::guard::b::B;"),
            ("runtime/src/guard/b.rs", ""),
        ]);
        assert_eq!(found, [""; 0]);
    }
}
