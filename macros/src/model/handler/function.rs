//! The function below an attribute, once it is a valid handler.

use proc_macro2::{Group, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::{
    Attribute, Expr, ExprLit, FnArg, Ident, Lit, Meta, ReturnType, Signature, Type, Visibility,
};

use crate::diagnostics::Diagnostics;
use crate::parse::{AttributeKind, RawHandler, Surroundings};

/// The largest number of arguments, as in axum.
const MAX_ARGUMENTS: usize = 16;

/// A valid handler: an `async fn` without generics that owns its arguments.
pub(crate) struct Handler {
    pub(crate) vis: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
    pub(crate) arguments: Vec<Type>,
    pub(crate) attributes: Attributes,
}

/// A function that is not a valid handler.
pub(crate) struct WrongHandler {
    pub(crate) cfg: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    /// The unchanged function, if nothing can replace it in its surroundings.
    pub(crate) unchanged: Option<TokenStream>,
}

/// The other attributes of the function, by their place in the expansion.
#[derive(Default)]
pub(crate) struct Attributes {
    /// `#[cfg]`: on every emitted item.
    pub(crate) cfg: Vec<Attribute>,
    /// The lines of documentation that are literals.
    pub(crate) docs: Vec<String>,
    /// Docs and deprecation: on the function that returns the declaration.
    pub(crate) item: Vec<Attribute>,
    /// Lint levels: around the body.
    pub(crate) lints: Vec<Attribute>,
    /// Everything else: on the inner function with the body.
    pub(crate) inner: Vec<Attribute>,
}

impl Handler {
    /// Checks that the function can be a handler, and reports every reason why not.
    pub(crate) fn check(
        kind: AttributeKind,
        raw: RawHandler,
        diagnostics: &mut Diagnostics,
    ) -> Result<Self, WrongHandler> {
        let wrong = WrongHandler::new(&raw);
        if let Some(surroundings) = raw.surroundings {
            report_surroundings(surroundings, &raw.signature, diagnostics);
            return Err(wrong);
        }
        let attributes = Attributes::sort(kind, raw.attributes, diagnostics);
        let mut is_valid = check_qualifiers(&raw.signature, diagnostics);
        is_valid &= check_generics(&raw.signature, diagnostics);
        match check_arguments(&raw.signature, diagnostics) {
            Some(arguments) if is_valid => Ok(Self {
                vis: raw.vis,
                signature: raw.signature,
                body: raw.body,
                arguments,
                attributes,
            }),
            _ => Err(wrong),
        }
    }

    pub(crate) fn name(&self) -> &Ident {
        &self.signature.ident
    }

    /// Returns the return type, if there is one.
    pub(crate) fn output(&self) -> Option<&Type> {
        match &self.signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, output) => Some(output),
        }
    }
}

impl WrongHandler {
    fn new(raw: &RawHandler) -> Self {
        let RawHandler {
            attributes,
            vis,
            signature,
            body,
            surroundings,
        } = raw;
        // an `impl` of a type may have any other function, which can be mounted
        let stays = surroundings.filter(|surroundings| *surroundings != Surroundings::Impl);
        let cfg = attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("cfg"));
        Self {
            cfg: cfg.cloned().collect(),
            vis: vis.clone(),
            name: signature.ident.clone(),
            unchanged: stays.map(|_| quote!(#(#attributes)* #vis #signature #body)),
        }
    }
}

impl Attributes {
    fn sort(
        kind: AttributeKind,
        attributes: Vec<Attribute>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut sorted = Self::default();
        for attribute in attributes {
            let Some(name) = attribute
                .path()
                .segments
                .last()
                .map(|part| part.ident.to_string())
            else {
                continue;
            };
            match name.as_str() {
                "secured" | "public" => {
                    report_second_attribute(kind, &name, &attribute, diagnostics);
                }
                "cfg" => sorted.cfg.push(attribute),
                "doc" | "deprecated" => {
                    sorted.docs.extend(doc_line(&attribute));
                    sorted.item.push(attribute);
                }
                "allow" | "warn" | "deny" | "forbid" | "expect" => sorted.lints.push(attribute),
                _ => sorted.inner.push(attribute),
            }
        }
        sorted
    }
}

/// Returns the line of a documentation comment.
fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(doc) = &attribute.meta else {
        return None;
    };
    match &doc.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(line),
            ..
        }) if doc.path.is_ident("doc") => Some(line.value()),
        _ => None,
    }
}

fn report_surroundings(
    surroundings: Surroundings,
    signature: &Signature,
    diagnostics: &mut Diagnostics,
) {
    let name = signature.ident.span();
    match (surroundings, signature.receiver()) {
        (Surroundings::DebugHandler, _) => diagnostics.error(
            name,
            "`#[axum::debug_handler]` checks a handler of axum's own router",
            "remove `#[axum::debug_handler]`",
        ),
        (_, Some(receiver)) => diagnostics.error(
            receiver.self_token.span,
            "a handler cannot be a method",
            "move it out of the `impl`, and replace `self` by `State<…>`",
        ),
        (Surroundings::Trait, None) => diagnostics.error(
            name,
            "a handler cannot be a method",
            "move it out of the trait and its `impl`",
        ),
        (Surroundings::Impl | Surroundings::Method, None) => diagnostics.error(
            name,
            "a handler cannot be a method",
            "move it out of the `impl`",
        ),
    }
}

