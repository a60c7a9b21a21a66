//! The keywords of the attributes, each spelled once.

use crate::parse::handler::grant_kind::GrantKind;
use crate::parse::nearest::nearest;

/// An option of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    Scopes,
    Roles,
    Authenticated,
    Login,
    Any,
    Next,
    Ticket,
    Reason,
    BodyLimit,
    BodyTimeout,
    BodyIdleTimeout,
    Timeout,
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
            Self::Login => "login",
            Self::Any => "any",
            Self::Next => "next",
            Self::Ticket => "ticket",
            Self::Reason => "reason",
            Self::BodyLimit => "body_limit",
            Self::BodyTimeout => "body_timeout",
            Self::BodyIdleTimeout => "body_idle_timeout",
            Self::Timeout => "timeout",
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
            Self::Login => "login",
            Self::Any => "any(login, scopes = \"orders:read\")",
            Self::Next => "next(scopes = \"orders:read orders:list\")",
            Self::Ticket => "ticket",
            Self::Reason => "reason = \"liveness probe, reveals nothing\"",
            Self::BodyLimit => "body_limit = \"64 KiB\"",
            Self::BodyTimeout => "body_timeout = \"10 s\"",
            Self::BodyIdleTimeout => "body_idle_timeout = \"10 s\"",
            Self::Timeout => "timeout = \"10 s\"",
            Self::HeaderLimit => "header_limit = 100",
            Self::ParameterLimit => "parameter_limit = 256",
            Self::PartLimit => "part_limit = 100",
            Self::Unvalidated => "unvalidated = \"the signature covers the raw bytes\"",
            Self::Crate => "crate = ::palisade",
        }
    }

    /// Returns the edit that removes the value of an option that has none; `None` if the option has a value.
    pub(crate) fn help_without_value(self) -> Option<&'static str> {
        match self {
            Self::Authenticated => Some(
                "write `authenticated` alone, or require scopes or roles with `scopes = …` and `roles = …`",
            ),
            Self::Login => {
                Some("write `login` alone, or `any(login, scopes = …)` to accept a token too")
            }
            Self::Ticket => Some("write `ticket` alone, or remove it to accept no tickets"),
            _ => None,
        }
    }

    /// Returns the keyword with this name.
    pub(crate) fn find(known: &[Self], name: &str) -> Option<Self> {
        known.iter().copied().find(|keyword| keyword.name() == name)
    }

    /// Returns the keyword nearest to a misspelled name, if one is near.
    pub(crate) fn guess(known: &[Self], name: &str) -> Option<Self> {
        let names: Vec<_> = known.iter().map(|keyword| keyword.name()).collect();
        nearest(&names, name).and_then(|name| Self::find(known, name))
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
