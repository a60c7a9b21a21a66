//! The access in `next(…)`, which will replace the present one.

use proc_macro2::Span;

use crate::diagnostics::Diagnostics;
use crate::model::handler::access::{Access, secured, written};
use crate::parse::{GrantKind, Keyword, RawNext};

/// The access that will replace the present one.
pub(crate) struct Next {
    pub(crate) access: Access,
    /// The word `next`.
    pub(crate) span: Span,
}

impl Next {
    /// Checks the options of `next(…)`; the runtime checks that the access is stricter, because constants have values there.
    pub(super) fn check(
        raw: RawNext,
        beside_login: bool,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let RawNext {
            span,
            scopes,
            roles,
            incomplete,
        } = raw;
        let scopes = written(GrantKind::Scope, scopes, diagnostics);
        let roles = written(GrantKind::Role, roles, diagnostics);
        if beside_login {
            diagnostics.error(
                span,
                "`next` and `login` exclude each other",
                "remove `next(…)`; a session has no scopes or roles",
            );
            return None;
        }
        if incomplete {
            return None;
        }
        if scopes.is_none() && roles.is_none() {
            diagnostics.error(
                span,
                "`next()` has no scopes or roles",
                format_args!("write `{}`", Keyword::Next.example()),
            );
            return None;
        }
        let access = secured(scopes, roles, None, diagnostics)?;
        Some(Self { access, span })
    }
}
