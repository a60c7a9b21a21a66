//! Parses the item below the derive: its fields and variants, with their attributes.

use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Generics, Ident, Member, Path, Type};

use crate::diagnostics::Diagnostics;
use crate::parse::input::garde::{FieldRules, ItemRules};
use crate::parse::input::media_types::BodyTypes;
use crate::parse::input::secure::{Position, RawScalar, Secure};
use crate::parse::input::serde::SerdeWords;

/// An input type as it was written.
pub(crate) struct RawInput {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) krate: Option<Path>,
    pub(crate) scalar: Option<RawScalar>,
    pub(crate) body_types: BodyTypes,
    pub(crate) serde: SerdeWords,
    pub(crate) garde: ItemRules,
    pub(crate) data: RawData,
}

pub(crate) enum RawData {
    Struct(RawFields),
    Enum(Vec<RawVariant>),
    /// With the span of its keyword.
    Union(proc_macro2::Span),
}

/// The fields of a struct or of a variant.
pub(crate) struct RawFields {
    pub(crate) style: Style,
    pub(crate) fields: Vec<RawField>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Named,
    Tuple,
    Unit,
}

pub(crate) struct RawField {
    pub(crate) member: Member,
    pub(crate) ty: Type,
    pub(crate) serde: SerdeWords,
    pub(crate) garde: FieldRules,
    /// The reason that excuses it from every rule.
    pub(crate) unvalidated: Option<String>,
}

pub(crate) struct RawVariant {
    pub(crate) ident: Ident,
    pub(crate) serde: SerdeWords,
    pub(crate) fields: RawFields,
}

impl RawInput {
    pub(crate) fn parse(item: DeriveInput, diagnostics: &mut Diagnostics) -> Self {
        let position = match &item.data {
            Data::Enum(_) => Position::Enum,
            Data::Struct(_) | Data::Union(_) => Position::Struct,
        };
        let secure = Secure::parse(&item.attrs, position, diagnostics);
        let data = match item.data {
            Data::Struct(data) => RawData::Struct(RawFields::parse(&data.fields, diagnostics)),
            Data::Enum(data) => {
                let variants = data.variants.iter();
                let variants = variants.map(|variant| RawVariant::parse(variant, diagnostics));
                RawData::Enum(variants.collect())
            }
            Data::Union(data) => RawData::Union(data.union_token.span()),
        };
        Self {
            ident: item.ident,
            generics: item.generics,
            krate: secure.krate,
            scalar: secure.scalar,
            body_types: secure.body_types,
            serde: SerdeWords::parse(&item.attrs, diagnostics),
            garde: ItemRules::parse(&item.attrs, diagnostics),
            data,
        }
    }
}

impl RawVariant {
    fn parse(variant: &syn::Variant, diagnostics: &mut Diagnostics) -> Self {
        Secure::parse(&variant.attrs, Position::Variant, diagnostics);
        Self {
            ident: variant.ident.clone(),
            serde: SerdeWords::parse(&variant.attrs, diagnostics),
            fields: RawFields::parse(&variant.fields, diagnostics),
        }
    }
}

impl RawFields {
    fn parse(fields: &Fields, diagnostics: &mut Diagnostics) -> Self {
        let style = match fields {
            Fields::Named(_) => Style::Named,
            Fields::Unnamed(_) => Style::Tuple,
            Fields::Unit => Style::Unit,
        };
        let fields = fields.members().zip(fields);
        let fields = fields.map(|(member, field)| RawField {
            member,
            ty: field.ty.clone(),
            serde: SerdeWords::parse(&field.attrs, diagnostics),
            garde: FieldRules::parse(&field.attrs, diagnostics),
            unvalidated: Secure::parse(&field.attrs, Position::Field, diagnostics).unvalidated,
        });
        Self {
            style,
            fields: fields.collect(),
        }
    }
}
