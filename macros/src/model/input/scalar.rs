//! A type of the API whose parser is its check.

use proc_macro2::Span;
use syn::Path;

use crate::diagnostics::Diagnostics;
use crate::model::input::fields::Head;
use crate::parse::{GardeRule, RawData, RawFields, RawInput};

/// A checked type with `#[secure(scalar = "…")]`.
pub(crate) struct Scalar {
    pub(crate) head: Head,
    /// The statement of what it accepts.
    pub(crate) accepts: String,
    /// The function that returns its schema.
    pub(crate) schema: Option<Path>,
}

impl Scalar {
    /// Checks the item, or returns it if it is no scalar.
    pub(crate) fn check(
        mut raw: RawInput,
        diagnostics: &mut Diagnostics,
    ) -> Result<Self, Box<RawInput>> {
        let Some(scalar) = raw.scalar.take() else {
            return Err(Box::new(raw));
        };
        if let Some(rule) = first_rule(&raw.data) {
            diagnostics.error(
                rule,
                "a scalar has no rules",
                "remove `scalar`, so that this rule applies, or check it in `Deserialize`",
            );
        }
        let head = Head {
            krate: raw.krate,
            ident: raw.ident,
            generics: raw.generics,
            body_types: raw.body_types,
            context: None,
            is_transparent: false,
            has_rules: false,
            is_rejected: false,
        };
        Ok(Self {
            head,
            accepts: scalar.accepts,
            schema: scalar.schema,
        })
    }
}

/// Returns the first rule of garde, which nothing would apply.
fn first_rule(data: &RawData) -> Option<Span> {
    let in_fields = |fields: &RawFields| {
        let rules = fields.fields.iter().flat_map(|field| &field.garde.rules);
        rules.map(|rule: &GardeRule| rule.span).next()
    };
    match data {
        RawData::Struct(fields) => in_fields(fields),
        RawData::Enum(variants) => variants
            .iter()
            .find_map(|variant| in_fields(&variant.fields)),
        RawData::Union(_) => None,
    }
}
