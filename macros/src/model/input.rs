//! A type that is taken as input: its fields, their names and what bounds them.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Data, Fields, Generics, Ident, Member, Type};

use crate::diagnostics::Diagnostics;
use crate::model::input_names::{RenameAll, wire_name};
use crate::model::input_rules::{Rules, garde_refuses};
use crate::model::input_serde::{is_read, refuse_hiding, refuse_on_variant};
use crate::parse::{Attributes, InputWord, On, RawInput};

/// A type that is taken as input.
pub(crate) struct Input {
    pub(crate) head: Head,
    pub(crate) kind: Kind,
}

/// What is known of the type even where its fields are wrong.
pub(crate) struct Head {
    pub(crate) krate: syn::Path,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// Whether garde implements nothing for it, and says why.
    pub(crate) refused_by_garde: bool,
}

/// The form that a type has on the wire.
pub(crate) enum Kind {
    /// A name out of a list.
    Scalar,
    /// An object.
    Fields(Vec<Field>),
    /// What its one field is, whether or not garde names that.
    Newtype {
        field: Box<Field>,
        named_by_garde: bool,
    },
    /// An array.
    Tuple(Vec<Field>),
}

/// One field that is read.
pub(crate) struct Field {
    pub(crate) member: Member,
    pub(crate) wire: String,
    pub(crate) ty: Type,
    /// Its rules; none where a reason excuses it.
    pub(crate) rules: Option<Rules>,
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
        };
        let concrete = refuse_generics(&head.generics, diagnostics);
        refuse_hiding(&attributes.serde, On::Item, false, diagnostics);
        let kind = match item.data {
            Data::Struct(data) => of_struct(&data.fields, &attributes, &mut head, diagnostics),
            Data::Enum(data) => {
                for variant in &data.variants {
                    refuse_fields_of_variant(variant, diagnostics);
                }
                Some(Kind::Scalar)
            }
            Data::Union(data) => {
                refuse_item(data.union_token.span(), "a union", diagnostics);
                head.refused_by_garde = true;
                None
            }
        };
        match kind {
            Some(kind) if concrete => Ok(Self { head, kind }),
            _ => Err(Box::new(head)),
        }
    }
}

const SUPPORTED: &str =
    "write a struct with named fields, a tuple struct, or an enum without fields";

fn refuse_item(span: Span, what: &str, diagnostics: &mut Diagnostics) {
    let wrong = format_args!("{what} is not supported as input");
    diagnostics.error(span, wrong, SUPPORTED);
}

fn refuse_generics(generics: &Generics, diagnostics: &mut Diagnostics) -> bool {
    let Some(parameter) = generics.params.first() else {
        return true;
    };
    diagnostics.error(
        parameter.span(),
        "a generic type is not supported as input: its fields are not known here",
        "write the type that is read in its place, once per use",
    );
    false
}

fn refuse_fields_of_variant(variant: &syn::Variant, diagnostics: &mut Diagnostics) {
    let attributes = Attributes::parse(&variant.attrs, On::Field, diagnostics);
    refuse_on_variant(&attributes.serde, diagnostics);
    if !matches!(variant.fields, Fields::Unit) {
        refuse_item(variant.ident.span(), "a variant with fields", diagnostics);
    }
}

fn of_struct(
    fields: &Fields,
    attributes: &Attributes,
    head: &mut Head,
    diagnostics: &mut Diagnostics,
) -> Option<Kind> {
    if matches!(fields, Fields::Unit) {
        refuse_item(head.ident.span(), "a unit struct", diagnostics);
        head.refused_by_garde = true;
        return None;
    }
    let transparent = attributes.serde.iter().find(|word| word.is("transparent"));
    let named_by_garde = !attributes.garde.iter().any(|word| word.is("transparent"));
    let denies = attributes
        .serde
        .iter()
        .any(|word| word.is("deny_unknown_fields"));
    let named = matches!(fields, Fields::Named(_));
    if named && transparent.is_none() && !denies {
        let name = &head.ident;
        diagnostics.error(
            name.span(),
            format_args!("`{name}` takes members that it does not declare"),
            format_args!("write `#[serde(deny_unknown_fields)]` on `{name}`"),
        );
    }
    let mut checked = of_fields(fields, attributes, head, diagnostics);
    if !named && fields.len() == 1 || transparent.is_some() {
        if checked.len() == 1 {
            let field = checked.pop()?;
            return Some(Kind::Newtype {
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
        Kind::Fields(checked)
    } else {
        Kind::Tuple(checked)
    })
}

fn of_fields(
    fields: &Fields,
    attributes: &Attributes,
    head: &mut Head,
    diagnostics: &mut Diagnostics,
) -> Vec<Field> {
    let all = RenameAll::of(&attributes.serde);
    let context = context_name(&attributes.garde);
    let unvalidated = attributes
        .garde
        .iter()
        .any(|word| word.is("allow_unvalidated"));
    let mut checked = Vec::new();
    let mut ruled = fields.is_empty();
    let mut unruled = false;
    for (member, field) in fields.members().zip(fields) {
        let own = Attributes::parse(&field.attrs, On::Field, diagnostics);
        let excused = own.secure.unvalidated.is_some();
        refuse_hiding(&own.serde, On::Field, excused, diagnostics);
        ruled |= !own.garde.is_empty();
        unruled |= own.garde.is_empty() && !unvalidated;
        head.refused_by_garde |= own.unreadable || garde_refuses(&own.garde);
        if is_read(&own.serde) {
            let wire = match &member {
                Member::Named(name) => wire_name(name, &own.serde, all),
                Member::Unnamed(index) => index.index.to_string(),
            };
            let rules = (!excused).then(|| Rules::read(&own.garde, &context));
            let ty = field.ty.clone();
            checked.push(Field {
                member,
                wire,
                ty,
                rules,
            });
        }
    }
    // garde itself asks for a rule on each field, and implements nothing without; where
    // no field has any, its derive may be missing, and nobody else would say so
    head.refused_by_garde |= unruled && ruled;
    checked
}

/// The name under which garde's rules see the context: `#[garde(context(Type as name))]`.
fn context_name(words: &[InputWord]) -> String {
    let context = words.iter().find(|word| word.is("context"));
    let tokens = context
        .and_then(|word| word.list.clone())
        .unwrap_or_default();
    let mut tokens = tokens
        .into_iter()
        .skip_while(|token| token.to_string() != "as")
        .skip(1);
    match tokens.next() {
        Some(name) => name.to_string(),
        None => "__garde_user_ctx".to_owned(),
    }
}
