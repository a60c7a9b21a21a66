//! Fields that are read: their names and what bounds them.

use syn::{Fields, Generics, Ident, Member, Type};

use crate::diagnostics::Diagnostics;
use crate::model::input::bounds::Bound;
use crate::model::input::names::{RenameAll, field_names};
use crate::model::input::pattern::refuse_loose_patterns;
use crate::model::input::rules::{Rules, garde_refuses};
use crate::model::input::serde::{is_read, refuse_hiding};
use crate::parse::{Attributes, InputWord, On};

/// What is known of the type even where its fields are wrong.
pub(crate) struct Head {
    pub(crate) krate: syn::Path,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// Whether garde implements nothing for it, and says why.
    pub(crate) refused_by_garde: bool,
    /// Whether its rules are checked against a context.
    pub(crate) has_context: bool,
    /// Whether serde reads it as its one field, and so takes its absence where that does.
    pub(crate) is_transparent: bool,
}

/// The form that fields have on the wire.
pub(crate) enum Form {
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
    /// Its name on the wire, then its aliases.
    pub(crate) names: Vec<String>,
    pub(crate) ty: Type,
    /// Its rules; none where a reason excuses it.
    pub(crate) rules: Option<Rules>,
    /// What its rules let through.
    pub(crate) bounds: Vec<Bound>,
    /// Whether it may be missing, whatever its type is.
    pub(crate) has_default: bool,
}

impl Form {
    pub(crate) fn fields(&self) -> &[Field] {
        match self {
            Self::Newtype { field, .. } => std::slice::from_ref(&**field),
            Self::Tuple(fields) | Self::Fields(fields) => fields,
        }
    }
}

/// Refuses to ignore what serde would: members that nothing declares.
pub(super) fn require_denial(attributes: &Attributes, name: &Ident, diagnostics: &mut Diagnostics) {
    let mut words = attributes.serde.iter();
    if !words.any(|word| word.is("deny_unknown_fields")) {
        diagnostics.error(
            name.span(),
            format_args!("`{name}` takes members that it does not declare"),
            format_args!("write `#[serde(deny_unknown_fields)]` on `{name}`"),
        );
    }
}

/// The fields that are read, of a struct or of a variant; `attributes` are the item's.
pub(super) fn of_fields(
    fields: &Fields,
    all: RenameAll,
    attributes: &Attributes,
    head: &mut Head,
    diagnostics: &mut Diagnostics,
) -> Vec<Field> {
    let context = context_name(&attributes.garde);
    let unvalidated = attributes
        .garde
        .iter()
        .any(|word| word.is("allow_unvalidated"));
    // an enum has none, and serde refuses it there
    let all_default = attributes.serde.iter().any(|word| word.is("default"));
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
            let names = match &member {
                Member::Named(name) => field_names(name, &own.serde, all),
                Member::Unnamed(index) => vec![index.index.to_string()],
            };
            refuse_loose_patterns(&own.garde, diagnostics);
            let rules = (!excused).then(|| Rules::read(&own.garde, &context));
            checked.push(Field {
                member,
                names,
                ty: field.ty.clone(),
                rules,
                bounds: Bound::read(&own.garde, &context),
                has_default: all_default || own.serde.iter().any(|word| word.is("default")),
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
