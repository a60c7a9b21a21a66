//! The implications between the scopes of a vocabulary: a graph without cycles.

use std::collections::{HashMap, HashSet, VecDeque};

use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Meta, Token};

use crate::diagnostics::Diagnostics;
use crate::parse::{RawScope, nearest};

/// The implications of a vocabulary, by the positions of its scopes.
pub(super) struct Implications<'a> {
    scopes: &'a [RawScope],
    /// For each scope, those that it implies directly.
    narrower: Vec<Vec<usize>>,
}

impl<'a> Implications<'a> {
    /// Checks the names after each `implies`, and that no scope implies itself.
    pub(super) fn check(scopes: &'a [RawScope], diagnostics: &mut Diagnostics) -> Self {
        let mut positions = HashMap::new();
        for (at, scope) in scopes.iter().enumerate() {
            positions.entry(scope.key()).or_insert(at);
        }
        let narrower = scopes
            .iter()
            .map(|scope| implied(scope, &positions, diagnostics))
            .collect();
        let mut implications = Self { scopes, narrower };
        implications.report_conditions(diagnostics);
        if implications.report_cycles(diagnostics) {
            implications.narrower = vec![Vec::new(); scopes.len()];
        }
        implications
    }

    /// Returns the scopes that imply the one at this position, directly or through others; the narrowest
    /// first.
    pub(super) fn broader(&self, at: usize) -> Vec<&'a Ident> {
        let mut found = HashSet::from([at]);
        let mut queue = VecDeque::from([at]);
        let mut broader = Vec::new();
        while let Some(narrow) = queue.pop_front() {
            for (broad, scope) in self.scopes.iter().enumerate() {
                let implies = self.narrower.get(broad);
                if implies.is_some_and(|list| list.contains(&narrow)) && found.insert(broad) {
                    broader.push(&scope.name);
                    queue.push_back(broad);
                }
            }
        }
        broader
    }

    /// Reports a scope that some builds lack: what implies what would depend on the build.
    fn report_conditions(&self, diagnostics: &mut Diagnostics) {
        let implied: HashSet<usize> = self.narrower.iter().flatten().copied().collect();
        for (at, scope) in self.scopes.iter().enumerate() {
            let implies = self.narrower.get(at).is_some_and(|list| !list.is_empty());
            let is_part = implies || implied.contains(&at);
            if is_part && scope.attributes.iter().any(is_conditional) {
                diagnostics.error(
                    scope.name.span(),
                    format_args!(
                        "`{}` is part of an implication, but conditional",
                        scope.name
                    ),
                    "remove its `cfg`, or the implication",
                );
            }
        }
    }

    /// Reports each cycle once, and returns whether there is one.
    fn report_cycles(&self, diagnostics: &mut Diagnostics) -> bool {
        let mut reported = HashSet::new();
        for (at, scope) in self.scopes.iter().enumerate() {
            let Some(cycle) = self.cycle_of(at) else {
                continue;
            };
            if cycle.iter().any(|member| reported.contains(member)) {
                continue;
            }
            let names = cycle.iter().filter_map(|member| self.scopes.get(*member));
            let names: Vec<_> = names.map(|scope| format!("`{}`", scope.name)).collect();
            diagnostics.error(
                scope.name.span(),
                format_args!("{} implies `{}`", names.join(" implies "), scope.name),
                "remove one of the implications",
            );
            reported.extend(cycle);
        }
        !reported.is_empty()
    }

    /// Returns the scopes on the shortest way from a scope back to itself, beginning with it.
    fn cycle_of(&self, start: usize) -> Option<Vec<usize>> {
        let mut ways = VecDeque::from([vec![start]]);
        let mut visited = HashSet::new();
        while let Some(way) = ways.pop_front() {
            let next = way.last().and_then(|last| self.narrower.get(*last));
            for &narrow in next.into_iter().flatten() {
                if narrow == start {
                    return Some(way);
                }
                if visited.insert(narrow) {
                    ways.push_back(way.iter().copied().chain([narrow]).collect());
                }
            }
        }
        None
    }
}

