//! Finds the cycles of a directed graph.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The names that each name imports.
pub(super) type Graph = BTreeMap<String, BTreeSet<String>>;

/// Returns cycles that together contain every edge that is part of any cycle.
///
/// Each cycle is a shortest one through one of its edges. It starts with its smallest name and does not
/// repeat it at the end.
pub(super) fn find(graph: &Graph) -> Vec<Vec<String>> {
    let mut covered = BTreeSet::new();
    let mut cycles = BTreeSet::new();
    for (from, targets) in graph {
        for to in targets {
            if covered.contains(&(from, to)) {
                continue;
            }
            if let Some(cycle) = shortest_path(graph, to, from) {
                let next = cycle.iter().cycle().skip(1);
                covered.extend(cycle.iter().copied().zip(next.copied()));
                cycles.insert(smallest_first(&cycle));
            }
        }
    }
    cycles.into_iter().collect()
}

/// Returns the names on a shortest path, both ends included.
fn shortest_path<'g>(graph: &'g Graph, start: &'g String, end: &String) -> Option<Vec<&'g String>> {
    let mut queue = VecDeque::from([vec![start]]);
    let mut seen = BTreeSet::from([start]);
    while let Some(path) = queue.pop_front() {
        let last = path.last()?;
        if *last == end {
            return Some(path);
        }
        for next in graph.get(*last).into_iter().flatten() {
            if seen.insert(next) {
                let mut longer = path.clone();
                longer.push(next);
                queue.push_back(longer);
            }
        }
    }
    None
}

fn smallest_first(cycle: &[&String]) -> Vec<String> {
    let smallest = (0..cycle.len()).min_by_key(|at| cycle.get(*at));
    let names = cycle.iter().cycle().skip(smallest.unwrap_or(0));
    names.take(cycle.len()).copied().cloned().collect()
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
    fn acyclic_graph_has_no_cycle() {
        assert!(cycles(&[("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]).is_empty());
    }

    #[test]
    fn every_edge_of_a_knot_is_in_a_reported_cycle() {
        let edges = [
            ("a", "b"),
            ("b", "c"),
            ("c", "a"),
            ("b", "a"),
            ("x", "y"),
            ("y", "x"),
        ];
        assert_eq!(cycles(&edges), ["a → b", "a → b → c", "x → y"]);
    }

    #[test]
    fn name_that_only_leads_to_a_cycle_is_not_in_it() {
        assert_eq!(cycles(&[("a", "b"), ("b", "c"), ("c", "b")]), ["b → c"]);
    }
}
