//! The words of serde under which garde's rules see all of the input.

use crate::diagnostics::Diagnostics;
use crate::parse::SerdeKind::{self, *};
use crate::parse::{Position, SerdeWord, SerdeWords};

/// The words accepted on a struct.
const ON_STRUCT: &[SerdeKind] = &[
    Rename,
    RenameAll,
    Default,
    DenyUnknownFields,
    Bound,
    Crate,
    Expecting,
    Transparent,
    Into,
];

/// The words accepted on an enum.
const ON_ENUM: &[SerdeKind] = &[
    Rename,
    RenameAll,
    RenameAllFields,
    Tag,
    Content,
    DenyUnknownFields,
    Bound,
    Crate,
    Expecting,
    Into,
];

/// The words accepted on a field.
const ON_FIELD: &[SerdeKind] = &[
    Rename,
    Alias,
    Default,
    Skip,
    SkipDeserializing,
    SkipSerializing,
    SkipSerializingIf,
    SerializeWith,
    Borrow,
    Bound,
];

/// The words accepted on a variant.
const ON_VARIANT: &[SerdeKind] = &[
    Rename,
    RenameAll,
    Alias,
    Skip,
    SkipDeserializing,
    SkipSerializing,
    SerializeWith,
    Other,
    Bound,
];

/// The words that `#[secure(unvalidated = "…")]` on the field excuses.
const EXCUSABLE: &[SerdeKind] = &[With, DeserializeWith];

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
        if *kind == Unknown {
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
        Flatten => (
            "accepts members that no rule checks",
            "remove `flatten`, and declare the fields here or nest them under a name",
        ),
        With | DeserializeWith => (
            "hides the input from the rules",
            "remove it, or write `#[secure(unvalidated = \"reason\")]` on the field",
        ),
        From | TryFrom | Remote | Getter => (
            "decodes another type, which no rule checks",
            "remove it, and convert the validated input in the handler",
        ),
        Untagged => (
            "does not name the variant, so errors cannot name the field",
            "write `#[serde(tag = \"type\")]` on the enum instead",
        ),
        Tag | Content if position == Position::Struct => ("is not read on a struct", "remove it"),
        _ => ("is not supported by `SecureInput`", "remove it"),
    }
}
