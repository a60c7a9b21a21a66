//! The expansions of `SecureInput`, one snapshot for each shape of a type.

use insta::assert_snapshot;

use super::pretty;
use crate::secure_input;

/// The expansion without the schema.
pub(super) fn input(item: &str) -> String {
    pretty(secure_input(syn::parse_str(item).unwrap(), false))
}

#[test]
fn struct_of_fields() {
    assert_snapshot!(input(
        r#"
            #[serde(deny_unknown_fields, rename_all = "camelCase")]
            pub struct NewOrder {
                #[garde(length(chars, min = 1, max = 64))]
                item_name: String,
                #[serde(rename = "qty")]
                #[garde(range(min = 1, max = 100))]
                quantity: u32,
                #[garde(range(min = 0.0, max = 1.0))]
                discount: f64,
                #[garde(length(chars, max = 200))]
                note: Option<String>,
                #[garde(range(min = 0.0, max = 30.0))]
                weight: Option<f32>,
                #[garde(dive)]
                address: Address,
                #[garde(length(max = 10), dive)]
                lines: Option<Vec<Line>>,
                #[garde(length(max = 10), inner(length(chars, max = 20)))]
                tags: Vec<String>,
                #[garde(skip)]
                #[secure(unvalidated = "the signature covers it")]
                raw: Vec<u8>,
            }
        "#,
    ));
}

#[test]
fn newtype_transparent_for_garde() {
    assert_snapshot!(input(
        "#[garde(transparent)] struct Sku(#[garde(length(bytes, max = 16))] String);",
    ));
}

#[test]
fn enum_without_data() {
    assert_snapshot!(input(
        "#[serde(rename_all = \"snake_case\")] pub enum Order { NewestFirst, OldestFirst }",
    ));
}

#[test]
fn newtype_with_an_index_in_paths() {
    assert_snapshot!(input(
        "struct Ratio(#[garde(range(min = 0.0, max = 1.0))] f64);"
    ));
}

#[test]
fn tuple_struct() {
    assert_snapshot!(input(
        "struct Pair(#[garde(length(bytes, max = 4))] String, #[garde(dive)] Sku);",
    ));
}

#[test]
fn fields_with_ineffective_rules() {
    assert_snapshot!(input(
        r"
            #[serde(deny_unknown_fields)]
            struct Loose {
                #[garde(length(min = 1))]
                endless: String,
                #[garde(length(graphemes, max = 9))]
                graphemes: String,
                #[garde(if(cond = true, length(max = 9)))]
                conditional: String,
                #[garde(length(max = self.limit))]
                variable: String,
            }
        ",
    ));
}

#[test]
fn struct_without_deny_unknown_fields() {
    assert_snapshot!(input(
        "struct Open { #[garde(length(chars, max = 9))] name: String }",
    ));
}

#[test]
fn transparent_struct_of_two_fields() {
    assert_snapshot!(input(
        "#[serde(transparent)] struct Page<'a, T> { #[garde(dive)] items: &'a T, #[garde(skip)] no: u8 }",
    ));
}

#[test]
fn generic_struct_with_a_lifetime() {
    assert_snapshot!(input(
        r"
            #[serde(deny_unknown_fields)]
            struct Page<'a, T: Validate<Context = ()>> where T: 'a {
                #[garde(length(max = 9), dive)]
                items: &'a [T],
                #[garde(skip)]
                no: u8,
            }
        ",
    ));
}

#[test]
fn tagged_enum() {
    assert_snapshot!(input(
        r#"
            #[serde(tag = "type", deny_unknown_fields, rename_all = "snake_case", rename_all_fields = "camelCase")]
            enum Event {
                #[serde(alias = "begun")]
                WasOpened {},
                Moved {
                    #[garde(length(bytes, max = 9))]
                    to_place: String,
                    #[garde(skip)]
                    r#in: u8,
                },
                Sent(#[garde(dive)] Address),
                #[serde(skip)]
                Gone(#[garde(skip)] Vec<u8>),
            }
        "#,
    ));
}

#[test]
fn unit_struct() {
    assert_snapshot!(input("#[garde(allow_unvalidated)] struct Nothing;"));
}

#[test]
fn generic_struct_without_lifetimes() {
    assert_snapshot!(input(
        r"
            #[serde(deny_unknown_fields)]
            struct Page<T> {
                #[garde(length(max = 9), dive)]
                items: Vec<T>,
            }
        ",
    ));
}

#[test]
fn field_without_a_rule() {
    assert_snapshot!(input(
        r"
            #[serde(deny_unknown_fields)]
            #[garde(context(Limits as limits))]
            struct Order {
                sku: String,
                #[garde(skip)]
                quantity: u32,
            }
        ",
    ));
}
