//! The rules of a type, for `Validate`.

use proc_macro2::Span;
use syn::{Expr, Generics, Ident, Path, Type};

use crate::diagnostics::Diagnostics;
use crate::model::input::checks::FieldChecks;
use crate::parse::{ItemRules, RawData, RawFields, RawInput, Rejection, Style};

/// A type whose rules are checked.
pub(crate) struct Validation {
    pub(crate) krate: Option<Path>,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// The type of the context of its rules; none for `()`.
    pub(crate) context: Option<Type>,
    /// The name under which the rules see the context.
    pub(crate) context_name: Ident,
    /// Whether paths do not name the field.
    pub(crate) is_transparent: bool,
    /// The rules of the whole value.
    pub(crate) custom: Vec<Expr>,
    /// The fields; none if there is a mistake.
    pub(crate) kind: Option<ValidationKind>,
}

pub(crate) enum ValidationKind {
    Struct(VariantChecks),
    Enum(Vec<(Ident, VariantChecks)>),
}

/// The fields of a struct or of a variant.
pub(crate) enum VariantChecks {
    Named(Vec<FieldChecks>),
    Tuple(Vec<FieldChecks>),
    Unit,
}

impl Validation {
    /// Checks the rules; every mistake goes to the diagnostics.
    pub(crate) fn check(raw: RawInput, diagnostics: &mut Diagnostics) -> Self {
        let is_valid = check_item(&raw.garde, &raw.data, diagnostics);
        let kind = match &raw.data {
            RawData::Struct(fields) if fields.style == Style::Unit => {
                unsupported(raw.ident.span(), "a unit struct", diagnostics);
                None
            }
            RawData::Struct(fields) => {
                let fields = fields_of(fields, &raw.garde, diagnostics);
                fields.map(ValidationKind::Struct)
            }
            RawData::Enum(variants) => {
                let variants: Vec<_> = variants
                    .iter()
                    .map(|variant| {
                        let fields = fields_of(&variant.fields, &raw.garde, diagnostics)?;
                        Some((variant.ident.clone(), fields))
                    })
                    .collect();
                let variants: Option<Vec<_>> = variants.into_iter().collect();
                variants.map(ValidationKind::Enum)
            }
            RawData::Union(keyword) => {
                unsupported(*keyword, "a union", diagnostics);
                None
            }
        };
        let ItemRules {
            context,
            context_name,
            transparent,
            custom,
            ..
        } = raw.garde;
        Self {
            krate: raw.krate,
            ident: raw.ident,
            generics: raw.generics,
            context,
            context_name,
            is_transparent: transparent.is_some(),
            custom,
            kind: kind.filter(|_| is_valid),
        }
    }
}

/// Checks the fields; none if there is a mistake in one of them.
fn fields_of(
    fields: &RawFields,
    item: &ItemRules,
    diagnostics: &mut Diagnostics,
) -> Option<VariantChecks> {
    let checked: Vec<_> = fields
        .fields
        .iter()
        .map(|field| FieldChecks::of(&field.member, &field.ty, &field.garde, item, diagnostics))
        .collect();
    let checked: Option<Vec<_>> = checked.into_iter().collect();
    Some(match fields.style {
        Style::Named => VariantChecks::Named(checked?),
        Style::Tuple => VariantChecks::Tuple(checked?),
        Style::Unit => VariantChecks::Unit,
    })
}

/// Reports the mistakes in the attributes of a type; returns whether the attributes are correct.
pub(super) fn check_item(item: &ItemRules, data: &RawData, diagnostics: &mut Diagnostics) -> bool {
    for Rejection {
        span,
        message,
        help,
    } in &item.rejections
    {
        diagnostics.error(*span, message, help);
    }
    let is_transparent_with_fields = item.transparent.filter(|_| !has_one_field(data));
    if let Some(transparent) = is_transparent_with_fields {
        let help = "remove `transparent`, or write `#[garde(skip)]` on all fields but one";
        diagnostics.error(
            transparent,
            "`transparent` needs a struct with one field",
            help,
        );
    }
    !item.is_malformed && item.rejections.is_empty() && is_transparent_with_fields.is_none()
}

/// Whether exactly one field of a struct is checked.
fn has_one_field(data: &RawData) -> bool {
    let RawData::Struct(fields) = data else {
        return false;
    };
    let checked = fields
        .fields
        .iter()
        .filter(|field| !field.garde.is_skipped());
    checked.count() == 1
}

/// Reports an item that cannot be validated.
pub(super) fn unsupported(span: Span, item: &str, diagnostics: &mut Diagnostics) {
    diagnostics.error(
        span,
        format_args!("{item} is not supported as input"),
        "write a struct with named fields, a tuple struct, or an enum",
    );
}