/// Returns the positions of the scopes after `implies`.
fn implied(
    scope: &RawScope,
    positions: &HashMap<String, usize>,
    diagnostics: &mut Diagnostics,
) -> Vec<usize> {
    let mut implied = Vec::new();
    for name in &scope.implies {
        let key = RawScope::key_of(name);
        match positions.get(&key) {
            None => report_unknown(name, positions, diagnostics),
            Some(_) if key == scope.key() => diagnostics.error(
                name.span(),
                format_args!("`{name}` implies itself"),
                format_args!("remove `{name}` after `implies`"),
            ),
            Some(at) if implied.contains(at) => diagnostics.error(
                name.span(),
                format_args!("duplicate `{name}`"),
                format_args!("remove one `{name}`"),
            ),
            Some(at) => implied.push(*at),
        }
    }
    implied
}

fn report_unknown(name: &Ident, positions: &HashMap<String, usize>, diagnostics: &mut Diagnostics) {
    let mut known: Vec<&str> = positions.keys().map(String::as_str).collect();
    known.sort_unstable();
    let help = match nearest(&known, &RawScope::key_of(name)) {
        Some(word) => format!("write `{word}`"),
        None => format!("declare `{name}` in this `scopes!`"),
    };
    diagnostics.error(name.span(), format_args!("unknown scope `{name}`"), help);
}

/// Whether the attribute can remove the constant from some builds: `cfg`, or `cfg_attr` with a `cfg` in it.
fn is_conditional(attribute: &Attribute) -> bool {
    is_condition(&attribute.meta)
}

