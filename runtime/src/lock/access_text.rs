//! The text of a formula: `any(admin, all(orders:delete, orders:write))`, `all(orders:read, role clerk)`.

use std::fmt;

use crate::lock::access::{Attribute, Formula};
use crate::lock::word::{split_word, word};

/// Words with a meaning; a scope of the same name is quoted.
const RESERVED: &[&str] = &["all", "any", "authenticated", "login", "public", "role"];

/// The maximum depth of nested lists.
const MAX_DEPTH: usize = 32;

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, parts) = match self {
            Self::Public => return f.write_str("public"),
            Self::One(Attribute::Token) => return f.write_str("authenticated"),
            Self::One(Attribute::Login) => return f.write_str("login"),
            Self::One(Attribute::Scope(scope)) => return f.write_str(&word(scope, RESERVED)),
            Self::One(Attribute::Role(role)) => return write!(f, "role {}", word(role, &[])),
            Self::All(parts) => ("all", parts),
            Self::Any(parts) => ("any", parts),
        };
        write!(f, "{name}(")?;
        for (at, part) in parts.iter().enumerate() {
            let separator = if at == 0 { "" } else { ", " };
            write!(f, "{separator}{part}")?;
        }
        f.write_str(")")
    }
}

impl Formula {
    /// Parses a formula, which must be the whole text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (formula, rest) = Self::parse_prefix(text, 0)?;
        rest.is_empty().then(|| formula.normalized())
    }

    fn parse_prefix(text: &str, depth: usize) -> Option<(Self, &str)> {
        let (name, is_quoted, rest) = split_word(text)?;
        if is_quoted {
            return Some((Self::One(Attribute::Scope(name)), rest));
        }
        Some(match name.as_str() {
            "public" => (Self::Public, rest),
            "authenticated" => (Self::One(Attribute::Token), rest),
            "login" => (Self::One(Attribute::Login), rest),
            "role" => {
                let (role, _, rest) = split_word(rest.strip_prefix(' ')?)?;
                (Self::One(Attribute::Role(role)), rest)
            }
            "all" | "any" => {
                let (parts, rest) = parse_list(rest.strip_prefix('(')?, depth + 1)?;
                match (name.as_str(), parts.is_empty()) {
                    // never the formula that everything satisfies
                    ("all", true) => return None,
                    ("all", false) => (Self::All(parts), rest),
                    _ => (Self::Any(parts), rest),
                }
            }
            _ => (Self::One(Attribute::Scope(name)), rest),
        })
    }
}

/// Parses the parts of a list and its closing parenthesis.
fn parse_list(text: &str, depth: usize) -> Option<(Vec<Formula>, &str)> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut parts = Vec::new();
    let mut rest = text;
    if let Some(rest) = rest.strip_prefix(')') {
        return Some((parts, rest));
    }
    loop {
        let (part, after) = Formula::parse_prefix(rest, depth)?;
        parts.push(part);
        if let Some(after) = after.strip_prefix(')') {
            return Some((parts, after));
        }
        rest = after.strip_prefix(", ")?;
    }
}
