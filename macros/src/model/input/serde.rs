//! The words of serde under which garde's rules see all of the input.

use crate::diagnostics::Diagnostics;
use crate::parse::{Position, SerdeKind, SerdeWord, SerdeWords};

/// The words accepted on a struct.
const ON_STRUCT: &[SerdeKind] = &[
    SerdeKind::Rename,
    SerdeKind::RenameAll,
    SerdeKind::Default,
    SerdeKind::DenyUnknownFields,
    SerdeKind::Bound,
    SerdeKind::Crate,
    SerdeKind::Expecting,
    SerdeKind::Transparent,
    SerdeKind::Into,
];

/// The words accepted on an enum.
const ON_ENUM: &[SerdeKind] = &[
    SerdeKind::Rename,
    SerdeKind::RenameAll,
    SerdeKind::RenameAllFields,
    SerdeKind::Tag,
    SerdeKind::Content,
    SerdeKind::DenyUnknownFields,
    SerdeKind::Bound,
    SerdeKind::Crate,
    SerdeKind::Expecting,
    SerdeKind::Into,
];

/// The words accepted on a field.
const ON_FIELD: &[SerdeKind] = &[
    SerdeKind::Rename,
    SerdeKind::Alias,
    SerdeKind::Default,
    SerdeKind::Skip,
    SerdeKind::SkipDeserializing,
    SerdeKind::SkipSerializing,
    SerdeKind::SkipSerializingIf,
    SerdeKind::SerializeWith,
    SerdeKind::Borrow,
    SerdeKind::Bound,
];

/// The words accepted on a variant.
const ON_VARIANT: &[SerdeKind] = &[
    SerdeKind::Rename,
    SerdeKind::RenameAll,
    SerdeKind::Alias,
    SerdeKind::Skip,
    SerdeKind::SkipDeserializing,
    SerdeKind::SkipSerializing,
    SerdeKind::SerializeWith,
    SerdeKind::Other,
    SerdeKind::Bound,
];

/// The words that `#[secure(unvalidated = "…")]` on the field excuses.
const EXCUSABLE: &[SerdeKind] = &[SerdeKind::With, SerdeKind::DeserializeWith];

/// Rejects the words that hide input from the rules; returns whether there were any.
pub(super) fn reject_hiding(
    serde: &SerdeWords,
    position: Position,
    is_excused: bool,
    diagnostics: &mut Diagnostics,
) -> bool {
    let accepted = match position {
        Position::Struct => ON_STRUCT,
        Position::Enum => ON_ENUM,
        Position::Variant => ON_VARIANT,
        Position::Field => ON_FIELD,
    };
    let mut hides = false;
    for SerdeWord { name, kind, .. } in &serde.words {
        if accepted.contains(kind) || (is_excused && EXCUSABLE.contains(kind)) {
            continue;
        }
        hides = true;
        if *kind == SerdeKind::Unknown {
            // in serde's words: its own derive reports the same, and rustc shows one of them
            let item = match position {
                Position::Struct | Position::Enum => "container",
                Position::Variant => "variant",
                Position::Field => "field",
            };
            let message = format!("unknown serde {item} attribute `{name}`");
            diagnostics.push(syn::Error::new(name.span(), message));
            continue;
        }
        let (wrong, help) = complaint(*kind, position);
        diagnostics.error(name.span(), format_args!("`{name}` {wrong}"), help);
    }
    hides
}

fn complaint(kind: SerdeKind, position: Position) -> (&'static str, &'static str) {
    match kind {
        SerdeKind::Flatten => (
            "accepts members that no rule checks",
            "remove `flatten`, and declare the fields here or nest them under a name",
        ),
        SerdeKind::With | SerdeKind::DeserializeWith => (
            "hides the input from the rules",
            "remove it, or write `#[secure(unvalidated = \"reason\")]` on the field",
        ),
        SerdeKind::From | SerdeKind::TryFrom | SerdeKind::Remote | SerdeKind::Getter => (
            "decodes another type, which no rule checks",
            "remove it, and convert the validated input in the handler",
        ),
        SerdeKind::Untagged => (
            "does not name the variant, so errors cannot name the field",
            "write `#[serde(tag = \"type\")]` on the enum instead",
        ),
        SerdeKind::Tag | SerdeKind::Content if position == Position::Struct => {
            ("is not read on a struct", "remove it")
        }
        _ => ("is not supported by `SecureInput`", "remove it"),
    }
}
