//! The keywords of the attributes, each spelled once.

use crate::parse::handler::grant_kind::GrantKind;

/// An option of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
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

impl Keyword {
    /// Its spelling.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Scopes => GrantKind::Scope.option(),
            Self::Roles => GrantKind::Role.option(),
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

    /// An example with a valid value.
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

    /// Returns the keyword with this name.
    pub(crate) fn find(known: &[Self], name: &str) -> Option<Self> {
        known.iter().copied().find(|keyword| keyword.name() == name)
    }

    /// Returns the keyword nearest to a misspelled name, if one is near.
    pub(crate) fn guess(known: &[Self], name: &str) -> Option<Self> {
        known
            .iter()
            .copied()
            .map(|keyword| (distance(keyword.name(), name), keyword))
            .min_by_key(|(distance, _)| *distance)
            .filter(|(distance, keyword)| *distance * 3 <= keyword.name().len().max(name.len()))
            .map(|(_, keyword)| keyword)
    }

    /// Lists the keywords for a help line.
    pub(crate) fn list(known: &[Self]) -> String {
        known
            .iter()
            .map(|keyword| format!("`{}`", keyword.name()))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// The Levenshtein distance: inserted, removed and replaced characters.
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

    const KNOWN: &[Keyword] = &[
        Keyword::Scopes,
        Keyword::Roles,
        Keyword::Authenticated,
        Keyword::BodyLimit,
        Keyword::Unvalidated,
        Keyword::Crate,
    ];

    #[test]
    fn distance_counts_single_edits() {
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
    fn guess_is_the_nearest_keyword() {
        assert_eq!(Keyword::guess(KNOWN, "scope"), Some(Keyword::Scopes));
        assert_eq!(
            Keyword::guess(KNOWN, "autenticated"),
            Some(Keyword::Authenticated)
        );
        assert_eq!(Keyword::guess(KNOWN, "bodylimit"), Some(Keyword::BodyLimit));
        assert_eq!(Keyword::guess(KNOWN, "role"), Some(Keyword::Roles));
        assert_eq!(Keyword::guess(KNOWN, "tenant"), None);
        assert_eq!(Keyword::guess(KNOWN, "acr"), None);
    }
}
