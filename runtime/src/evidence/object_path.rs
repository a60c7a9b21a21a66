//! The paths of objects.

/// Returns whether a path is an object's, or below it. The names of parameters may differ.
pub(crate) fn is_below(path: &str, object: &str) -> bool {
    let (path, object) = (without_names(path), without_names(object));
    path.strip_prefix(&*object)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns whether a path has a parameter.
#[cfg(feature = "report")]
pub(crate) fn has_parameter(path: &str) -> bool {
    // two braces are a literal one
    path.replace("{{", "").contains('{')
}

/// Returns a path with `{}` for each parameter, and `{*}` for a wildcard.
fn without_names(path: &str) -> String {
    let mut is_name = false;
    path.chars()
        .filter(|&character| {
            is_name &= character != '}';
            let is_kept = !is_name || character == '*';
            is_name |= character == '{';
            is_kept
        })
        .collect()
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
        ] {
            assert!(!is_below(path, object), "{path}");
        }
    }

    #[cfg(feature = "report")]
    #[test]
    fn parameter_of_a_path_is_not_a_literal_brace() {
        for path in [
            "/{id}",
            "/orders/{id}/lines",
            "/files/{*rest}",
            "/v{id}",
            "/{{a}}/{id}",
        ] {
            assert!(has_parameter(path), "{path}");
        }
        for path in ["", "/", "/orders", "/{{id}}", "/orders}"] {
            assert!(!has_parameter(path), "{path}");
        }
    }
}
