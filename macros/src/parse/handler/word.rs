//! The words of the attributes, each spelled once.

use crate::parse::handler::leaf::Leaf;

/// What a word of an attribute says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Scopes,
    Roles,
    Authenticated,
    Reason,
    BodyLimit,
    BodyTimeout,
    HeaderLimit,
    ParameterLimit,
    PartLimit,
    Unvalidated,
    Crate,
}

impl Word {
    /// As the attribute spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Scopes => Leaf::Scope.word(),
            Self::Roles => Leaf::Role.word(),
            Self::Authenticated => "authenticated",
            Self::Reason => "reason",
            Self::BodyLimit => "body_limit",
            Self::BodyTimeout => "body_timeout",
            Self::HeaderLimit => "header_limit",
            Self::ParameterLimit => "parameter_limit",
            Self::PartLimit => "part_limit",
            Self::Unvalidated => "unvalidated",
            Self::Crate => "crate",
        }
    }

    /// How it is written, with a value that compiles.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Scopes => "scopes = \"orders:read\"",
            Self::Roles => "roles = \"admin\"",
            Self::Authenticated => "authenticated",
            Self::Reason => "reason = \"liveness probe, reveals nothing\"",
            Self::BodyLimit => "body_limit = \"64 KiB\"",
            Self::BodyTimeout => "body_timeout = \"10 s\"",
            Self::HeaderLimit => "header_limit = 100",
            Self::ParameterLimit => "parameter_limit = 256",
            Self::PartLimit => "part_limit = 100",
            Self::Unvalidated => "unvalidated = \"the signature covers the raw bytes\"",
            Self::Crate => "crate = ::palisade",
        }
    }

    /// The word of this name among `known`.
    pub(crate) fn find(known: &[Self], name: &str) -> Option<Self> {
        known.iter().copied().find(|word| word.name() == name)
    }

    /// The word that was probably meant.
    pub(crate) fn guess(known: &[Self], name: &str) -> Option<Self> {
        known
            .iter()
            .copied()
            .map(|word| (distance(word.name(), name), word))
            .min_by_key(|(distance, _)| *distance)
            .filter(|(distance, word)| *distance * 3 <= word.name().len().max(name.len()))
            .map(|(_, word)| word)
    }

    /// All of them, for a help line.
    pub(crate) fn list(known: &[Self]) -> String {
        known
            .iter()
            .map(|word| format!("`{}`", word.name()))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// How many characters must be inserted, removed or replaced (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (above, left) in left.chars().enumerate() {
        let mut diagonal = above;
        let mut last = above + 1;
        let mut next = vec![last];
        for (old, right) in row.iter().skip(1).zip(right.chars()) {
            last = (diagonal + usize::from(left != right))
                .min(last + 1)
                .min(old + 1);
            diagonal = *old;
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[Word] = &[
        Word::Scopes,
        Word::Roles,
        Word::Authenticated,
        Word::BodyLimit,
        Word::Unvalidated,
        Word::Crate,
    ];

    #[test]
    fn the_distance_counts_single_edits() {
        for (left, right, edits) in [
            ("scopes", "scopes", 0),
            ("scopes", "scope", 1),
            ("scopes", "socpes", 2),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(left, right), edits, "{left} {right}");
            assert_eq!(distance(right, left), edits, "{right} {left}");
        }
    }

    #[test]
    fn a_near_miss_is_guessed_and_another_word_is_not() {
        assert_eq!(Word::guess(KNOWN, "scope"), Some(Word::Scopes));
        assert_eq!(
            Word::guess(KNOWN, "autenticated"),
            Some(Word::Authenticated)
        );
        assert_eq!(Word::guess(KNOWN, "bodylimit"), Some(Word::BodyLimit));
        assert_eq!(Word::guess(KNOWN, "role"), Some(Word::Roles));
        assert_eq!(Word::guess(KNOWN, "tenant"), None);
        assert_eq!(Word::guess(KNOWN, "acr"), None);
    }
}
