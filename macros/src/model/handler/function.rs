//! The fn that an attribute stands on, once it can be a handler.

use proc_macro2::Group;
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Ident, ReturnType, Signature, Type, Visibility};

use crate::diagnostics::Diagnostics;
use crate::parse::{AttributeKind, RawHandler};

/// axum extracts at most this many arguments.
const MAX_ARGUMENTS: usize = 16;

/// A handler: an `async fn` without generics that owns its arguments.
pub(crate) struct Handler {
    /// Whose name and visibility the item takes.
    pub(crate) vis: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
    pub(crate) arguments: Vec<Type>,
    pub(crate) attributes: Attributes,
}

/// The other attributes of the fn, by where they go.
#[derive(Default)]
pub(crate) struct Attributes {
    /// `#[cfg]`: on everything that is emitted.
    pub(crate) cfg: Vec<Attribute>,
    /// Docs and deprecation: on the item that stands for the handler.
    pub(crate) item: Vec<Attribute>,
    /// Lint levels: on the item and around the body.
    pub(crate) lints: Vec<Attribute>,
    /// Everything else: on the fn inside.
    pub(crate) inner: Vec<Attribute>,
}

impl Handler {
    /// Checks that the fn can be a handler; says everything that keeps it from being one.
    pub(crate) fn check(
        kind: AttributeKind,
        raw: RawHandler,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let attributes = Attributes::sort(kind, raw.attributes, diagnostics);
        let mut sound = check_qualifiers(&raw.signature, diagnostics);
        sound &= check_generics(&raw.signature, diagnostics);
        let arguments = check_arguments(&raw.signature, diagnostics)?;
        sound.then_some(Self {
            vis: raw.vis,
            signature: raw.signature,
            body: raw.body,
            arguments,
            attributes,
        })
    }

    pub(crate) fn name(&self) -> &Ident {
        &self.signature.ident
    }

    /// What it returns, where it says.
    pub(crate) fn output(&self) -> Option<&Type> {
        match &self.signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, output) => Some(output),
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
                "secured" | "public" => refuse_second(kind, &name, &attribute, diagnostics),
                "cfg" => sorted.cfg.push(attribute),
                "doc" | "deprecated" => sorted.item.push(attribute),
                "allow" | "warn" | "deny" | "forbid" | "expect" => sorted.lints.push(attribute),
                _ => sorted.inner.push(attribute),
            }
        }
        sorted
    }
}

fn refuse_second(
    kind: AttributeKind,
    name: &str,
    attribute: &Attribute,
    diagnostics: &mut Diagnostics,
) {
    let span = attribute.path().span();
    if name == kind.name() {
        diagnostics.error(
            span,
            format_args!("`#[{name}]` stands twice on this handler"),
            format_args!("keep one `#[{name}(…)]`; scopes that are needed together stand in one text, `\"a b\"`"),
        );
    } else {
        diagnostics.error(
            span,
            "a handler is either `#[secured]` or `#[public]`",
            format_args!("remove this `#[{name}(…)]`, or the other one"),
        );
    }
}

fn check_qualifiers(signature: &Signature, diagnostics: &mut Diagnostics) -> bool {
    let name = &signature.ident;
    let mut sound = true;
    let mut refuse = |span, wrong: String, help: String| {
        diagnostics.error(span, wrong, help);
        sound = false;
    };
    if signature.asyncness.is_none() {
        let help = format!("write `async fn {name}`");
        refuse(
            signature.fn_token.span,
            "a handler is an `async fn`".into(),
            help,
        );
    }
    if let Some(token) = &signature.constness {
        refuse(
            token.span,
            "a handler is no `const fn`".into(),
            "remove `const`".into(),
        );
    }
    if let Some(abi) = &signature.abi {
        refuse(
            abi.extern_token.span,
            "a handler is no `extern` fn".into(),
            "remove the ABI".into(),
        );
    }
    if !matches!(signature.safety, syn::Safety::Default) {
        let help = "write a safe `async fn`, and the unsafe code in a fn that it calls".to_owned();
        refuse(
            signature.fn_token.span,
            "a handler is neither `unsafe` nor `safe`".into(),
            help,
        );
    }
    if let Some(variadic) = &signature.variadic {
        refuse(
            variadic.dots.spans[0],
            "a handler is not variadic".into(),
            "remove `...`".into(),
        );
    }
    sound
}

