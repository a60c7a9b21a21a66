//! The notation of axum for paths: `{name}`, `{*rest}`, and `{{` and `}}` for braces.

/// A part of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathPart<'a> {
    /// Text between parameters; a brace is a separate part.
    Literal(&'a str),
    /// A parameter, without its braces.
    Parameter {
        name: &'a str,
        /// Whether it matches the rest of the path, slashes included.
        is_rest: bool,
    },
}

/// Splits a path into its parts.
pub(crate) fn path_parts(path: &str) -> impl Iterator<Item = PathPart<'_>> {
    let mut rest = path;
    std::iter::from_fn(move || {
        let (part, after) = first_part(rest)?;
        rest = after;
        Some(part)
    })
}

/// Returns the first part of a path that is not empty, and the text after it.
fn first_part(path: &str) -> Option<(PathPart<'_>, &str)> {
    for (escape, brace) in [("{{", "{"), ("}}", "}")] {
        if let Some(after) = path.strip_prefix(escape) {
            return Some((PathPart::Literal(brace), after));
        }
    }
    if let Some(inside) = path.strip_prefix('{') {
        let (inside, after) = inside.split_once('}').unwrap_or((inside, ""));
        let name = inside.strip_prefix('*');
        let part = PathPart::Parameter {
            name: name.unwrap_or(inside),
            is_rest: name.is_some(),
        };
        return Some((part, after));
    }
    // a single `}` at the start is a literal
    let mut next = path.char_indices().skip(1);
    let end = next.find(|(_, character)| matches!(character, '{' | '}'));
    let (literal, after) = path.split_at_checked(end.map_or(path.len(), |(at, _)| at))?;
    (!literal.is_empty()).then_some((PathPart::Literal(literal), after))
}

/// Returns whether a path has a parameter.
#[cfg(any(feature = "lock", feature = "openapi"))]
pub(crate) fn has_parameter(path: &str) -> bool {
    path_parts(path).any(|part| matches!(part, PathPart::Parameter { .. }))
}

/// Returns a path with `{}` for each parameter and `{*}` for the rest. The names do not matter to the requests that it matches.
#[cfg(any(feature = "attack", feature = "lock"))]
pub(crate) fn without_names(path: &str) -> String {
    let parts = path_parts(path).map(|part| match part {
        PathPart::Literal("{") => "{{",
        PathPart::Literal("}") => "}}",
        PathPart::Literal(text) => text,
        PathPart::Parameter { is_rest: true, .. } => "{*}",
        PathPart::Parameter { is_rest: false, .. } => "{}",
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(name: &str) -> PathPart<'_> {
        PathPart::Parameter {
            name,
            is_rest: false,
        }
    }

    fn rest(name: &str) -> PathPart<'_> {
        PathPart::Parameter {
            name,
            is_rest: true,
        }
    }

    #[test]
    fn path_is_split_as_axum_does() {
        use PathPart::Literal;

        for (path, parts) in [
            ("", &[][..]),
            ("/", &[Literal("/")]),
            ("/orders", &[Literal("/orders")]),
            (
                "/a/{b}/c/{d}",
                &[
                    Literal("/a/"),
                    parameter("b"),
                    Literal("/c/"),
                    parameter("d"),
                ],
            ),
            ("/{*all}", &[Literal("/"), rest("all")]),
            (
                "/v{id}.json",
                &[Literal("/v"), parameter("id"), Literal(".json")],
            ),
            (
                "/a{{b}}/{c}",
                &[
                    Literal("/a"),
                    Literal("{"),
                    Literal("b"),
                    Literal("}"),
                    Literal("/"),
                    parameter("c"),
                ],
            ),
            (
                "/{{{a}}}",
                &[Literal("/"), Literal("{"), parameter("a"), Literal("}")],
            ),
            ("/größe/{größe}", &[Literal("/größe/"), parameter("größe")]),
            // axum refuses such a path when the route is added
            ("/a}b{c", &[Literal("/a"), Literal("}b"), parameter("c")]),
        ] {
            let found: Vec<_> = path_parts(path).collect();
            assert_eq!(found, parts, "{path}");
        }
    }

    /// axum itself decides which request a path matches.
    #[test]
    fn parameters_are_those_of_axum() {
        for (path, request, parameters) in [
            ("/{{id}}", "/{id}", 0),
            ("/{{{id}", "/{7", 1),
            ("/a{{b}}/{c}", "/a{b}/7", 1),
            ("/v{id}", "/v7", 1),
            ("/{*all}", "/7/8", 1),
        ] {
            let mut router = matched_paths(path);
            assert!(router(request), "{path}");
            assert!(!router("/other/7/8/9") || path == "/{*all}", "{path}");
            let found = path_parts(path).filter(|part| matches!(part, PathPart::Parameter { .. }));
            assert_eq!(found.count(), parameters, "{path}");
        }
    }

    /// Returns whether a request reaches the route of this path.
    fn matched_paths(path: &str) -> impl FnMut(&str) -> bool {
        use std::pin::pin;
        use std::task::{Context, Poll, Waker};

        use axum::body::Body;
        use axum::http::{Request, StatusCode};
        use axum::routing::get;
        use tower_service::Service;

        let mut router: axum::Router = axum::Router::new().route(path, get(|| async {}));
        move |request| {
            let request = Request::builder().uri(request).body(Body::empty()).unwrap();
            let response = pin!(router.call(request)).poll(&mut Context::from_waker(Waker::noop()));
            matches!(response, Poll::Ready(Ok(response)) if response.status() == StatusCode::OK)
        }
    }

    #[cfg(feature = "lock")]
    #[test]
    fn names_of_parameters_are_removed() {
        for (path, pattern) in [
            ("", ""),
            ("/orders/{id}", "/orders/{}"),
            ("/{a}/{*b}", "/{}/{*}"),
            ("/v{id}.json", "/v{}.json"),
            ("/{{id}}/{id}", "/{{id}}/{}"),
            ("/{{{id}}}", "/{{{}}}"),
        ] {
            assert_eq!(without_names(path), pattern, "{path}");
            assert_eq!(without_names(pattern), pattern, "{path}");
        }
    }

    #[cfg(any(feature = "lock", feature = "openapi"))]
    #[test]
    fn parameter_of_a_path_is_not_a_literal_brace() {
        for path in [
            "/{id}",
            "/orders/{id}/lines",
            "/files/{*rest}",
            "/v{id}",
            "/{{a}}/{id}",
            "/{{{id}",
        ] {
            assert!(has_parameter(path), "{path}");
        }
        for path in ["", "/", "/orders", "/{{id}}", "/orders}"] {
            assert!(!has_parameter(path), "{path}");
        }
    }
}