fn report_second_attribute(
    kind: AttributeKind,
    name: &str,
    attribute: &Attribute,
    diagnostics: &mut Diagnostics,
) {
    let span = attribute.path().span();
    if name == kind.name() {
        diagnostics.error(
            span,
            format_args!("duplicate `#[{name}]`"),
            format_args!("keep one `#[{name}(…)]`; write scopes that are required together in one text, `\"a b\"`"),
        );
    } else {
        diagnostics.error(
            span,
            "`#[secured]` and `#[public]` exclude each other",
            format_args!("remove this `#[{name}(…)]`, or the other one"),
        );
    }
}

fn check_qualifiers(signature: &Signature, diagnostics: &mut Diagnostics) -> bool {
    let name = &signature.ident;
    let mut is_valid = true;
    let mut report = |span, message: String, help: String| {
        diagnostics.error(span, message, help);
        is_valid = false;
    };
    if signature.asyncness.is_none() {
        let help = format!("write `async fn {name}`");
        report(
            signature.fn_token.span,
            "a handler is an `async fn`".into(),
            help,
        );
    }
    if let Some(token) = &signature.constness {
        report(
            token.span,
            "a handler cannot be a `const fn`".into(),
            "remove `const`".into(),
        );
    }
    if let Some(abi) = &signature.abi {
        report(
            abi.extern_token.span,
            "a handler cannot be an `extern` function".into(),
            "remove the ABI".into(),
        );
    }
    if !matches!(signature.safety, syn::Safety::Default) {
        let help = "write an `async fn` without a qualifier, and move unsafe code into a function that it calls".to_owned();
        report(
            signature.fn_token.span,
            "a handler cannot be `unsafe` or `safe`".into(),
            help,
        );
    }
    if let Some(variadic) = &signature.variadic {
        report(
            variadic.dots.spans[0],
            "a handler cannot be variadic".into(),
            "remove `...`".into(),
        );
    }
    is_valid
}

fn check_generics(signature: &Signature, diagnostics: &mut Diagnostics) -> bool {
    let generics = &signature.generics;
    let span = generics.params.first().map(Spanned::span);
    let span = span.or_else(|| generics.where_clause.as_ref().map(Spanned::span));
    if let Some(span) = span {
        diagnostics.error(
            span,
            "a handler cannot be generic",
            "write concrete types; take a value that differs between uses from `State`",
        );
    }
    span.is_none()
}

fn check_arguments(signature: &Signature, diagnostics: &mut Diagnostics) -> Option<Vec<Type>> {
    let mut arguments = Vec::new();
    let mut is_valid = true;
    for argument in &signature.inputs {
        let FnArg::Typed(argument) = argument else {
            continue;
        };
        let ty = &*argument.ty;
        is_valid &= check_argument(ty, diagnostics);
        arguments.push(ty.clone());
    }
    if let Some(seventeenth) = arguments.get(MAX_ARGUMENTS) {
        diagnostics.error(
            seventeenth.span(),
            format_args!("a handler has at most {MAX_ARGUMENTS} arguments"),
            "combine some of them in an extractor of your own",
        );
        return None;
    }
    is_valid.then_some(arguments)
}

fn check_argument(ty: &Type, diagnostics: &mut Diagnostics) -> bool {
    match ty {
        Type::ImplTrait(ty) => diagnostics.error(
            ty.impl_token.span,
            "a handler cannot be generic",
            "write a concrete type",
        ),
        Type::Reference(ty) => diagnostics.error(
            ty.and_token.span,
            "a handler cannot borrow its arguments",
            "remove the `&`; take a value that outlives the request from `State`",
        ),
        _ => return true,
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(source: &str) -> Vec<String> {
        let item = source.parse().unwrap();
        let mut diagnostics = Diagnostics::default();
        let raw = RawHandler::parse_item(AttributeKind::Secured, item, &mut diagnostics);
        let handler = Handler::check(AttributeKind::Secured, raw.unwrap(), &mut diagnostics);
        let messages = diagnostics.into_messages();
        assert!(
            handler.is_err() || messages.is_empty() || source.starts_with('#'),
            "{source}"
        );
        messages
    }

    #[test]
    fn async_fn_with_owned_arguments_is_a_handler() {
        assert!(
            mistakes(
                "pub async fn list(State(store): State<Store>, mut page: Page) -> Json<u8> { x }"
            )
            .is_empty()
        );
        assert!(mistakes("async fn nothing() {}").is_empty());
    }

    #[test]
    fn all_mistakes_are_reported_together() {
        assert_eq!(
            mistakes("const unsafe extern \"C\" fn list<T>(a: &str, b: impl Send) {}"),
            [
                "a handler is an `async fn`",
                "a handler cannot be a `const fn`",
                "a handler cannot be an `extern` function",
                "a handler cannot be `unsafe` or `safe`",
                "a handler cannot be generic",
                "a handler cannot borrow its arguments",
                "a handler cannot be generic",
            ]
        );
    }

    #[test]
    fn method_or_seventeenth_argument_is_an_error() {
        assert_eq!(
            mistakes("async fn list(&self) {}"),
            ["a handler cannot be a method"]
        );
        let arguments = (0..17)
            .map(|at| format!("a{at}: u8"))
            .collect::<Vec<_>>()
            .join(", ");
        assert_eq!(
            mistakes(&format!("async fn list({arguments}) {{}}")),
            ["a handler has at most 16 arguments"]
        );
    }

    #[test]
    fn second_attribute_is_an_error() {
        assert_eq!(
            mistakes(
                "#[palisade::secured(authenticated)] #[public(reason = \"x\")] async fn list() {}"
            ),
            [
                "duplicate `#[secured]`",
                "`#[secured]` and `#[public]` exclude each other"
            ]
        );
    }
}
