//! A type that is taken as input: its fields, their names and what bounds them.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Data, Fields};

use crate::diagnostics::Diagnostics;
use crate::model::input::fields::{Field, Form, Head, of_fields, require_denial};
use crate::model::input::names::RenameAll;
use crate::model::input::serde::refuse_hiding;
use crate::model::input::variants::{Tagging, Variant, of_enum};
use crate::parse::{Attributes, On, RawInput};

/// A type that is taken as input.
pub(crate) struct Input {
    pub(crate) head: Head,
    pub(crate) kind: Kind,
}

/// What a type is on the wire.
pub(crate) enum Kind {
    /// A name out of a list.
    Scalar(Vec<Variant>),
    /// One form.
    Struct(Form),
    /// One of several forms.
    Enum(Tagging, Vec<Variant>),
}

impl Kind {
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field> {
        let (form, variants) = match self {
            Self::Scalar(_) => (None, [].as_slice()),
            Self::Struct(form) => (Some(form), [].as_slice()),
            Self::Enum(_, variants) => (None, variants.as_slice()),
        };
        let of_variants = variants.iter().filter_map(|variant| variant.form.as_ref());
        form.into_iter().chain(of_variants).flat_map(Form::fields)
    }
}

impl Input {
    /// Checks the item; what is wrong is in the diagnostics.
    pub(crate) fn check(raw: RawInput, diagnostics: &mut Diagnostics) -> Result<Self, Box<Head>> {
        let RawInput { item, attributes } = raw;
        let mut head = Head {
            krate: attributes
                .secure
                .krate
                .clone()
                .unwrap_or_else(|| syn::parse_quote!(::palisade)),
            ident: item.ident,
            generics: item.generics,
            refused_by_garde: attributes.unreadable,
            has_context: attributes.garde.iter().any(|word| word.is("context")),
            is_transparent: attributes.serde.iter().any(|word| word.is("transparent")),
        };
        let kind = match item.data {
            Data::Struct(data) => {
                refuse_hiding(&attributes.serde, On::Struct, false, diagnostics);
                of_struct(&data.fields, &attributes, &mut head, diagnostics).map(Kind::Struct)
            }
            Data::Enum(data) => {
                refuse_hiding(&attributes.serde, On::Enum, false, diagnostics);
                Some(
                    match of_enum(&data.variants, &attributes, &mut head, diagnostics) {
                        (None, names) => Kind::Scalar(names),
                        (Some(tagging), variants) => Kind::Enum(tagging, variants),
                    },
                )
            }
            Data::Union(data) => {
                refuse_item(data.union_token.span(), "a union", diagnostics);
                head.refused_by_garde = true;
                None
            }
        };
        match kind {
            Some(kind) => Ok(Self { head, kind }),
            None => Err(Box::new(head)),
        }
    }
}

const SUPPORTED: &str = "write a struct with named fields, a tuple struct, or an enum";

fn refuse_item(span: Span, what: &str, diagnostics: &mut Diagnostics) {
    let wrong = format_args!("{what} is not supported as input");
    diagnostics.error(span, wrong, SUPPORTED);
}

fn of_struct(
    fields: &Fields,
    attributes: &Attributes,
    head: &mut Head,
    diagnostics: &mut Diagnostics,
) -> Option<Form> {
    if matches!(fields, Fields::Unit) {
        refuse_item(head.ident.span(), "a unit struct", diagnostics);
        head.refused_by_garde = true;
        return None;
    }
    let transparent = attributes.serde.iter().find(|word| word.is("transparent"));
    let named_by_garde = !attributes.garde.iter().any(|word| word.is("transparent"));
    let named = matches!(fields, Fields::Named(_));
    if named && transparent.is_none() {
        require_denial(attributes, &head.ident, diagnostics);
    }
    let all = RenameAll::of(&attributes.serde, "rename_all");
    let mut checked = of_fields(fields, all, attributes, head, diagnostics);
    if !named && fields.len() == 1 || transparent.is_some() {
        if checked.len() == 1 {
            let field = checked.pop()?;
            return Some(Form::Newtype {
                field: Box::new(field),
                named_by_garde,
            });
        }
        if let Some(transparent) = transparent {
            diagnostics.error(
                transparent.span(),
                "`transparent` hides all fields but one",
                "remove `transparent`, or leave one field",
            );
            return None;
        }
    }
    Some(if named {
        Form::Fields(checked)
    } else {
        Form::Tuple(checked)
    })
}
