//! The path of a route as a path template ([OpenAPI 3.1.1 §4.8.8.2]).
//!
//! [OpenAPI 3.1.1 §4.8.8.2]: https://spec.openapis.org/oas/v3.1.1.html#patterned-fields

use crate::path_parts::{PathPart, path_parts};

/// The template of a path, and its parameters in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathTemplate {
    /// The text between the parameters; one more than these.
    literals: Vec<String>,
    parameters: Vec<TemplateParameter>,
}

/// A parameter of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TemplateParameter {
    pub(super) name: String,
    /// Whether it matches the rest of the path, slashes included: `{*rest}`.
    pub(super) is_rest: bool,
}

impl PathTemplate {
    /// Parses axum's notation.
    pub(super) fn parse(path: &str) -> Self {
        let mut literals = vec![String::new()];
        let mut parameters = Vec::new();
        for part in path_parts(path) {
            match part {
                PathPart::Parameter { name, is_rest } => {
                    let name = name.to_owned();
                    parameters.push(TemplateParameter { name, is_rest });
                    literals.push(String::new());
                }
                PathPart::Literal(text) => {
                    // a brace in a template starts a parameter
                    let text = match text {
                        "{" => "%7B",
                        "}" => "%7D",
                        other => other,
                    };
                    if let Some(last) = literals.last_mut() {
                        last.push_str(text);
                    }
                }
            }
        }
        if path.is_empty() {
            literals = vec!["/".to_owned()];
        }
        Self {
            literals,
            parameters,
        }
    }

    pub(super) fn parameters(&self) -> &[TemplateParameter] {
        &self.parameters
    }

    /// Returns the template of OpenAPI, which knows no parameters with slashes.
    pub(super) fn text(&self) -> String {
        let mut literals = self.literals.iter();
        let mut text = literals.next().cloned().unwrap_or_default();
        for (parameter, literal) in self.parameters.iter().zip(literals) {
            text.push('{');
            text.push_str(&parameter.name);
            text.push('}');
            text.push_str(literal);
        }
        text
    }

    /// Returns the first segment without parameters that groups routes: neither `api` nor a version. An extension
    /// is left out.
    pub(super) fn group(&self) -> Option<&str> {
        let text = self.literals.first()?;
        let mut segments = text.split('/');
        // the last segment has a parameter, if any follows
        if !self.parameters.is_empty() {
            segments.next_back();
        }
        let mut names = segments.filter_map(|segment| segment.split('.').next());
        names.find(|name| !name.is_empty() && *name != "api" && !is_version(name))
    }
}

/// Returns whether a segment is a version: `v1`, `v2beta`.
fn is_version(segment: &str) -> bool {
    let number = segment.strip_prefix('v');
    number.is_some_and(|number| number.starts_with(|first: char| first.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_of_axum_becomes_a_template() {
        for (path, text, names) in [
            ("/", "/", &[][..]),
            ("", "/", &[]),
            ("/orders", "/orders", &[]),
            ("/orders/{id}", "/orders/{id}", &["id"]),
            ("/a/{b}/c/{d}", "/a/{b}/c/{d}", &["b", "d"]),
            ("/files/{*rest}", "/files/{rest}", &["rest"]),
            ("/{*all}", "/{all}", &["all"]),
            ("/a{{b}}/{c}", "/a%7Bb%7D/{c}", &["c"]),
            ("/{id}.json", "/{id}.json", &["id"]),
            ("/größe/{größe}", "/größe/{größe}", &["größe"]),
        ] {
            let template = PathTemplate::parse(path);
            assert_eq!(template.text(), text, "{path}");
            let found: Vec<&str> = template.parameters().iter().map(|p| &*p.name).collect();
            assert_eq!(found, names, "{path}");
            let has_rest = template
                .parameters()
                .iter()
                .any(|parameter| parameter.is_rest);
            assert_eq!(has_rest, path.contains('*'), "{path}");
        }
    }

    #[test]
    fn group_is_the_first_segment_that_names_something() {
        for (path, group) in [
            ("/orders/{id}", Some("orders")),
            ("/api/v1/orders", Some("orders")),
            ("/v2beta/orders/{id}/lines", Some("orders")),
            ("/value", Some("value")),
            ("/{id}/orders", None),
            ("/prefix-{id}", None),
            ("/", None),
            ("/v1", None),
            ("/openapi.json", Some("openapi")),
            ("/.well-known/security.txt", Some("security")),
        ] {
            assert_eq!(PathTemplate::parse(path).group(), group, "{path}");
        }
    }
}
