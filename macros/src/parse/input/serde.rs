//! Parses `#[serde(…)]`: once, into the types that every later stage uses.

use syn::{Attribute, Ident};

use crate::diagnostics::Diagnostics;
use crate::parse::input::word::{Word, words_of};

/// The words of serde, each spelled once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum SerdeKind {
    Alias,
    Borrow,
    Bound,
    Content,
    Crate,
    Default,
    DenyUnknownFields,
    DeserializeWith,
    Expecting,
    FieldIdentifier,
    Flatten,
    From,
    Getter,
    Into,
    Other,
    Remote,
    Rename,
    RenameAll,
    RenameAllFields,
    SerializeWith,
    Skip,
    SkipDeserializing,
    SkipSerializing,
    SkipSerializingIf,
    Tag,
    Transparent,
    TryFrom,
    Untagged,
    VariantIdentifier,
    With,
    /// A word that serde does not know.
    Unknown,
}

impl SerdeKind {
    fn of(name: &Ident) -> Self {
        match name.to_string().as_str() {
            "alias" => Self::Alias,
            "borrow" => Self::Borrow,
            "bound" => Self::Bound,
            "content" => Self::Content,
            "crate" => Self::Crate,
            "default" => Self::Default,
            "deny_unknown_fields" => Self::DenyUnknownFields,
            "deserialize_with" => Self::DeserializeWith,
            "expecting" => Self::Expecting,
            "field_identifier" => Self::FieldIdentifier,
            "flatten" => Self::Flatten,
            "from" => Self::From,
            "getter" => Self::Getter,
            "into" => Self::Into,
            "other" => Self::Other,
            "remote" => Self::Remote,
            "rename" => Self::Rename,
            "rename_all" => Self::RenameAll,
            "rename_all_fields" => Self::RenameAllFields,
            "serialize_with" => Self::SerializeWith,
            "skip" => Self::Skip,
            "skip_deserializing" => Self::SkipDeserializing,
            "skip_serializing" => Self::SkipSerializing,
            "skip_serializing_if" => Self::SkipSerializingIf,
            "tag" => Self::Tag,
            "transparent" => Self::Transparent,
            "try_from" => Self::TryFrom,
            "untagged" => Self::Untagged,
            "variant_identifier" => Self::VariantIdentifier,
            "with" => Self::With,
            _ => Self::Unknown,
        }
    }
}

/// One word of serde, as it was written.
pub(crate) struct SerdeWord {
    pub(crate) name: Ident,
    pub(crate) kind: SerdeKind,
    /// Its string, or the string in `…(deserialize = "…")`.
    pub(crate) text: Option<String>,
}

impl SerdeWord {
    fn of(word: &Word) -> Self {
        let inside = word.words();
        let reading = inside.iter().find(|word| word.is("deserialize"));
        Self {
            name: word.name.clone(),
            kind: SerdeKind::of(&word.name),
            text: reading.map_or_else(|| word.text(), Word::text),
        }
    }
}

/// serde's words on an item, a variant or a field.
pub(crate) struct SerdeWords {
    pub(crate) words: Vec<SerdeWord>,
    is_malformed: bool,
}

impl SerdeWords {
    pub(crate) fn parse(attributes: &[Attribute], diagnostics: &mut Diagnostics) -> Self {
        let (words, is_malformed) = words_of(attributes, "serde", diagnostics);
        Self {
            words: words.iter().map(SerdeWord::of).collect(),
            is_malformed,
        }
    }

    pub(crate) fn find(&self, kind: SerdeKind) -> Option<&SerdeWord> {
        self.words.iter().find(|word| word.kind == kind)
    }

    pub(crate) fn has(&self, kind: SerdeKind) -> bool {
        self.find(kind).is_some()
    }

    /// The strings of each word of a kind; a `…(serialize = "…")` alone has none.
    pub(crate) fn texts(&self, kind: SerdeKind) -> impl Iterator<Item = &str> {
        let words = self.words.iter().filter(move |word| word.kind == kind);
        words.filter_map(|word| word.text.as_deref())
    }

    /// The first string of a word of a kind.
    pub(crate) fn text(&self, kind: SerdeKind) -> Option<&str> {
        self.texts(kind).next()
    }

    /// Whether serde's derive rejects them, and so implements nothing; it is reported.
    pub(crate) fn is_rejected(&self) -> bool {
        self.is_malformed || self.has(SerdeKind::Unknown)
    }

    /// Whether serde reads what they are on.
    pub(crate) fn is_read(&self) -> bool {
        !self.has(SerdeKind::Skip) && !self.has(SerdeKind::SkipDeserializing)
    }
}
