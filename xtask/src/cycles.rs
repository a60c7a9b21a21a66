//! Cycles of a directed graph.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Who imports whom.
pub(crate) type Graph = BTreeMap<String, BTreeSet<String>>;

/// A shortest cycle through each name that has one, its first name repeated at the end.
///
/// A name that an earlier cycle shows starts none of its own.
pub(crate) fn find(graph: &Graph) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    for start in graph.keys() {
        if found.iter().flatten().any(|name| name == start) {
            continue;
        }
        found.extend(shortest(graph, start));
    }
    found
}

/// The shortest way from a name back to itself.
fn shortest(graph: &Graph, start: &str) -> Option<Vec<String>> {
    let mut waiting = VecDeque::from([vec![start.to_owned()]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = waiting.pop_front() {
        for next in way
            .last()
            .and_then(|last| graph.get(last))
            .into_iter()
            .flatten()
        {
            let mut longer = way.clone();
            longer.push(next.clone());
            if next == start {
                return Some(longer);
            }
            if seen.insert(next) {
                waiting.push_back(longer);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cycles(edges: &[(&str, &str)]) -> Vec<String> {
        let mut graph = Graph::new();
        for (from, to) in edges {
            graph
                .entry((*from).to_owned())
                .or_default()
                .insert((*to).to_owned());
        }
        find(&graph)
            .into_iter()
            .map(|cycle| cycle.join(" → "))
            .collect()
    }

    #[test]
    fn a_graph_without_cycles_has_none() {
        assert!(cycles(&[("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]).is_empty());
    }

    #[test]
    fn each_name_in_a_knot_is_in_a_cycle_that_is_shown() {
        let edges = [
            ("a", "b"),
            ("b", "c"),
            ("c", "a"),
            ("b", "a"),
            ("x", "y"),
            ("y", "x"),
        ];
        assert_eq!(cycles(&edges), ["a → b → a", "c → a → b → c", "x → y → x"]);
    }

    #[test]
    fn a_name_that_only_leads_to_a_cycle_is_not_in_it() {
        assert_eq!(cycles(&[("a", "b"), ("b", "c"), ("c", "b")]), ["b → c → b"]);
    }
}
