//! Who may call, and under which limits: what an attribute says, checked.

use proc_macro2::Span;
use syn::LitStr;

use crate::diagnostics::Diagnostics;
use crate::model::body_limit;
use crate::model::requirement::Requirement;
use crate::model::runtime::Runtime;
use crate::parse::{Kind, RawAttribute, RawScopes};

/// A checked attribute.
pub(crate) struct Declaration {
    pub(crate) access: Access,
    pub(crate) body_limit: Option<u64>,
    pub(crate) unvalidated: Option<LitStr>,
}

/// Who may call.
pub(crate) enum Access {
    Public { reason: LitStr },
    Authenticated,
    Scopes(Requirement),
}

impl Declaration {
    /// Checks every word. The runtime's place is known even where a word is wrong.
    pub(crate) fn check(
        raw: RawAttribute,
        diagnostics: &mut Diagnostics,
    ) -> (Runtime, Option<Self>) {
        let RawAttribute {
            kind,
            span,
            scopes,
            authenticated,
            reason,
            body_limit,
            unvalidated,
            krate,
            incomplete,
        } = raw;
        let access = match kind {
            Kind::Secured => {
                let authenticated = authenticated.take().map(|(span, ())| span);
                let scopes = scopes.take().map(|(_, scopes)| scopes);
                secured(
                    authenticated,
                    scopes,
                    (!incomplete).then_some(span),
                    diagnostics,
                )
            }
            Kind::Public => public(reason.take(), (!incomplete).then_some(span), diagnostics),
        };
        let body_limit = match body_limit.take() {
            Some((_, text)) => body_limit::check(&text, diagnostics).map(Some),
            None => Some(None),
        };
        let unvalidated = match unvalidated.take() {
            Some((_, text)) => check_reason(text, "unvalidated", diagnostics).map(Some),
            None => Some(None),
        };
        let runtime = Runtime::new(krate.take().map(|(_, path)| path));
        let declaration = || {
            Some(Self {
                access: access?,
                body_limit: body_limit?,
                unvalidated: unvalidated?,
            })
        };
        (runtime, declaration())
    }
}

/// `missing` is where to say that nothing was said, if that is a mistake of its own.
fn secured(
    authenticated: Option<Span>,
    scopes: Option<RawScopes>,
    missing: Option<Span>,
    diagnostics: &mut Diagnostics,
) -> Option<Access> {
    match (authenticated, scopes) {
        (Some(span), Some(_)) => {
            diagnostics.error(
                span,
                "`authenticated` and `scopes` say different things",
                "remove `authenticated`: who holds the scopes is authenticated too",
            );
            None
        }
        (Some(_), None) => Some(Access::Authenticated),
        (None, Some(scopes)) => Requirement::check(scopes, diagnostics).map(Access::Scopes),
        (None, None) => {
            if let Some(span) = missing {
                diagnostics.error(
                    span,
                    "`#[secured]` does not say who may call",
                    "write `#[secured(scopes = \"orders:read\")]`, or `#[secured(authenticated)]` \
                     where any valid token is enough",
                );
            }
            None
        }
    }
}

fn public(
    reason: Option<(Span, LitStr)>,
    missing: Option<Span>,
    diagnostics: &mut Diagnostics,
) -> Option<Access> {
    match reason {
        Some((_, reason)) => {
            let reason = check_reason(reason, "reason", diagnostics)?;
            Some(Access::Public { reason })
        }
        None => {
            if let Some(span) = missing {
                diagnostics.error(
                    span,
                    "`#[public]` does not say why anybody may call",
                    "write `#[public(reason = \"liveness probe, reveals nothing\")]`",
                );
            }
            None
        }
    }
}

fn check_reason(text: LitStr, word: &str, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    if !text.value().trim().is_empty() {
        return Some(text);
    }
    diagnostics.error(
        text.span(),
        format_args!("`{word}` gives no reason"),
        format_args!("write why that is safe: `{word} = \"liveness probe, reveals nothing\"`"),
    );
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(kind: Kind, attribute: &str) -> Vec<String> {
        let mut diagnostics = Diagnostics::default();
        let tokens = attribute.parse().unwrap();
        let raw = RawAttribute::parse(kind, Span::call_site(), tokens, &mut diagnostics);
        let (_, declaration) = Declaration::check(raw, &mut diagnostics);
        let messages = diagnostics.into_messages();
        assert_eq!(declaration.is_some(), messages.is_empty(), "{attribute}");
        messages
    }

    #[test]
    fn what_says_who_may_call_is_accepted() {
        for attribute in [
            "authenticated",
            "authenticated,",
            "scopes = \"a b\"",
            "scopes = any(A, all(\"b\", c::D)), body_limit = \"1 MiB\", unvalidated = \"signed\", crate = ::p",
        ] {
            assert_eq!(mistakes(Kind::Secured, attribute), [""; 0], "{attribute}");
        }
        assert_eq!(mistakes(Kind::Public, "reason = \"a probe\""), [""; 0]);
    }

    #[test]
    fn silence_is_refused() {
        assert_eq!(
            mistakes(Kind::Secured, ""),
            ["`#[secured]` does not say who may call"]
        );
        assert_eq!(
            mistakes(Kind::Secured, "body_limit = \"1 MiB\""),
            ["`#[secured]` does not say who may call"]
        );
        assert_eq!(
            mistakes(Kind::Public, ""),
            ["`#[public]` does not say why anybody may call"]
        );
        assert_eq!(
            mistakes(Kind::Public, "reason = \"\""),
            ["`reason` gives no reason"]
        );
        assert_eq!(
            mistakes(Kind::Public, "reason = \" \\t\""),
            ["`reason` gives no reason"]
        );
        assert_eq!(
            mistakes(Kind::Secured, "authenticated, unvalidated = \"\""),
            ["`unvalidated` gives no reason"]
        );
    }

    #[test]
    fn a_misspelled_word_is_one_mistake() {
        assert_eq!(
            mistakes(Kind::Secured, "scope = \"a\""),
            ["`scope` is not a word of `#[secured]`"]
        );
        assert_eq!(
            mistakes(Kind::Secured, "scopes = 3"),
            ["this is no scope requirement"]
        );
    }

    #[test]
    fn all_mistakes_are_reported_at_once() {
        assert_eq!(
            mistakes(
                Kind::Secured,
                "scopes = \"\", roles = [1, 2], body_limit = \"0 B\", unvalidated, authenticated = 1, body_limit = \"1 B\""
            ),
            [
                "`roles` is not a word of `#[secured]`",
                "`unvalidated` has no value",
                "`authenticated` takes no value",
                "`body_limit` is written twice",
                "`authenticated` and `scopes` say different things",
                "a limit of 0 refuses every body",
            ]
        );
    }

    #[test]
    fn each_attribute_has_its_own_words() {
        assert_eq!(
            mistakes(Kind::Secured, "authenticated, reason = \"x\""),
            ["`reason` is not a word of `#[secured]`"]
        );
        assert_eq!(
            mistakes(Kind::Public, "reason = \"x\", authenticated"),
            ["`authenticated` is not a word of `#[public]`"]
        );
    }

    #[test]
    fn punctuation_is_asked_for() {
        assert_eq!(
            mistakes(Kind::Secured, "scopes = \"a\" authenticated"),
            ["a comma is missing before this"]
        );
        assert_eq!(
            mistakes(Kind::Secured, "\"a\""),
            ["a word of the attribute is expected here"]
        );
        assert_eq!(mistakes(Kind::Secured, "scopes"), ["`scopes` has no value"]);
    }
}
