//! The rule for the return type of a handler, at the part that breaks it.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{GenericArgument, PathArguments, Type};

use crate::expand::Runtime;
use crate::expand::handler::names::first_span;
use crate::model::Handler;

/// A part of a return type that is a response on its own.
enum Part<'a> {
    /// `AppError` in `Result<…, AppError>`.
    Response(&'a Type),
    /// `Order` in `Json<Order>`.
    Json(&'a Type),
}

// Input:  -> Result<Json<Order>, AppError>
// Output: {
//             let _ = || {
//                 let part = (&Returned::<Result<Json<Order>, AppError>>::TYPE).__palisade_part();
//                 <Order as JsonBody<_>>::is_part(part);
//                 <AppError as IsResponse<_>>::is_part(part);
//             };
//             true
//         }
//
// If the whole is a response, `part` is `AnyPart`, which accepts every type.
pub(super) fn returned(handler: &Handler, runtime: Runtime<'_>) -> TokenStream {
    let mut parts = Vec::new();
    let output = handler.output().filter(|ty| is_nameable(ty));
    if let Some(output) = output {
        collect(output, &mut parts);
    }
    let Some(output) = output else {
        return quote!(true);
    };
    let private = runtime.path();
    // with the span of a type from a `macro_rules!` macro, the name would be a different variable
    let part_name = Ident::new("__palisade_part", Span::call_site());
    let parts = parts.iter().map(|part| match part {
        Part::Response(ty) => {
            let private = runtime.at(first_span(ty));
            quote_spanned!(first_span(ty)=> <#ty as #private::rules::IsResponse<_>>::is_part(#part_name);)
        }
        Part::Json(ty) => {
            let private = runtime.at(first_span(ty));
            quote_spanned!(first_span(ty)=> <#ty as #private::rules::JsonBody<_>>::is_part(#part_name);)
        }
    });
    quote! {{
        let _ = || {
            let #part_name = (&#private::Returned::<#output>::TYPE).__palisade_part();
            #(#parts)*
        };
        true
    }}
}

/// The return type, if it can be written outside a signature.
pub(super) fn nameable_output(handler: &Handler) -> Option<TokenStream> {
    match handler.output() {
        None => Some(quote!(())),
        Some(ty) => is_nameable(ty).then(|| quote!(#ty)),
    }
}

/// Whether a return type can be written outside a signature: without `impl Trait`, `!` and `_`, and without a macro, which may
/// expand to one of them.
pub(super) fn is_nameable(ty: &Type) -> bool {
    is_nameable_in(ty.to_token_stream(), false)
}

/// Whether the type of an argument can be written outside a signature. A macro in it must expand to such a type: the rules for
/// arguments name it, too.
pub(super) fn is_nameable_argument(ty: &Type) -> bool {
    is_nameable_in(ty.to_token_stream(), true)
}

fn is_nameable_in(tokens: TokenStream, allows_macros: bool) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_nameable = match token {
            TokenTree::Group(group) => is_nameable_in(group.stream(), allows_macros),
            TokenTree::Ident(ident) => ident != "impl" && ident != "_",
            TokenTree::Punct(punct) if punct.as_char() == '!' => {
                // the input of a macro is no type
                let input = |token: &TokenTree| matches!(token, TokenTree::Group(_));
                allows_macros && tokens.next_if(input).is_some()
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => true,
        };
        if !is_nameable {
            return false;
        }
    }
    true
}

fn collect<'a>(ty: &'a Type, parts: &mut Vec<Part<'a>>) {
    match ty {
        Type::Paren(inner) => return collect(&inner.elem, parts),
        Type::Group(inner) => return collect(&inner.elem, parts),
        Type::Tuple(tuple) => {
            if let Some(body) = tuple.elems.last() {
                return collect(body, parts);
            }
        }
        Type::Path(path) => {
            let last = path.path.segments.last();
            let name = last.map(|segment| segment.ident.to_string());
            let types: Vec<_> = last.into_iter().flat_map(type_arguments).collect();
            match (name.as_deref(), types.as_slice()) {
                (Some("Result"), [ok, error]) => {
                    collect(ok, parts);
                    return collect(error, parts);
                }
                (Some("Json"), [body]) => return parts.push(Part::Json(item(body))),
                _ => {}
            }
        }
        _ => {}
    }
    parts.push(Part::Response(ty));
}

/// The item type of a collection, whose own `Serialize` is not in question: `Order` in `Vec<Order>`.
fn item(ty: &Type) -> &Type {
    let Type::Path(path) = ty else { return ty };
    let Some(last) = path.path.segments.last() else {
        return ty;
    };
    let is_collection = ["Vec", "Option", "Box", "Arc"]
        .iter()
        .any(|name| last.ident == name);
    match type_arguments(last).next() {
        Some(inner) if is_collection => item(inner),
        _ => ty,
    }
}

fn type_arguments(segment: &syn::PathSegment) -> impl Iterator<Item = &Type> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        PathArguments::None | PathArguments::Parenthesized(_) => None,
    };
    arguments
        .into_iter()
        .flatten()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
}

/// The span of errors about the whole return type.
pub(super) fn span(handler: &Handler) -> Span {
    handler
        .output()
        .map_or_else(|| handler.name().span(), first_span)
}
