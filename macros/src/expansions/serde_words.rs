//! Each word of serde at each position: the derive accepts it, or reports one error.

use crate::secure_input;

/// Every word of serde, with a value that serde accepts.
const WORDS: [&str; 30] = [
    r#"alias = "a""#,
    "borrow",
    r#"bound = """#,
    r#"content = "c""#,
    r#"crate = "serde""#,
    "default",
    r#"default = "path""#,
    "deny_unknown_fields",
    r#"deserialize_with = "path""#,
    r#"expecting = "text""#,
    "field_identifier",
    "flatten",
    r#"from = "Other""#,
    r#"getter = "path""#,
    r#"into = "Other""#,
    "other",
    r#"remote = "Other""#,
    r#"rename = "a""#,
    r#"rename_all = "camelCase""#,
    r#"rename_all_fields = "camelCase""#,
    r#"serialize_with = "path""#,
    "skip",
    "skip_deserializing",
    "skip_serializing",
    r#"skip_serializing_if = "path""#,
    r#"tag = "t""#,
    "transparent",
    r#"try_from = "Other""#,
    "untagged",
    r#"with = "path""#,
];

/// Returns the number of errors for each word that the item does not accept.
fn refused(item: impl Fn(&str) -> String) -> Vec<(&'static str, usize)> {
    let errors = WORDS
        .into_iter()
        .map(|word| (word, count_errors(&item(word))));
    errors.filter(|(_, errors)| *errors > 0).collect()
}

fn count_errors(item: &str) -> usize {
    let expansion = secure_input(syn::parse_str(item).unwrap(), false).to_string();
    expansion.matches("compile_error").count()
}

/// Requires one error for each word but these.
fn assert_accepted(item: impl Fn(&str) -> String, accepted: &[&str]) {
    let expected: Vec<_> = WORDS
        .into_iter()
        .filter(|word| {
            !accepted
                .iter()
                .any(|name| word.split(' ').next() == Some(name))
        })
        .map(|word| (word, 1))
        .collect();
    assert_eq!(refused(item), expected);
}

#[test]
fn words_on_a_struct_are_accepted_or_one_error() {
    assert_accepted(
        |word| {
            let denial = if word == "deny_unknown_fields" {
                ""
            } else {
                "deny_unknown_fields, "
            };
            format!("#[serde({denial}{word})] struct S {{ #[garde(range(max = 3))] n: u8 }}")
        },
        &[
            "bound",
            "crate",
            "default",
            "deny_unknown_fields",
            "expecting",
            "into",
            "rename",
            "rename_all",
            "transparent",
        ],
    );
}

#[test]
fn words_on_an_enum_are_accepted_or_one_error() {
    assert_accepted(
        |word| {
            let denial = if word == "deny_unknown_fields" {
                ""
            } else {
                "deny_unknown_fields, "
            };
            format!("#[serde({denial}{word})] enum E {{ V {{ #[garde(range(max = 3))] n: u8 }} }}")
        },
        &[
            "bound",
            "content",
            "crate",
            "deny_unknown_fields",
            "expecting",
            "into",
            "rename",
            "rename_all",
            "rename_all_fields",
            "tag",
        ],
    );
}

#[test]
fn words_on_a_field_are_accepted_or_one_error() {
    assert_accepted(
        |word| {
            format!(
                "#[serde(deny_unknown_fields)] struct S {{ #[garde(skip)] a: u8, \
                 #[serde({word})] #[garde(range(max = 3))] n: u8 }}"
            )
        },
        &[
            "alias",
            "borrow",
            "bound",
            "default",
            "rename",
            "serialize_with",
            "skip",
            "skip_deserializing",
            "skip_serializing",
            "skip_serializing_if",
        ],
    );
}

#[test]
fn words_on_a_variant_are_accepted_or_one_error() {
    assert_accepted(
        |word| {
            format!(
                "#[serde(deny_unknown_fields)] enum E {{ A, \
                 #[serde({word})] V {{ #[garde(range(max = 3))] n: u8 }} }}"
            )
        },
        &[
            "alias",
            "bound",
            "other",
            "rename",
            "rename_all",
            "serialize_with",
            "skip",
            "skip_deserializing",
            "skip_serializing",
        ],
    );
}

/// serde reads such a variant as one without fields, and ignores the members beside the tag.
#[test]
fn variant_with_one_skipped_field_beside_a_tag_is_an_error() {
    let errors = |field: &str| {
        count_errors(&format!(
            r#"#[serde(tag = "t", deny_unknown_fields)] enum E {{ V({field}), W {{}} }}"#
        ))
    };
    for word in ["skip", "skip_deserializing"] {
        assert_eq!(
            errors(&format!("#[serde({word})] #[garde(range(max = 3))] u8")),
            1
        );
    }
    assert_eq!(errors("#[garde(dive)] Inside"), 0);
}
