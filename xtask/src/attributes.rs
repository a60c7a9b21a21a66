//! Which items are compiled for tests only.

use syn::{Attribute, Item, Meta, Token, punctuated::Punctuated};

/// Whether `#[cfg(test)]` or a test attribute (`#[test]`, `#[tokio::test]`) stands here.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        last.is_some_and(|segment| segment.ident == "test") || is_cfg_test(attribute)
    })
}

/// The attributes of an item, for the kinds that can hold code or imports.
pub(crate) fn of(item: &Item) -> &[Attribute] {
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
            .is_ok_and(|condition| needs_test(&condition))
}

/// True of `test` and of `all(…, test, …)`; `any(test, …)` is compiled without tests too.
fn needs_test(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .is_ok_and(|parts| parts.iter().any(needs_test)),
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
    fn test_attributes_are_seen() {
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
    fn what_is_compiled_without_tests_is_no_test() {
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
