//! An input type: its fields, their names and their rules.

use proc_macro2::Span;

use crate::diagnostics::Diagnostics;
use crate::model::input::fields::{Content, Field, Form, Head, Item, require_denial};
use crate::model::input::names::RenameAll;
use crate::model::input::serde::reject_hiding;
use crate::model::input::validation::{check_item, unsupported};
use crate::model::input::variants::{Tagging, Variant};
use crate::parse::{Position, RawData, RawFields, RawInput, SerdeKind, Style};

/// A checked input type.
pub(crate) struct Input {
    pub(crate) head: Head,
    pub(crate) kind: Kind,
}

/// The form of a type in the input.
pub(crate) enum Kind {
    /// One of a list of names.
    Scalar(Vec<Variant>),
    /// One form.
    Struct(Content),
    /// One of several forms.
    Enum(Tagging, Vec<Variant>),
}

impl Kind {
    /// Every field, read by serde or not.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field> {
        let (content, variants) = match self {
            Self::Scalar(_) => (None, [].as_slice()),
            Self::Struct(content) => (Some(content), [].as_slice()),
            Self::Enum(_, variants) => (None, variants.as_slice()),
        };
        let of_variants = variants
            .iter()
            .filter_map(|variant| variant.content.as_ref());
        content
            .into_iter()
            .chain(of_variants)
            .flat_map(Content::fields)
    }
}

impl Input {
    /// Checks the item; every mistake goes to the diagnostics.
    pub(crate) fn check(raw: RawInput, diagnostics: &mut Diagnostics) -> Result<Self, Box<Head>> {
        let RawInput {
            ident,
            generics,
            krate,
            serde,
            garde,
            data,
            scalar: _,
            body_types,
        } = raw;
        let mut head = Head {
            krate,
            ident,
            generics,
            body_types,
            context: garde.context.clone(),
            is_transparent: serde.has(SerdeKind::Transparent),
            has_rules: !garde.custom.is_empty(),
            is_rejected: !check_item(&garde, &data, diagnostics),
        };
        let item = Item {
            serde: &serde,
            garde: &garde,
        };
        let kind = match data {
            RawData::Struct(fields) => {
                reject_hiding(&serde, Position::Struct, false, diagnostics);
                item.check_struct(fields, &mut head, diagnostics)
                    .map(Kind::Struct)
            }
            RawData::Enum(variants) => {
                reject_hiding(&serde, Position::Enum, false, diagnostics);
                Some(
                    match item.check_variants(variants, &mut head, diagnostics) {
                        (None, names) => Kind::Scalar(names),
                        (Some(tagging), variants) => Kind::Enum(tagging, variants),
                    },
                )
            }
            RawData::Union(keyword) => {
                reject_item(keyword, "a union", &mut head, diagnostics);
                None
            }
        };
        match kind {
            Some(kind) => Ok(Self { head, kind }),
            None => Err(Box::new(head)),
        }
    }
}

fn reject_item(span: Span, item: &str, head: &mut Head, diagnostics: &mut Diagnostics) {
    head.is_rejected = true;
    unsupported(span, item, diagnostics);
}

impl Item<'_> {
    fn check_struct(
        &self,
        fields: RawFields,
        head: &mut Head,
        diagnostics: &mut Diagnostics,
    ) -> Option<Content> {
        let (style, count) = (fields.style, fields.fields.len());
        if style == Style::Unit {
            let span = head.ident.span();
            reject_item(span, "a unit struct", head, diagnostics);
            return None;
        }
        let transparent = self.serde.find(SerdeKind::Transparent);
        if style == Style::Named && transparent.is_none() {
            require_denial(self.serde, &head.ident, diagnostics);
        }
        let all = RenameAll::of(self.serde, SerdeKind::RenameAll);
        let (mut read, unread) = self.check_fields(fields, all, head, diagnostics);
        if style == Style::Tuple && count == 1 || transparent.is_some() {
            if read.len() == 1 {
                let form = Form::Newtype(Box::new(read.pop()?));
                return Some(self.content(form, unread));
            }
            if let Some(transparent) = transparent {
                diagnostics.error(
                    transparent.name.span(),
                    "`transparent` hides all fields but one",
                    "remove `transparent`, or leave one field",
                );
                return None;
            }
        }
        let form = match style {
            Style::Named => Form::Fields(read),
            _ => Form::Tuple(read),
        };
        Some(self.content(form, unread))
    }
}
