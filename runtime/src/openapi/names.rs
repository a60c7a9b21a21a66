//! The identifiers of the operations.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::Declaration;

/// A path, the field of its item, and the declaration of the handler.
pub(super) type Operations = [(String, &'static str, &'static Declaration)];

/// Returns a unique identifier for each operation: the name of its handler, unless several have that name.
///
/// Then the module distinguishes them, or the method and the path if one function handles several.
pub(super) fn operation_ids(operations: &Operations) -> Vec<((String, &'static str), String)> {
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, (_, _, declaration)) in operations.iter().enumerate() {
        by_name.entry(declaration.handler).or_default().push(at);
    }
    let mut used: BTreeSet<String> = by_name.keys().map(|name| (*name).to_owned()).collect();
    let mut ids: BTreeMap<usize, String> = BTreeMap::new();
    for (name, places) in by_name {
        if let [only] = *places {
            ids.insert(only, name.to_owned());
            continue;
        }
        let qualified = |at: &usize| {
            operations
                .get(*at)
                .map(|(_, _, handler)| qualified(handler))
        };
        let distinct: BTreeSet<_> = places.iter().map(qualified).collect();
        let are_distinct = distinct.len() == places.len();
        for at in places {
            let Some((path, key, declaration)) = operations.get(at) else {
                continue;
            };
            let base = if are_distinct {
                self::qualified(declaration)
            } else {
                format!("{name}_{key}_{}", slug(path))
            };
            let mut id = base.clone();
            let mut number = 2_u32;
            while !used.insert(id.clone()) {
                id = format!("{base}_{number}");
                number += 1;
            }
            ids.insert(at, id);
        }
    }
    let named = operations.iter().enumerate();
    named
        .filter_map(|(at, (path, key, _))| Some(((path.clone(), *key), ids.remove(&at)?)))
        .collect()
}

/// Returns the names of the module and the handler.
fn qualified(declaration: &Declaration) -> String {
    let module = declaration.module.rsplit("::").next().unwrap_or_default();
    format!("{module}_{}", declaration.handler)
}

/// Returns the letters and digits of a path, separated by underscores.
fn slug(path: &str) -> String {
    let words = path.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        "root".to_owned()
    } else {
        words.join("_")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static LIST: Declaration = Declaration::authenticated("list", "shop::orders");
    static LIST_USERS: Declaration = Declaration::authenticated("list", "shop::users");
    static SHOW: Declaration = Declaration::authenticated("show", "shop::orders");
    static CLASH: Declaration = Declaration::authenticated("orders_list", "shop");

    fn ids(operations: &[(&str, &'static str, &'static Declaration)]) -> Vec<String> {
        let operations: Vec<_> = operations
            .iter()
            .map(|(path, key, declaration)| ((*path).to_owned(), *key, *declaration))
            .collect();
        operation_ids(&operations)
            .into_iter()
            .map(|(_, id)| id)
            .collect()
    }

    #[test]
    fn operation_has_the_name_of_its_handler() {
        assert_eq!(
            ids(&[("/a", "get", &LIST), ("/b", "get", &SHOW)]),
            ["list", "show"]
        );
    }

    #[test]
    fn handlers_of_one_name_are_distinguished_by_module() {
        let operations = [("/a", "get", &LIST), ("/b", "get", &LIST_USERS)];
        assert_eq!(ids(&operations), ["orders_list", "users_list"]);
        let operations = [
            ("/a", "get", &LIST),
            ("/b", "get", &LIST_USERS),
            ("/c", "get", &CLASH),
        ];
        assert_eq!(
            ids(&operations),
            ["orders_list_2", "users_list", "orders_list"]
        );
    }

    #[test]
    fn routes_of_one_handler_are_distinguished_by_method_and_path() {
        let operations = [
            ("/", "get", &SHOW),
            ("/", "post", &SHOW),
            ("/a/{b}", "get", &SHOW),
            ("/a-b", "get", &SHOW),
        ];
        assert_eq!(
            ids(&operations),
            [
                "show_get_root",
                "show_post_root",
                "show_get_a_b",
                "show_get_a_b_2"
            ]
        );
    }
}
