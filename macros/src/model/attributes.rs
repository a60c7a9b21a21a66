//! Which of a handler's other attributes go where.

use proc_macro2::Span;
use syn::{Attribute, Meta, MetaList};

use crate::diagnostics::Diagnostics;
use crate::parse::Kind;

/// A handler's other attributes, by where they are emitted.
#[derive(Clone, Default)]
pub(crate) struct Attributes {
    /// `cfg`: above every generated item.
    pub(crate) conditions: Vec<Attribute>,
    /// Docs and deprecation: above the item that stands for the handler.
    pub(crate) item: Vec<Attribute>,
    /// `warn`, `deny`, `forbid`: above the item and the handler's own fn.
    pub(crate) levels: Vec<Attribute>,
    /// `allow`, and `expect` as an `allow`: above everything that names the handler's types.
    pub(crate) allowed: Vec<Attribute>,
    /// Everything that stays on the handler's own fn.
    pub(crate) inner: Vec<Attribute>,
}

impl Attributes {
    /// Sorts the attributes; a second one of palisade's own is a mistake.
    pub(crate) fn sort(
        kind: Kind,
        attributes: Vec<Attribute>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut sorted = Self::default();
        for attribute in attributes {
            if let Some((second, span)) = declares_access(&attribute) {
                refuse_second(kind, second, span, diagnostics);
            } else {
                sorted.push(attribute);
            }
        }
        sorted
    }

    fn push(&mut self, attribute: Attribute) {
        let name = attribute.path().get_ident().map(ToString::to_string);
        match name.as_deref() {
            Some("cfg") => self.conditions.push(attribute),
            Some("doc" | "deprecated") => self.item.push(attribute),
            Some("warn" | "deny" | "forbid") => self.levels.push(attribute),
            Some("allow") => {
                self.allowed.push(attribute.clone());
                self.inner.push(attribute);
            }
            Some("expect") => {
                // fulfilled once, inside; a copy elsewhere would be unfulfilled
                self.allowed.push(as_allow(&attribute));
                self.inner.push(attribute);
            }
            _ => self.inner.push(attribute),
        }
    }
}

/// Recognizes `#[secured(…)]` and `#[public(…)]`, by whatever path.
fn declares_access(attribute: &Attribute) -> Option<(Kind, Span)> {
    let last = attribute.path().segments.last()?;
    let kind = [Kind::Secured, Kind::Public]
        .into_iter()
        .find(|kind| last.ident == kind.name())?;
    Some((kind, last.ident.span()))
}

fn refuse_second(first: Kind, second: Kind, span: Span, diagnostics: &mut Diagnostics) {
    let second = second.name();
    if first.name() == second {
        diagnostics.error(
            span,
            format_args!("`#[{second}]` is written twice on this handler"),
            "remove one; what both should say goes into one attribute",
        );
    } else {
        diagnostics.error(
            span,
            "a handler is either `#[secured]` or `#[public]`",
            format_args!(
                "remove `#[{second}(…)]`, or remove `#[{}(…)]`; two handlers can share a fn",
                first.name()
            ),
        );
    }
}

fn as_allow(expect: &Attribute) -> Attribute {
    let mut allow = expect.clone();
    if let Meta::List(MetaList { path, .. }) = &mut allow.meta {
        let span = expect
            .path()
            .segments
            .first()
            .map(|first| first.ident.span());
        *path = syn::Ident::new("allow", span.unwrap_or_else(Span::call_site)).into();
    }
    allow
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;
    use syn::parse_quote;

    use super::*;

    fn names(attributes: &[Attribute]) -> Vec<String> {
        attributes
            .iter()
            .map(|attribute| attribute.path().to_token_stream().to_string())
            .collect()
    }

    #[test]
    fn every_attribute_has_its_place() {
        let mut diagnostics = Diagnostics::default();
        let sorted = Attributes::sort(
            Kind::Secured,
            vec![
                parse_quote!(#[doc = "Reads."]),
                parse_quote!(#[cfg(unix)]),
                parse_quote!(#[deprecated]),
                parse_quote!(#[deny(warnings)]),
                parse_quote!(#[allow(unused)]),
                parse_quote!(#[expect(unused, reason = "x")]),
                parse_quote!(#[tracing::instrument(skip_all)]),
            ],
            &mut diagnostics,
        );
        assert_eq!(diagnostics.into_messages(), [""; 0]);
        assert_eq!(names(&sorted.conditions), ["cfg"]);
        assert_eq!(names(&sorted.item), ["doc", "deprecated"]);
        assert_eq!(names(&sorted.levels), ["deny"]);
        assert_eq!(names(&sorted.allowed), ["allow", "allow"]);
        assert_eq!(
            names(&sorted.inner),
            ["allow", "expect", "tracing :: instrument"]
        );
    }

    #[test]
    fn a_second_declaration_is_refused_and_left_out() {
        for (second, mistake) in [
            (
                parse_quote!(#[palisade::secured(authenticated)]),
                "`#[secured]` is written twice on this handler",
            ),
            (
                parse_quote!(#[public(reason = "x")]),
                "a handler is either `#[secured]` or `#[public]`",
            ),
        ] {
            let mut diagnostics = Diagnostics::default();
            let sorted = Attributes::sort(Kind::Secured, vec![second], &mut diagnostics);
            assert_eq!(diagnostics.into_messages(), [mistake]);
            assert!(sorted.inner.is_empty());
        }
    }
}
