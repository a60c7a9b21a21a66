//! Which words of serde keep what comes in visible to the rules.

use crate::diagnostics::Diagnostics;
use crate::parse::{InputWord, On};

/// The words on a struct that change nothing of what the rules see.
const STRUCT: &[&str] = &[
    "rename",
    "rename_all",
    "default",
    "deny_unknown_fields",
    "bound",
    "crate",
    "expecting",
    "transparent",
    "into",
];

/// The words on an enum that change nothing of what the rules see.
const ENUM: &[&str] = &[
    "rename",
    "rename_all",
    "rename_all_fields",
    "tag",
    "content",
    "deny_unknown_fields",
    "bound",
    "crate",
    "expecting",
    "into",
];

/// The words on a field that change nothing of what the rules see.
const FIELD: &[&str] = &[
    "rename",
    "alias",
    "default",
    "skip",
    "skip_deserializing",
    "skip_serializing",
    "skip_serializing_if",
    "serialize_with",
    "borrow",
    "bound",
];

/// The words on a variant that change nothing of what the rules see.
const VARIANT: &[&str] = &[
    "rename",
    "rename_all",
    "alias",
    "skip",
    "skip_deserializing",
    "skip_serializing",
    "serialize_with",
    "other",
    "bound",
];

/// The words that a reason on the field excuses.
const EXCUSABLE: &[&str] = &["with", "deserialize_with"];

/// Refuses the words of an item or a field that hide what comes in.
pub(crate) fn refuse_hiding(
    words: &[InputWord],
    on: On,
    excused: bool,
    diagnostics: &mut Diagnostics,
) {
    let known = match on {
        On::Struct => STRUCT,
        On::Enum => ENUM,
        On::Variant => VARIANT,
        On::Field => FIELD,
    };
    for word in words {
        let name = word.name.to_string();
        if known.contains(&name.as_str()) || (excused && EXCUSABLE.contains(&name.as_str())) {
            continue;
        }
        let (wrong, help) = complaint(&name);
        diagnostics.error(word.span(), format_args!("`{name}` {wrong}"), help);
    }
}

fn complaint(name: &str) -> (&'static str, &'static str) {
    match name {
        "flatten" => (
            "takes members that no rule sees",
            "remove `flatten`: write the fields out, or nest them under a name",
        ),
        "with" | "deserialize_with" => (
            "reads input that no rule sees",
            "remove it, or say why it is safe: `#[secure(unvalidated = \"…\")]` on the field",
        ),
        "from" | "try_from" | "remote" | "getter" => (
            "reads another type, whose input no rule sees",
            "remove it: take the fields as they come in, and convert them in the handler",
        ),
        "untagged" => (
            "takes whichever variant happens to fit, and says of none why it does not",
            "write `#[serde(tag = \"type\")]` on the enum in its place, so that the input names its variant",
        ),
        "tag" | "content" => (
            "stands on enums only: a struct's tag is not read",
            "remove it",
        ),
        _ => (
            "is a word of serde that `SecureInput` does not know",
            "remove it; Palisade cannot tell what it lets in",
        ),
    }
}

/// Whether serde reads the field at all.
pub(crate) fn is_read(words: &[InputWord]) -> bool {
    !words
        .iter()
        .any(|word| word.is("skip") || word.is("skip_deserializing"))
}
