//! Recognizes items that are compiled for tests only.

use syn::{Attribute, Item, Meta, Token, punctuated::Punctuated};

/// Whether the attributes contain `#[cfg(test)]` or a test attribute (`#[test]`, `#[tokio::test]`).
pub(super) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        last.is_some_and(|segment| segment.ident == "test") || is_cfg_test(attribute)
    })
}

/// Returns the attributes of the kinds of items that can contain code or imports.
pub(super) fn of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn is_cfg_test(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute
            .parse_args::<Meta>()
            .is_ok_and(|condition| requires_test(&condition))
}

/// Whether a condition is `test` or `all(…, test, …)`; `any(test, …)` can also be true without tests.
fn requires_test(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .is_ok_and(|conditions| conditions.iter().any(requires_test)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_test_item(source: &str) -> bool {
        is_test(of(&syn::parse_str(source).unwrap()))
    }

    #[test]
    fn test_attribute_is_recognized() {
        for source in [
            "#[cfg(test)] mod tests {}",
            "#[cfg(all(test, feature = \"serve\"))] use std::fmt;",
            "#[test] fn works() {}",
            "#[tokio::test] async fn works() {}",
        ] {
            assert!(is_test_item(source), "{source}");
        }
    }

    #[test]
    fn item_compiled_without_tests_is_not_a_test() {
        for source in [
            "mod tests {}",
            "#[cfg(not(test))] fn runs() {}",
            "#[cfg(any(test, feature = \"testing\"))] fn runs() {}",
            "#[cfg(feature = \"test\")] fn runs() {}",
            "#[cfg_attr(test, derive(Debug))] struct Kept;",
        ] {
            assert!(!is_test_item(source), "{source}");
        }
    }
}
