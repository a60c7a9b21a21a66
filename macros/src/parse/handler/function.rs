//! The function below an attribute, as written; its body is not parsed.

use proc_macro2::{Group, Span, TokenStream};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Signature, Visibility};

use crate::diagnostics::Diagnostics;
use crate::parse::handler::attribute::Kind;
use crate::parse::handler::surroundings::{self, Surroundings};

/// A handler as written.
#[derive(Clone)]
pub(crate) struct RawHandler {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
    /// The mistake around the function, if there is one.
    pub(crate) surroundings: Option<Surroundings>,
}

impl RawHandler {
    /// Parses the item, or reports that it is not a function.
    pub(crate) fn parse_item(
        kind: Kind,
        item: TokenStream,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let first = item.clone().into_iter().next();
        let mut handler: Option<Self> = syn::parse2(item).ok();
        if let Some(handler) = &mut handler {
            handler.surroundings = match handler.signature.receiver() {
                Some(_) => Some(Surroundings::Method),
                None => surroundings::find(),
            };
        } else {
            let kind = kind.name();
            let span = first.map_or_else(Span::call_site, |token| token.span());
            diagnostics.error(
                span,
                format_args!("`#[{kind}]` applies only to a function with a body"),
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
            surroundings: None,
        })
    }
}
