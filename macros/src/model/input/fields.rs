//! The fields of a type: their names and their rules.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{GenericParam, Generics, Ident, Member, Path, Type};

use crate::diagnostics::Diagnostics;
use crate::model::input::bounds::Bound;
use crate::model::input::checks::{Checks, FieldChecks};
use crate::model::input::names::{RenameAll, field_names};
use crate::model::input::pattern::reject_partial;
use crate::model::input::rules::{InputNames, Rules};
use crate::model::input::serde::reject_hiding;
use crate::parse::{
    BodyTypes, ItemRules, Position, RawField, RawFields, SerdeKind, SerdeWords, Style,
};

/// The facts about a type that hold even if its fields are wrong.
pub(crate) struct Head {
    pub(crate) krate: Option<Path>,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) body_types: BodyTypes,
    /// The type of the context of its rules; none for `()`.
    pub(crate) context: Option<Type>,
    /// Whether serde reads it as its one field, and so accepts its absence if that does.
    pub(crate) is_transparent: bool,
    /// Whether there are rules of the whole value.
    pub(crate) has_rules: bool,
    /// Whether there is a mistake in the rules, so that `Validate` may not be implemented.
    pub(crate) is_rejected: bool,
}

/// The fields of a struct or of a variant.
pub(crate) struct Content {
    /// The fields that serde reads.
    pub(crate) form: Form,
    /// The fields that serde skips. They are bounded too: a hand-written `Deserialize` can fill them.
    pub(crate) unread: Vec<Field>,
    /// Whether garde's paths name the fields.
    pub(crate) named_by_garde: bool,
}

impl Content {
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.form.fields().iter().chain(&self.unread)
    }
}

/// The form that fields have in the input.
pub(crate) enum Form {
    /// An object.
    Fields(Vec<Field>),
    /// The form of its one field.
    Newtype(Box<Field>),
    /// An array.
    Tuple(Vec<Field>),
}

/// One field.
pub(crate) struct Field {
    pub(crate) member: Member,
    /// Its name in the input, then its aliases.
    pub(crate) names: Vec<String>,
    pub(crate) ty: Type,
    /// Its rules; none if a reason excuses it.
    pub(crate) rules: Option<Rules>,
    /// The reason that excuses it.
    pub(crate) unvalidated: Option<String>,
    /// The checks of the bounds that its rules prove.
    pub(crate) checks: Checks,
    /// The limits of its schema.
    pub(crate) bounds: Vec<Bound>,
    /// Whether it may be absent, whatever its type is.
    pub(crate) has_default: bool,
}

impl Form {
    pub(crate) fn fields(&self) -> &[Field] {
        match self {
            Self::Newtype(field) => std::slice::from_ref(&**field),
            Self::Tuple(fields) | Self::Fields(fields) => fields,
        }
    }
}

/// Requires that serde rejects members that no field declares.
pub(super) fn require_denial(serde: &SerdeWords, name: &Ident, diagnostics: &mut Diagnostics) {
    // a misspelled word is reported already
    if !serde.has(SerdeKind::DenyUnknownFields) && !serde.is_rejected() {
        diagnostics.error(
            name.span(),
            format_args!("`{name}` accepts unknown members"),
            format_args!("write `#[serde(deny_unknown_fields)]` on `{name}`"),
        );
    }
}

/// Rejects a largest length that depends on a generic parameter; returns whether there was any.
///
/// The proof compares it with a constant, which rustc does not allow.
fn reject_generic(rules: &Rules, generics: &Generics, diagnostics: &mut Diagnostics) -> bool {
    let parameters = generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None,
        });
    let mut names: Vec<String> = parameters.map(ToString::to_string).collect();
    if !names.is_empty() {
        names.push("Self".to_owned());
    }
    let mut is_generic = false;
    for max in rules.all_maxima() {
        if let Some(name) = find(max.to_token_stream(), &names) {
            is_generic = true;
            diagnostics.error(
                name.span(),
                format_args!("`max` depends on `{name}`, which is generic"),
                "write a constant that is the same for every type, such as `max = 64`",
            );
        }
    }
    is_generic
}

/// Returns the first of the names in an expression.
fn find(tokens: TokenStream, names: &[String]) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) => names.contains(&ident.to_string()).then_some(ident),
        TokenTree::Group(group) => find(group.stream(), names),
        _ => None,
    })
}

/// The words on the item that concern each of its fields.
pub(super) struct Item<'a> {
    pub(super) serde: &'a SerdeWords,
    pub(super) garde: &'a ItemRules,
}

impl Item<'_> {
    /// Checks the fields of a struct or of a variant; returns those that serde reads, and the others.
    pub(super) fn check_fields(
        &self,
        fields: RawFields,
        all: RenameAll,
        head: &mut Head,
        diagnostics: &mut Diagnostics,
    ) -> (Vec<Field>, Vec<Field>) {
        let input = InputNames::of(&fields, self.garde);
        let (mut read, mut unread) = (Vec::new(), Vec::new());
        for field in fields.fields {
            let is_read = field.serde.is_read();
            if !is_read && fields.style == Style::Tuple && field.unvalidated.is_some() {
                diagnostics.error(
                    field.ty.span(),
                    "a field of a tuple that serde skips cannot be `unvalidated`",
                    "write a struct with named fields, so that the inventory can name this field",
                );
            }
            let field = self.check_field(field, all, &input, head, diagnostics);
            if is_read { &mut read } else { &mut unread }.push(field);
        }
        (read, unread)
    }

    /// Combines a form with the fields that it does not have.
    pub(super) fn content(&self, form: Form, unread: Vec<Field>) -> Content {
        Content {
            form,
            unread,
            named_by_garde: self.garde.transparent.is_none(),
        }
    }

    fn check_field(
        &self,
        field: RawField,
        all: RenameAll,
        input: &InputNames,
        head: &mut Head,
        diagnostics: &mut Diagnostics,
    ) -> Field {
        let RawField {
            member,
            ty,
            serde,
            garde,
            unvalidated,
        } = field;
        let is_unvalidated = unvalidated.is_some();
        let hides = reject_hiding(&serde, Position::Field, is_unvalidated, diagnostics);
        let has_rules = FieldChecks::of(&member, &ty, &garde, self.garde, diagnostics).is_some();
        head.is_rejected |= !has_rules;
        reject_partial(&garde.rules, diagnostics);
        let names = match &member {
            Member::Named(name) => field_names(name, &serde, all),
            Member::Unnamed(index) => vec![index.index.to_string()],
        };
        // a field with another mistake gets no error about its rules
        let is_proved = has_rules && !hides && !is_unvalidated;
        // an enum has no default, and serde rejects it there
        let is_default = |serde: &SerdeWords| serde.has(SerdeKind::Default);
        Field {
            member,
            names,
            ty,
            rules: is_proved
                .then(|| Rules::of(&garde, input))
                .filter(|rules| !reject_generic(rules, &head.generics, diagnostics)),
            unvalidated,
            checks: Checks::of_bounds(&garde, input),
            bounds: Bound::all(&garde, input),
            has_default: is_default(self.serde) || is_default(&serde),
        }
    }
}
