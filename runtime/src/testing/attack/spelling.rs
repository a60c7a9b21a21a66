//! Attacks with other spellings of the path.

use crate::evidence::AttackClass;
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
    let parameter = template.find('{');
    let has_wildcard = template.contains("{*");
    let (fixed, rest) = path.split_at(parameter.unwrap_or(path.len()).min(path.len()));
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
    if parameter.is_none() && !path.ends_with('/') {
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
