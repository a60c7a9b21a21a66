//! The variants of an enum, and how the input names them.

use syn::Ident;

use crate::diagnostics::Diagnostics;
use crate::model::input::fields::{Content, Form, Head, Item, require_denial};
use crate::model::input::names::{RenameAll, variant_names};
use crate::model::input::serde::reject_hiding;
use crate::parse::{Position, RawVariant, SerdeKind, SerdeWords, Style};

/// The representation of an enum in the input.
pub(crate) enum Tagging {
    External,
    Internal(String),
    Adjacent(String, String),
}

/// One variant.
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    /// Its name in the input, then its aliases.
    pub(crate) names: Vec<String>,
    pub(crate) content: Option<Content>,
    /// Whether serde reads it; a hand-written `Deserialize` can create it all the same.
    pub(crate) is_read: bool,
    /// Whether it accepts every unknown name.
    pub(crate) is_other: bool,
}

impl Tagging {
    /// serde itself rejects `content` without `tag`.
    fn of(serde: &SerdeWords) -> Self {
        let text = |kind| serde.text(kind).map(ToOwned::to_owned);
        match (text(SerdeKind::Tag), text(SerdeKind::Content)) {
            (Some(tag), Some(content)) => Self::Adjacent(tag, content),
            (Some(tag), None) => Self::Internal(tag),
            (None, _) => Self::External,
        }
    }
}

impl Item<'_> {
    /// Checks the variants; there is no tagging if the enum is a list of names.
    pub(super) fn check_variants(
        &self,
        variants: Vec<RawVariant>,
        head: &mut Head,
        diagnostics: &mut Diagnostics,
    ) -> (Option<Tagging>, Vec<Variant>) {
        let tagging = Tagging::of(self.serde);
        let has_style = |style| move |variant: &RawVariant| variant.fields.style == style;
        let is_list = variants.iter().all(has_style(Style::Unit));
        let has_members = variants.iter().any(has_style(Style::Named));
        if matches!(tagging, Tagging::Adjacent(..)) || has_members {
            require_denial(self.serde, &head.ident, diagnostics);
        }
        let mut checked = Vec::new();
        for variant in variants {
            let RawVariant {
                ident,
                serde,
                fields,
            } = variant;
            reject_hiding(&serde, Position::Variant, false, diagnostics);
            let content = self.check_content(fields, &serde, head, diagnostics);
            let (is_read, is_other) = (serde.is_read(), serde.has(SerdeKind::Other));
            let is_unit = content.as_ref().is_none_or(is_read_as_unit);
            if is_read && is_unit && matches!(tagging, Tagging::Internal(_)) {
                reject_ignored_members(&ident, is_other, diagnostics);
            }
            let all = RenameAll::of(self.serde, SerdeKind::RenameAll);
            checked.push(Variant {
                names: variant_names(&ident, &serde, all),
                ident,
                content,
                is_read,
                is_other,
            });
        }
        match tagging {
            Tagging::External if is_list => (None, checked),
            tagging => (Some(tagging), checked),
        }
    }

    fn check_content(
        &self,
        fields: crate::parse::RawFields,
        serde: &SerdeWords,
        head: &mut Head,
        diagnostics: &mut Diagnostics,
    ) -> Option<Content> {
        let all = RenameAll::of(serde, SerdeKind::RenameAll)
            .or(RenameAll::of(self.serde, SerdeKind::RenameAllFields));
        let (style, count) = (fields.style, fields.fields.len());
        let (mut read, unread) = self.check_fields(fields, all, head, diagnostics);
        let form = match style {
            Style::Unit => return None,
            Style::Named => Form::Fields(read),
            Style::Tuple if count == 1 && read.len() == 1 => Form::Newtype(Box::new(read.pop()?)),
            Style::Tuple => Form::Tuple(read),
        };
        Some(self.content(form, unread))
    }
}

/// Whether serde reads a variant as if it had no fields: its only one is skipped.
fn is_read_as_unit(content: &Content) -> bool {
    matches!(&content.form, Form::Tuple(read) if read.is_empty()) && content.unread.len() == 1
}

/// Rejects a variant without braces beside a tag: serde ignores the other members.
fn reject_ignored_members(name: &Ident, is_other: bool, diagnostics: &mut Diagnostics) {
    let wrong = format_args!("`{name}` accepts unknown members");
    if is_other {
        // serde requires that such a variant has no braces
        let help = format_args!("remove `{name}`, so that unknown variants are rejected");
        diagnostics.error(name.span(), wrong, help);
    } else {
        let help = format_args!(
            "write `{name} {{}}`: without braces, serde ignores the members beside the tag"
        );
        diagnostics.error(name.span(), wrong, help);
    }
}
