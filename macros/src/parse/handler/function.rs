//! The fn that an attribute stands on; its body stays unread.

use proc_macro2::{Group, Span, TokenStream};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Signature, Visibility};

use crate::diagnostics::Diagnostics;
use crate::parse::handler::attribute::Kind;

/// A handler as it was written.
#[derive(Clone)]
pub(crate) struct RawHandler {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
}

impl RawHandler {
    /// Reads the item, or says that the attribute stands on something else.
    pub(crate) fn read(
        kind: Kind,
        item: TokenStream,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let first = item.clone().into_iter().next();
        let handler = syn::parse2(item).ok();
        if handler.is_none() {
            let kind = kind.name();
            let span = first.map_or_else(Span::call_site, |token| token.span());
            diagnostics.error(
                span,
                format_args!("`#[{kind}]` stands on what is no fn with a body"),
                "write it above a handler: `async fn list_orders() -> StatusCode { … }`",
            );
        }
        handler
    }
}

impl Parse for RawHandler {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attributes: input.call(Attribute::parse_outer)?,
            vis: input.parse()?,
            signature: input.parse()?,
            body: input.parse()?,
        })
    }
}
