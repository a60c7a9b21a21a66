//! The variants of an enum, and how the wire tells them apart.

use syn::punctuated::Punctuated;
use syn::{Fields, Ident, Token};

use crate::diagnostics::Diagnostics;
use crate::model::input::fields::{Form, Head, of_fields, require_denial};
use crate::model::input::names::{RenameAll, variant_names};
use crate::model::input::serde::{is_read, refuse_hiding};
use crate::parse::{Attributes, InputWord, On};

/// How the wire tells the variants of an enum apart.
pub(crate) enum Tagging {
    External,
    Internal(String),
    Adjacent(String, String),
}

/// One variant that is read.
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    /// Its name on the wire, then its aliases.
    pub(crate) names: Vec<String>,
    /// None where it holds nothing.
    pub(crate) form: Option<Form>,
    /// Whether it stands for every name that is not known.
    pub(crate) is_other: bool,
}

impl Tagging {
    /// serde refuses `content` without `tag` itself.
    fn of(words: &[InputWord]) -> Self {
        let text = |name| {
            let word = words.iter().find(|word| word.is(name))?;
            word.text()
        };
        match (text("tag"), text("content")) {
            (Some(tag), Some(content)) => Self::Adjacent(tag, content),
            (Some(tag), None) => Self::Internal(tag),
            (None, _) => Self::External,
        }
    }
}

/// The variants; no tagging for a mere list of names.
pub(super) fn of_enum(
    variants: &Punctuated<syn::Variant, Token![,]>,
    attributes: &Attributes,
    head: &mut Head,
    diagnostics: &mut Diagnostics,
) -> (Option<Tagging>, Vec<Variant>) {
    let tagging = Tagging::of(&attributes.serde);
    let fieldless = |variant: &syn::Variant| matches!(variant.fields, Fields::Unit);
    let has_members = |variant: &syn::Variant| matches!(variant.fields, Fields::Named(_));
    if matches!(tagging, Tagging::Adjacent(..)) || variants.iter().any(has_members) {
        require_denial(attributes, &head.ident, diagnostics);
    }
    let mut checked = Vec::new();
    for variant in variants {
        let own = Attributes::parse(&variant.attrs, On::Variant, diagnostics);
        refuse_hiding(&own.serde, On::Variant, false, diagnostics);
        head.refused_by_garde |= own.unreadable;
        let form = form(variant, &own, attributes, head, diagnostics);
        if !is_read(&own.serde) {
            continue;
        }
        if form.is_none() && matches!(tagging, Tagging::Internal(_)) {
            refuse_ignored_members(&variant.ident, &own.serde, diagnostics);
        }
        let all = RenameAll::of(&attributes.serde, "rename_all");
        checked.push(Variant {
            ident: variant.ident.clone(),
            names: variant_names(&variant.ident, &own.serde, all),
            form,
            is_other: own.serde.iter().any(|word| word.is("other")),
        });
    }
    match tagging {
        Tagging::External if variants.iter().all(fieldless) => (None, checked),
        tagging => (Some(tagging), checked),
    }
}

/// serde ignores all that stands beside the tag of a variant without braces.
fn refuse_ignored_members(name: &Ident, words: &[InputWord], diagnostics: &mut Diagnostics) {
    let wrong = format_args!("`{name}` takes members that it does not declare");
    if words.iter().any(|word| word.is("other")) {
        // serde wants such a variant without braces
        let help = format_args!("remove `{name}`: input that names no other variant is refused");
        diagnostics.error(name.span(), wrong, help);
    } else {
        let help = format_args!(
            "write `{name} {{}}`: serde ignores all that stands beside the tag of a variant without braces"
        );
        diagnostics.error(name.span(), wrong, help);
    }
}

fn form(
    variant: &syn::Variant,
    own: &Attributes,
    attributes: &Attributes,
    head: &mut Head,
    diagnostics: &mut Diagnostics,
) -> Option<Form> {
    let all = RenameAll::of(&own.serde, "rename_all")
        .or(RenameAll::of(&attributes.serde, "rename_all_fields"));
    let mut fields = of_fields(&variant.fields, all, attributes, head, diagnostics);
    match &variant.fields {
        Fields::Unit => None,
        Fields::Named(_) => Some(Form::Fields(fields)),
        Fields::Unnamed(unnamed) if unnamed.unnamed.len() == 1 && fields.len() == 1 => {
            let transparent = attributes.garde.iter().any(|word| word.is("transparent"));
            Some(Form::Newtype {
                field: Box::new(fields.pop()?),
                named_by_garde: !transparent,
            })
        }
        Fields::Unnamed(_) => Some(Form::Tuple(fields)),
    }
}
