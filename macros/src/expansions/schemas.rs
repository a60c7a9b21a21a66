//! The expansions of `SecureInput` with palisade's feature `schemas`.

use insta::assert_snapshot;

use super::input::input;
use crate::secure_input;

/// The functions and constants of the expansion that describe the schema.
fn described(item: &str) -> String {
    let tokens = secure_input(syn::parse_str(item).unwrap(), true);
    let mut file: syn::File = syn::parse2(tokens).unwrap();
    for item in &mut file.items {
        if let syn::Item::Impl(own) = item {
            own.items.retain(is_about_the_schema);
        }
    }
    prettyplease::unparse(&file)
}

fn is_about_the_schema(item: &syn::ImplItem) -> bool {
    match item {
        syn::ImplItem::Fn(own) => own.sig.ident.to_string().contains("schema"),
        syn::ImplItem::Const(own) => own.ident == "MAY_BE_ABSENT",
        _ => false,
    }
}

#[test]
fn schema_of_a_struct() {
    assert_snapshot!(described(
        r#"
            #[serde(deny_unknown_fields)]
            struct NewOrder {
                #[serde(alias = "code")]
                #[garde(length(bytes, min = MIN, max = 64), ascii, pattern("^[a-z]+$"))]
                sku: String,
                #[serde(default)]
                #[garde(range(min = 1, max = 60 * 60))]
                seconds: u32,
                #[garde(inner(length(max = 3), inner(range(min = -0.5, max = LIMIT))))]
                shares: Option<Vec<f64>>,
                #[garde(length(chars, max = 5), length(chars, min = self.seconds), custom(known))]
                note: String,
                #[garde(skip)]
                #[secure(unvalidated = "the signature covers it")]
                raw: Vec<u8>,
            }
        "#,
    ));
}

#[test]
fn schema_of_an_enum() {
    assert_snapshot!(described(
        r#"
            #[serde(deny_unknown_fields, tag = "kind", content = "value")]
            enum Event {
                Opened,
                Counted(#[garde(range(max = 9))] u8),
                Moved(#[garde(skip)] i8, #[garde(skip)] i8),
                Named { #[garde(dive)] name: Name },
                #[serde(other)]
                Unknown,
            }
        "#,
    ));
}

#[test]
fn schema_of_a_transparent_newtype() {
    assert_snapshot!(described(
        "#[serde(transparent)] struct Limit(#[garde(range(max = 9))] Option<u8>);",
    ));
}

#[test]
fn schema_is_absent_without_the_feature() {
    let item = "struct Sku(#[garde(length(bytes, max = 16))] String);";
    assert!(described(item).contains("fn input_schema"));
    assert!(!input(item).to_lowercase().contains("schema"));
}
