//! Attacks with other spellings of the path.

use crate::evidence::AttackClass;
use crate::path_parts::{PathPart, has_parameter, path_parts};
use crate::testing::attack::engine::RouteAttack;
use crate::testing::attack::request::Outcome;

impl RouteAttack<'_> {
    pub(super) async fn spellings(&mut self) {
        let target = self.target;
        let request = self.base.clone();
        let (path, query) = match request.target.split_once('?') {
            Some((path, query)) => (path.to_owned(), format!("?{query}")),
            None => (request.target.clone(), String::new()),
        };
        let own_paths: Vec<String> = match target.declaration() {
            None => Vec::new(),
            Some(own) => {
                let routes = self.attack.api.api().inventory().routes().iter();
                let same = routes.filter(|route| route.declaration() == own);
                same.map(|route| route.path().to_owned()).collect()
            }
        };
        for (description, spelling) in of_path(&target.path, &path) {
            if own_paths.contains(&spelling) {
                continue;
            }
            let mut request = request.clone();
            request.target = format!("{spelling}{query}");
            let is_refused = |outcome: &Outcome| !target.admits(outcome);
            self.attempt_accepted(
                AttackClass::PathSpelling,
                &format!("{description}: `{spelling}`"),
                &request,
                &is_refused,
            )
            .await;
        }
    }
}

/// Returns other spellings of a path that must not reach its handler.
///
/// The text of a parameter is left alone: there, most spellings are values.
fn of_path(template: &str, path: &str) -> Vec<(&'static str, String)> {
    let parts = || path_parts(template);
    let literals = parts().map_while(|part| match part {
        PathPart::Literal(text) => Some(text.len()),
        PathPart::Parameter { .. } => None,
    });
    let fixed: usize = literals.sum();
    let (fixed, rest) = path.split_at_checked(fixed).unwrap_or((path, ""));
    let has_parameter = has_parameter(template);
    let has_wildcard =
        parts().any(|part| matches!(part, PathPart::Parameter { is_rest: true, .. }));
    let mut spellings = vec![
        ("two slashes in front", format!("/{path}")),
        ("a dot segment in front", format!("/.{path}")),
        ("an encoded dot segment in front", format!("/%2e{path}")),
        ("a segment that is undone", format!("/attack/..{path}")),
        (
            "an encoded slash in front",
            format!("/%2f{}", path.trim_start_matches('/')),
        ),
    ];
    if !has_wildcard && !path.ends_with('/') {
        spellings.push(("a slash at the end", format!("{path}/")));
        spellings.push(("a dot segment at the end", format!("{path}/.")));
        spellings.push(("two slashes at the end", format!("{path}//")));
    }
    spellings.extend(of_fixed_part(path, fixed, rest));
    if !has_parameter && !path.ends_with('/') {
        for (description, suffix) in [
            ("a matrix parameter", ";a=1"),
            ("an extension", ".json"),
            ("an encoded space", "%20"),
            ("an encoded NUL", "%00"),
            ("an encoded slash at the end", "%2f"),
            ("an encoded question mark", "%3f"),
        ] {
            spellings.push((description, format!("{path}{suffix}")));
        }
    }
    spellings
}

/// Returns other spellings of the part of a path before its first parameter.
fn of_fixed_part(path: &str, fixed: &str, rest: &str) -> Vec<(&'static str, String)> {
    let mut spellings = Vec::new();
    let letter = fixed
        .char_indices()
        .find(|(_, letter)| letter.is_ascii_alphabetic());
    if let Some((at, letter)) = letter {
        let (before, after) = fixed.split_at(at);
        let after = after.get(1..).unwrap_or_default();
        let other_case = if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        };
        spellings.push((
            "a letter in another case",
            format!("{before}{other_case}{after}{rest}"),
        ));
        spellings.push((
            "an encoded letter",
            format!("{before}%{:02x}{after}{rest}", u32::from(letter)),
        ));
        spellings.push((
            "a letter that is encoded twice",
            format!("{before}%25{:02x}{after}{rest}", u32::from(letter)),
        ));
    }
    let inner = fixed
        .char_indices()
        .skip(1)
        .find(|(at, character)| *character == '/' && *at + 1 < path.len());
    if let Some((at, _)) = inner {
        let (before, after) = path.split_at(at);
        let after = after.get(1..).unwrap_or_default();
        spellings.push(("two slashes inside", format!("{before}//{after}")));
        spellings.push(("an encoded slash inside", format!("{before}%2f{after}")));
        spellings.push(("a dot segment inside", format!("{before}/./{after}")));
        spellings.push(("a backslash inside", format!("{before}%5c{after}")));
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelling(template: &str, path: &str, description: &str) -> Option<String> {
        let mut all = of_path(template, path).into_iter();
        all.find(|(other, _)| *other == description)
            .map(|(_, spelling)| spelling)
    }

    #[test]
    fn text_of_parameters_is_left_alone() {
        let case = |template, path| spelling(template, path, "a letter in another case");
        assert_eq!(
            case("/orders/{id}", "/orders/a").as_deref(),
            Some("/Orders/a")
        );
        assert_eq!(case("/{id}", "/a"), None);
        assert_eq!(case("/{{1}}/{id}", "/{1}/a"), None);
        assert_eq!(case("/{{a}}/{id}", "/{a}/a").as_deref(), Some("/{A}/a"));
        let inside = |template, path| spelling(template, path, "two slashes inside");
        assert_eq!(
            inside("/{{a}}/b/{id}", "/{a}/b/7").as_deref(),
            Some("/{a}//b/7")
        );
        assert_eq!(inside("/{id}/b", "/7/b"), None);
    }

    #[test]
    fn end_of_a_path_is_changed_if_it_is_no_parameter() {
        let has = |template, path, description| spelling(template, path, description).is_some();
        for (template, path, is_fixed, may_end) in [
            ("/orders", "/orders", true, true),
            ("/orders{{a}}", "/orders{a}", true, true),
            ("/orders/{id}", "/orders/7", false, true),
            ("/orders/{*rest}", "/orders/7", false, false),
        ] {
            assert_eq!(has(template, path, "an extension"), is_fixed, "{template}");
            assert_eq!(
                has(template, path, "a slash at the end"),
                may_end,
                "{template}"
            );
        }
    }
}
