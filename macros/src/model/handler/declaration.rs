//! The checked declaration of a handler.

use syn::{LitStr, Path};

use crate::diagnostics::Diagnostics;
use crate::model::handler::access::{Access, AccessOptions, public, written};
use crate::model::handler::limits::Limits;
use crate::model::handler::next::Next;
use crate::model::handler::reason::check_reason;
use crate::parse::{AttributeKind, GrantKind, RawAttribute, Slot};

/// A checked declaration.
pub(crate) struct Declaration {
    pub(crate) access: Access,
    pub(crate) next: Option<Next>,
    pub(crate) limits: Limits,
    pub(crate) unvalidated: Option<LitStr>,
    /// Whether the handler accepts a ticket instead of a token.
    pub(crate) ticket: bool,
}

impl Declaration {
    /// Checks the options of an attribute together.
    ///
    /// Returns the path of the runtime crate too, even if an option is wrong.
    pub(crate) fn check(
        raw: RawAttribute,
        diagnostics: &mut Diagnostics,
    ) -> (Option<Self>, Option<Path>) {
        let RawAttribute {
            kind,
            span,
            scopes,
            roles,
            authenticated,
            login,
            alternatives,
            outside,
            next,
            ticket,
            reason,
            limits,
            unvalidated,
            krate,
            incomplete,
        } = raw;
        let scopes = written(GrantKind::Scope, scopes, diagnostics);
        let roles = written(GrantKind::Role, roles, diagnostics);
        let missing = (!incomplete).then_some(span);
        let flag = |slot: Slot<()>| slot.take().map(|(span, ())| span);
        let login = flag(login);
        let access = match kind {
            AttributeKind::Secured => {
                let options = AccessOptions {
                    scopes,
                    roles,
                    authenticated: flag(authenticated),
                    login,
                    alternatives: flag(alternatives),
                    outside,
                    missing,
                };
                options.check(diagnostics)
            }
            AttributeKind::Public => public(reason.take(), missing, diagnostics),
        };
        let limits = Limits::check(limits, diagnostics);
        let unvalidated =
            unvalidated.checked(|text| check_reason("unvalidated", text, diagnostics));
        let ticket = flag(ticket);
        if let (Some(span), Some(_)) = (ticket, login) {
            diagnostics.error(
                span,
                "`ticket` and `login` exclude each other",
                "remove `ticket`; a browser sends the cookie of its session itself",
            );
        }
        let next = next.checked(|raw| Next::check(raw, login.is_some(), diagnostics));
        let krate = krate.take().map(|(_, path)| path);
        let declaration = || {
            Some(Self {
                access: access?,
                next: next.ok()?,
                limits: limits?,
                unvalidated: unvalidated.ok()?,
                ticket: ticket.is_some(),
            })
        };
        (declaration(), krate)
    }
}

#[cfg(test)]
mod tests;
