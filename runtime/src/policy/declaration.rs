//! A handler's declaration, as its attribute wrote it.

use std::fmt;

use crate::policy::Requirement;

/// What `#[secured]` or `#[public]` says of one handler.
///
/// Built by the macros as a constant, read by the guard at each request and by
/// the inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Declaration {
    /// The handler's name.
    pub handler: &'static str,
    /// The module that the handler stands in.
    pub module: &'static str,
    /// Who may call it.
    pub access: Access,
    /// The largest body, in bytes, where the declaration sets one.
    pub body_limit: Option<usize>,
    /// Why it takes input that nobody checks, where it does.
    pub unvalidated: Option<&'static str>,
}

/// Who may call a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Anybody, for the reason given.
    Public {
        /// Why that is safe.
        reason: &'static str,
    },
    /// Everybody with a valid token.
    Authenticated,
    /// Those whose valid token satisfies the requirement.
    Scopes(Requirement),
}

impl Declaration {
    /// A handler that anybody may call.
    pub const fn public(handler: &'static str, module: &'static str, reason: &'static str) -> Self {
        Self::new(handler, module, Access::Public { reason })
    }

    /// A handler that everybody with a valid token may call.
    pub const fn authenticated(handler: &'static str, module: &'static str) -> Self {
        Self::new(handler, module, Access::Authenticated)
    }

    /// A handler whose callers need scopes.
    pub const fn scopes(
        handler: &'static str,
        module: &'static str,
        requirement: Requirement,
    ) -> Self {
        Self::new(handler, module, Access::Scopes(requirement))
    }

    /// Sets the largest body, in bytes.
    #[must_use]
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Says why the handler takes input that nobody checks.
    #[must_use]
    pub const fn unvalidated(mut self, reason: &'static str) -> Self {
        self.unvalidated = Some(reason);
        self
    }

    /// Whether no token is asked for.
    pub const fn is_public(&self) -> bool {
        matches!(self.access, Access::Public { .. })
    }

    const fn new(handler: &'static str, module: &'static str, access: Access) -> Self {
        Self {
            handler,
            module,
            access,
            body_limit: None,
            unvalidated: None,
        }
    }
}

/// As the attribute spells it: `public`, `authenticated`, `admin or (read and write)`.
impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public { .. } => f.write_str("public"),
            Self::Authenticated => f.write_str("authenticated"),
            Self::Scopes(requirement) => write_requirement(f, requirement, false),
        }
    }
}

fn write_requirement(
    f: &mut fmt::Formatter<'_>,
    requirement: &Requirement,
    nested: bool,
) -> fmt::Result {
    let (parts, word) = match requirement {
        Requirement::Scope(scope) => return f.write_str(scope.as_str()),
        Requirement::All(parts) => (parts, " and "),
        Requirement::Any(parts) => (parts, " or "),
    };
    if nested {
        f.write_str("(")?;
    }
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(word)?;
        }
        write_requirement(f, part, true)?;
    }
    if nested { f.write_str(")") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::Scope;

    #[test]
    fn access_reads_as_it_was_declared() {
        const READ: Requirement = Requirement::Scope(Scope::new("read"));
        const WRITE: Requirement = Requirement::Scope(Scope::new("write"));
        const ADMIN: Requirement = Requirement::Scope(Scope::new("admin"));
        const TREE: Requirement = Requirement::Any(&[ADMIN, Requirement::All(&[READ, WRITE])]);
        assert_eq!(
            Access::Scopes(TREE).to_string(),
            "admin or (read and write)"
        );
        assert_eq!(Access::Authenticated.to_string(), "authenticated");
        assert_eq!(Access::Public { reason: "because" }.to_string(), "public");
    }
}
