//! What a requirement is made of: scopes, or roles; and how a help line names them.

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaf {
    Scope,
    Role,
}

impl Leaf {
    /// One of them, as a message says it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Scope => "scope",
            Self::Role => "role",
        }
    }

    /// The attribute's word that takes a requirement of them.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Scope => "scopes",
            Self::Role => "roles",
        }
    }

    /// The type of its constants.
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::Scope => "Scope",
            Self::Role => "Role",
        }
    }

    /// One that compiles, in quotes.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Scope => "\"orders:read\"",
            Self::Role => "\"admin\"",
        }
    }

    /// Two that compile, as the parts of a list.
    pub(crate) fn examples(self) -> &'static str {
        match self {
            Self::Scope => "\"orders:read\", \"orders:write\"",
            Self::Role => "\"admin\", \"auditor\"",
        }
    }

    /// What may be written instead of something that is no requirement.
    pub(crate) fn grammar(self) -> &'static str {
        match self {
            Self::Scope => {
                "write scopes with a space between them, `\"orders:read orders:write\"`, the path \
                 of a `Scope` constant, `any(…)` or `all(…)`"
            }
            Self::Role => {
                "write one role, `\"admin\"`, the path of a `Role` constant, `any(…)` or `all(…)`"
            }
        }
    }
}
