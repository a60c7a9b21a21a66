//! The paths of objects.

use crate::path_parts::without_names;
#[cfg(feature = "report")]
use crate::path_parts::{PathPart, path_parts};

/// Returns whether a path is an object's, or below it. The names of parameters may differ.
///
/// No path is below the empty one, which identifies no object.
pub(crate) fn is_below(path: &str, object: &str) -> bool {
    if object.is_empty() {
        return false;
    }
    let (path, object) = (without_names(path), without_names(object));
    path.strip_prefix(&*object)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns whether two paths are the same. The names of parameters may differ.
#[cfg(feature = "report")]
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    without_names(one) == without_names(other)
}

/// Returns each parameter of a path, in order, with the path that ends with its segment.
#[cfg(feature = "report")]
pub(crate) fn parameters(path: &str) -> impl Iterator<Item = (&str, &str)> {
    let ends = path.match_indices('/').map(|(at, _)| at);
    ends.chain([path.len()]).filter_map(move |end| {
        let path = path.get(..end)?;
        let segment = path.rsplit('/').next()?;
        let name = path_parts(segment).find_map(|part| match part {
            PathPart::Parameter { name, .. } => Some(name),
            PathPart::Literal(_) => None,
        })?;
        Some((name, path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_below_an_object_begins_with_all_its_segments() {
        let object = "/orders/{id}";
        for path in [
            "/orders/{id}",
            "/orders/{id}/lines",
            "/orders/{id}/lines/{line}",
            "/orders/{order}",
            "/orders/{order}/lines",
        ] {
            assert!(is_below(path, object), "{path}");
        }
        for path in [
            "/orders",
            "/orders/{id}x",
            "/shops/orders/{id}",
            "/orders/{*id}",
            "/orders/id",
            "/orders/{{id}}",
            "/orders/{{id}}/lines",
        ] {
            assert!(!is_below(path, object), "{path}");
        }
        for path in ["", "/", "/orders", "/{id}"] {
            assert!(!is_below(path, ""), "{path}");
        }
        // literal braces are no parameter, and the text in them matters
        assert!(is_below("/{{a}}/{id}/lines", "/{{a}}/{object}"));
        assert!(!is_below("/{{a}}/{id}", "/{{b}}/{id}"));
    }

    #[cfg(feature = "report")]
    #[test]
    fn parameters_have_the_paths_that_end_with_them() {
        let of = |path| parameters(path).collect::<Vec<_>>();
        assert_eq!(
            of("/orders/{id}/lines/{line}/files/{*rest}"),
            [
                ("id", "/orders/{id}"),
                ("line", "/orders/{id}/lines/{line}"),
                ("rest", "/orders/{id}/lines/{line}/files/{*rest}"),
            ]
        );
        assert_eq!(of("/orders/{id}/cancel"), [("id", "/orders/{id}")]);
        assert_eq!(of("/orders/{{id}}"), []);
        assert_eq!(of(""), []);
        assert!(is_same("/orders/{id}", "/orders/{order}"));
        assert!(!is_same("/orders/{id}", "/orders/{id}/lines"));
    }
}
