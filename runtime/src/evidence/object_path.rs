//! The paths of objects.

use crate::path_parts::without_names;

/// Returns whether a path is an object's, or below it. The names of parameters may differ.
pub(crate) fn is_below(path: &str, object: &str) -> bool {
    let (path, object) = (without_names(path), without_names(object));
    path.strip_prefix(&*object)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
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
        // literal braces are no parameter, and the text in them matters
        assert!(is_below("/{{a}}/{id}/lines", "/{{a}}/{object}"));
        assert!(!is_below("/{{a}}/{id}", "/{{b}}/{id}"));
    }
}