fn is_condition(meta: &Meta) -> bool {
    if meta.path().is_ident("cfg") {
        return true;
    }
    let Meta::List(list) = meta else {
        return false;
    };
    let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    list.path.is_ident("cfg_attr")
        && parts.is_ok_and(|parts| parts.iter().skip(1).any(is_condition))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::RawVocabulary;

    fn check(entries: &str) -> (Vec<Vec<String>>, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let raw = RawVocabulary::parse(entries.parse().unwrap(), &mut diagnostics);
        let implications = Implications::check(&raw.scopes, &mut diagnostics);
        let broader = (0..raw.scopes.len())
            .map(|at| implications.broader(at))
            .map(|names| names.iter().map(ToString::to_string).collect());
        (broader.collect(), diagnostics.into_messages())
    }

    fn mistakes(entries: &str) -> Vec<String> {
        check(entries).1
    }

    #[test]
    fn broader_scopes_are_transitive_and_the_narrowest_is_first() {
        let (broader, messages) = check(
            "READ = \"r\"; ADMIN = \"a\" implies WRITE, AUDIT; WRITE = \"w\" implies READ; \
             AUDIT = \"u\" implies READ; OTHER = \"o\";",
        );
        assert!(messages.is_empty(), "{messages:?}");
        let expected: [&[&str]; 5] = [
            &["WRITE", "AUDIT", "ADMIN"],
            &[],
            &["ADMIN"],
            &["ADMIN"],
            &[],
        ];
        assert_eq!(broader, expected);
    }

    #[test]
    fn cycle_is_an_error() {
        assert_eq!(mistakes("A = \"a\" implies A;"), ["`A` implies itself"]);
        assert_eq!(
            mistakes("A = \"a\" implies B; B = \"b\" implies A;"),
            ["`A` implies `B` implies `A`"]
        );
        let messages = mistakes(
            "A = \"a\" implies B; B = \"b\" implies C; C = \"c\" implies A; D = \"d\" implies A; \
             E = \"e\" implies F; F = \"f\" implies E;",
        );
        assert_eq!(messages.len(), 2, "{messages:?}");
    }

    #[test]
    fn unknown_scope_is_an_error_with_the_nearest_name() {
        let (broader, messages) = check("READ = \"r\"; WRITE = \"w\" implies RAED, REED, LIST;");
        assert_eq!(
            messages,
            [
                "unknown scope `RAED`",
                "unknown scope `REED`",
                "unknown scope `LIST`"
            ]
        );
        assert_eq!(broader, [[""; 0]; 2]);
    }

    #[test]
    fn duplicate_implied_scope_is_an_error() {
        let messages = mistakes("A = \"a\"; B = \"b\" implies A, A;");
        assert_eq!(messages, ["duplicate `A`"]);
    }

    #[test]
    fn raw_name_equals_the_plain_one() {
        let (broader, messages) = check("r#A = \"a\"; B = \"b\" implies A; C = \"c\" implies r#B;");
        assert!(messages.is_empty(), "{messages:?}");
        assert_eq!(broader[0], ["B", "C"]);
    }

    #[test]
    fn conditional_scope_of_an_implication_is_an_error() {
        for attribute in [
            "#[cfg(test)]",
            "#[cfg_attr(unix, cfg(test))]",
            "#[cfg_attr(unix, doc = \"\", cfg_attr(test, cfg(test)))]",
        ] {
            let wrong = ["`A` is part of an implication, but conditional"];
            assert_eq!(
                mistakes(&format!("{attribute} A = \"a\" implies B; B = \"b\";")),
                wrong
            );
            assert_eq!(
                mistakes(&format!("{attribute} A = \"a\"; B = \"b\" implies A;")),
                wrong
            );
            assert!(mistakes(&format!("{attribute} A = \"a\"; B = \"b\";")).is_empty());
        }
        let documented = "#[cfg_attr(docsrs, doc(cfg(test)))] A = \"a\" implies B; B = \"b\";";
        assert!(mistakes(documented).is_empty());
    }

    /// Every graph of four scopes, against the transitive closure by repetition.
    #[test]
    fn every_graph_of_four_scopes_has_its_closure_or_is_refused() {
        const PAIRS: [(usize, usize); 12] = [
            (0, 1),
            (0, 2),
            (0, 3),
            (1, 0),
            (1, 2),
            (1, 3),
            (2, 0),
            (2, 1),
            (2, 3),
            (3, 0),
            (3, 1),
            (3, 2),
        ];
        for graph in 0_u32..1 << PAIRS.len() {
            let edges = PAIRS.iter().enumerate();
            let edges = edges.filter(|(bit, _)| graph & (1 << bit) != 0);
            let edges: Vec<(usize, usize)> = edges.map(|(_, edge)| *edge).collect();
            let (broader, messages) = check(&entries(&edges));
            let closure = closure(&edges);
            if (0..4).any(|at| closure.contains(&(at, at))) {
                assert!(!messages.is_empty(), "{edges:?}");
                assert!(broader.iter().all(Vec::is_empty), "{edges:?}");
                continue;
            }
            assert!(messages.is_empty(), "{edges:?}: {messages:?}");
            for (at, names) in broader.iter().enumerate() {
                let mut names = names.clone();
                names.sort();
                let expected = (0..4).filter(|from| closure.contains(&(*from, at)));
                let expected: Vec<_> = expected.map(|from| format!("S{from}")).collect();
                assert_eq!(names, expected, "{edges:?}");
            }
        }
    }

    fn entries(edges: &[(usize, usize)]) -> String {
        let entry = |at: usize| {
            let implied = edges.iter().filter(|(from, _)| *from == at);
            let implied: Vec<_> = implied.map(|(_, to)| format!("S{to}")).collect();
            let implies = if implied.is_empty() { "" } else { "implies" };
            format!("S{at} = \"s{at}\" {implies} {};", implied.join(", "))
        };
        (0..4).map(entry).collect()
    }

    fn closure(edges: &[(usize, usize)]) -> HashSet<(usize, usize)> {
        let mut closure: HashSet<_> = edges.iter().copied().collect();
        for via in 0..4 {
            for from in 0..4 {
                for to in 0..4 {
                    if closure.contains(&(from, via)) && closure.contains(&(via, to)) {
                        closure.insert((from, to));
                    }
                }
            }
        }
        closure
    }
}
