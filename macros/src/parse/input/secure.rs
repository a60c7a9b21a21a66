//! Parses `#[secure(…)]`.

use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, LitStr, Meta, Path, Token};

use crate::diagnostics::Diagnostics;
use crate::parse::Slot;
use crate::parse::recovery::skip_to_comma;

/// The position of an attribute.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    Struct,
    Enum,
    Variant,
    Field,
}

/// The words of `#[secure(…)]`.
pub(crate) struct Secure {
    pub(crate) krate: Option<Path>,
    /// Whether a reason excuses the field from every rule, or was meant to.
    pub(crate) is_unvalidated: bool,
}

impl Secure {
    pub(super) fn parse(
        attributes: &[Attribute],
        position: Position,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut krate = Slot::new("crate");
        let mut unvalidated = Slot::new("unvalidated");
        // a field that was meant to be excused gets no second error about its rules
        let mut is_mistaken = false;
        for attribute in attributes
            .iter()
            .filter(|attr| attr.path().is_ident("secure"))
        {
            let parse = |input: ParseStream<'_>| {
                while !input.is_empty() {
                    let name = Ident::parse_any(input)?;
                    if name == "crate" && position.is_item() {
                        input.parse::<Token![=]>()?;
                        let path = input.call(Path::parse_mod_style)?;
                        krate.fill(name.span(), path, diagnostics);
                    } else if name == "unvalidated" && position == Position::Field {
                        if input.parse::<Option<Token![=]>>()?.is_some() {
                            let reason: LitStr = input.parse()?;
                            reject_empty(&reason, diagnostics);
                        } else {
                            let help = position.help();
                            diagnostics.error(name.span(), "`unvalidated` has no reason", help);
                        }
                        unvalidated.fill(name.span(), (), diagnostics);
                    } else {
                        reject_unknown(&name, position, diagnostics);
                        is_mistaken = true;
                        skip_to_comma(input);
                    }
                    if !input.is_empty() {
                        input.parse::<Token![,]>()?;
                    }
                }
                Ok(())
            };
            let tokens = match &attribute.meta {
                Meta::List(list) if !list.tokens.is_empty() => list.tokens.clone(),
                other => {
                    diagnostics.error(other.span(), "`secure` is empty", position.help());
                    is_mistaken = true;
                    continue;
                }
            };
            if let Err(error) = parse.parse2(tokens) {
                // an error at the end of the input has the span of the whole derive
                let span = attribute.meta.path().span();
                diagnostics.error(span, error, position.help());
                is_mistaken = true;
            }
        }
        Self {
            krate: krate.take().map(|(_, path)| path),
            is_unvalidated: unvalidated.take().is_some() || is_mistaken,
        }
    }
}

impl Position {
    fn is_item(self) -> bool {
        matches!(self, Self::Struct | Self::Enum)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Struct => "a struct",
            Self::Enum => "an enum",
            Self::Variant => "a variant",
            Self::Field => "a field",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Struct | Self::Enum => {
                "write `#[secure(crate = path::to::palisade)]`, or remove it"
            }
            Self::Variant => "move it to a field, or remove it",
            Self::Field => "write `#[secure(unvalidated = \"reason\")]`, or remove it",
        }
    }
}

fn reject_empty(reason: &LitStr, diagnostics: &mut Diagnostics) {
    if reason.value().trim().is_empty() {
        diagnostics.error(
            reason.span(),
            "the reason is empty",
            "state why unvalidated input is safe here",
        );
    }
}

fn reject_unknown(name: &Ident, position: Position, diagnostics: &mut Diagnostics) {
    let on = position.name();
    diagnostics.error(
        name.span(),
        format_args!("unknown word `{name}` in `secure` on {on}"),
        position.help(),
    );
}
