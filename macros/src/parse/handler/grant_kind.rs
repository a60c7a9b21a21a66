//! The two kinds of grants that a handler can require, and their names in messages.

/// Scopes or roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GrantKind {
    Scope,
    Role,
}

impl GrantKind {
    /// The singular, for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Scope => "scope",
            Self::Role => "role",
        }
    }

    /// The option of the attribute.
    pub(crate) fn option(self) -> &'static str {
        match self {
            Self::Scope => "scopes",
            Self::Role => "roles",
        }
    }

    /// A valid example, in quotes.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Scope => "\"orders:read\"",
            Self::Role => "\"admin\"",
        }
    }

    /// Two valid examples, as the items of a list.
    pub(crate) fn examples(self) -> &'static str {
        match self {
            Self::Scope => "\"orders:read\", \"orders:write\"",
            Self::Role => "\"admin\", \"auditor\"",
        }
    }

    /// The forms of a requirement, for a help line.
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
