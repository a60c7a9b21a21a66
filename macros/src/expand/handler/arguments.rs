//! The rules for the arguments of a handler, each at the argument's own span.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;

use crate::expand::handler::claims::claims;
use crate::expand::handler::names::{first_span, hidden};
use crate::expand::{Private, Runtime};
use crate::model::{Access, Declaration, Handler};

/// The facts about each argument, and the rules that need all of them.
pub(super) struct Arguments {
    pub(super) facts: Vec<TokenStream>,
    pub(super) rules: Vec<TokenStream>,
}

// Input:  #[secured(authenticated, unvalidated = "…")] async fn hook(tenant: Tenant, body: Unvalidated<Bytes>) …
// Output: facts: <Tenant as ArgumentBeforeLast<WithUnvalidated<SecuredHandler>>>::FACTS, <Unvalidated<Bytes> as ArgumentOf<…>>::FACTS
//         rules: const _: () = <Reason<{ has_reason(<__palisade_hook as Declares>::ARGUMENTS, 0) }> as ReasonIsStated>::HOLDS …
//                <UnvalidatedReason<{ has_unvalidated(…) }> as UnvalidatedIsUsed>::HOLDS
//                <BodyInChunks<{ has_streamed_body(…) }> as LargeBodyIsStreamed>::HOLDS   // for each such limit
pub(super) fn arguments(
    handler: &Handler,
    declared: &Declaration,
    has_schemas: bool,
    runtime: Runtime<'_>,
) -> Arguments {
    let hidden = hidden(handler.name());
    let last = handler.arguments.len().saturating_sub(1);
    let each = || handler.arguments.iter().enumerate();
    let facts = each().map(|(index, ty)| {
        let fact = fact(ty, index == last, declared, runtime);
        let claims = has_schemas.then(|| claims(ty, runtime));
        quote!(#fact #claims)
    });
    let reasons = each().map(|(index, ty)| {
        let span = first_span(ty);
        let private = runtime.at(span);
        quote_spanned! {span=>
            <#private::rules::Reason<{ #private::has_reason(<#hidden as #private::Declares>::ARGUMENTS, #index) }> as #private::rules::ReasonIsStated>::HOLDS
        }
    });
    let unvalidated = declared.unvalidated.as_ref().map(|reason| {
        let span = reason.span();
        let private = runtime.at(span);
        quote_spanned! {span=>
            <#private::rules::UnvalidatedReason<{ #private::has_unvalidated(<#hidden as #private::Declares>::ARGUMENTS) }> as #private::rules::UnvalidatedIsUsed>::HOLDS
        }
    });
    let streamed = declared.limits.of_streams.iter().map(|span| {
        let private = runtime.at(*span);
        quote_spanned! {*span=>
            <#private::rules::BodyInChunks<{ #private::has_streamed_body(<#hidden as #private::Declares>::ARGUMENTS) }> as #private::rules::LargeBodyIsStreamed>::HOLDS
        }
    });
    Arguments {
        facts: facts.collect(),
        rules: reasons.chain(unvalidated).chain(streamed).collect(),
    }
}

fn fact(ty: &Type, is_last: bool, declared: &Declaration, runtime: Runtime<'_>) -> TokenStream {
    let span = first_span(ty);
    let private = runtime.at(span);
    let access = access(declared, private, span);
    let rule = if is_last {
        "ArgumentOf"
    } else {
        "ArgumentBeforeLast"
    };
    let rule = Ident::new(rule, span);
    quote_spanned!(span=> <#ty as #private::rules::#rule<#access>>::FACTS)
}

fn access(declared: &Declaration, private: Private<'_>, span: Span) -> TokenStream {
    let access = match &declared.access {
        Access::Public { .. } => quote_spanned!(span=> #private::rules::PublicHandler),
        Access::Authenticated
        | Access::Scopes(_)
        | Access::Roles(_)
        | Access::ScopesAndRoles { .. } => quote_spanned!(span=> #private::rules::SecuredHandler),
        Access::Login => quote_spanned!(span=> #private::rules::LoginHandler),
        Access::LoginOr(_) => quote_spanned!(span=> #private::rules::LoginOrTokenHandler),
    };
    if declared.unvalidated.is_some() {
        quote_spanned!(span=> #private::rules::WithUnvalidated<#access>)
    } else {
        access
    }
}