fn check_generics(signature: &Signature, diagnostics: &mut Diagnostics) -> bool {
    let generics = &signature.generics;
    let at = generics.params.first().map(Spanned::span);
    let at = at.or_else(|| {
        generics
            .where_clause
            .as_ref()
            .map(|clause| clause.where_token.span)
    });
    if let Some(span) = at {
        diagnostics.error(
            span,
            "a handler is not generic",
            "write the types themselves; what differs between callers comes in through `State`",
        );
    }
    at.is_none()
}

fn check_arguments(signature: &Signature, diagnostics: &mut Diagnostics) -> Option<Vec<Type>> {
    let mut arguments = Vec::new();
    let mut sound = true;
    for argument in &signature.inputs {
        let ty = match argument {
            FnArg::Receiver(receiver) => {
                diagnostics.error(
                    receiver.self_token.span,
                    "a handler is no method",
                    "write a free `async fn`, and take what `self` was through `State`",
                );
                return None;
            }
            FnArg::Typed(typed) => &*typed.ty,
        };
        sound &= check_argument(ty, diagnostics);
        arguments.push(ty.clone());
    }
    if let Some(one_too_many) = arguments.get(MAX_ARGUMENTS) {
        diagnostics.error(
            one_too_many.span(),
            format_args!("a handler takes at most {MAX_ARGUMENTS} arguments"),
            "gather some of them in an extractor of your own",
        );
        return None;
    }
    sound.then_some(arguments)
}

fn check_argument(ty: &Type, diagnostics: &mut Diagnostics) -> bool {
    match ty {
        Type::ImplTrait(ty) => diagnostics.error(
            ty.impl_token.span,
            "a handler is not generic",
            "write the argument's type itself",
        ),
        Type::Reference(ty) => diagnostics.error(
            ty.and_token.span,
            "a handler owns its arguments",
            "remove the `&`; what lives longer than a request comes in through `State`",
        ),
        _ => return true,
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(item: &str) -> Vec<String> {
        let raw = syn::parse_str(item).unwrap();
        let mut diagnostics = Diagnostics::default();
        let handler = Handler::check(AttributeKind::Secured, raw, &mut diagnostics);
        let messages = diagnostics.into_messages();
        assert!(
            handler.is_none() || messages.is_empty() || item.starts_with('#'),
            "{item}"
        );
        messages
    }

    #[test]
    fn an_async_fn_that_owns_its_arguments_is_a_handler() {
        assert!(
            mistakes(
                "pub async fn list(State(store): State<Store>, mut page: Page) -> Json<u8> { x }"
            )
            .is_empty()
        );
        assert!(mistakes("async fn nothing() {}").is_empty());
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        assert_eq!(
            mistakes("const unsafe extern \"C\" fn list<T>(a: &str, b: impl Send) {}"),
            [
                "a handler is an `async fn`",
                "a handler is no `const fn`",
                "a handler is no `extern` fn",
                "a handler is neither `unsafe` nor `safe`",
                "a handler is not generic",
                "a handler owns its arguments",
                "a handler is not generic",
            ]
        );
    }

    #[test]
    fn a_method_and_a_seventeenth_argument_are_refused() {
        assert_eq!(
            mistakes("async fn list(&self) {}"),
            ["a handler is no method"]
        );
        let arguments = (0..17)
            .map(|at| format!("a{at}: u8"))
            .collect::<Vec<_>>()
            .join(", ");
        assert_eq!(
            mistakes(&format!("async fn list({arguments}) {{}}")),
            ["a handler takes at most 16 arguments"]
        );
    }

    #[test]
    fn one_declaration_is_enough() {
        assert_eq!(
            mistakes(
                "#[palisade::secured(authenticated)] #[public(reason = \"x\")] async fn list() {}"
            ),
            [
                "`#[secured]` stands twice on this handler",
                "a handler is either `#[secured]` or `#[public]`"
            ]
        );
    }
}
