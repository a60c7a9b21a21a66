//! Parses `#[secure(…)]`.

use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, LitStr, Meta, Path, Token};

use crate::diagnostics::Diagnostics;
use crate::parse::Slot;
use crate::parse::input::media_types::{self, BodyTypes};
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
    /// The type parses itself.
    pub(crate) scalar: Option<RawScalar>,
    pub(crate) body_types: BodyTypes,
    /// The reason that excuses the field from every rule; empty if it is a mistake.
    pub(crate) unvalidated: Option<String>,
}

/// The words about a type whose parser is its check.
pub(crate) struct RawScalar {
    /// The statement of what it accepts; empty if it is a mistake.
    pub(crate) accepts: String,
    /// The function that returns its schema.
    pub(crate) schema: Option<Path>,
}

/// The values of the words, of which each may appear once.
struct Words {
    krate: Slot<Path>,
    scalar: Slot<String>,
    schema: Slot<Path>,
    json: Slot<Vec<String>>,
    binary: Slot<Vec<String>>,
    unvalidated: Slot<String>,
    /// A field that was meant to be excused gets no second error about its rules.
    is_mistaken: bool,
}

impl Secure {
    pub(super) fn parse(
        attributes: &[Attribute],
        position: Position,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut words = Words {
            krate: Slot::new("crate"),
            scalar: Slot::new("scalar"),
            schema: Slot::new("schema"),
            json: Slot::new("json"),
            binary: Slot::new("binary"),
            unvalidated: Slot::new("unvalidated"),
            is_mistaken: false,
        };
        for attribute in attributes
            .iter()
            .filter(|attr| attr.path().is_ident("secure"))
        {
            let tokens = match &attribute.meta {
                Meta::List(list) if !list.tokens.is_empty() => list.tokens.clone(),
                other => {
                    diagnostics.error(other.span(), "`secure` is empty", position.help());
                    words.is_mistaken = true;
                    continue;
                }
            };
            let parse = |input: ParseStream<'_>| words.parse(input, position, diagnostics);
            if let Err(error) = parse.parse2(tokens) {
                // an error at the end of the input has the span of the whole derive
                let span = attribute.meta.path().span();
                diagnostics.error(span, error, position.help());
                words.is_mistaken = true;
            }
        }
        words.check(diagnostics)
    }
}

impl Words {
    /// Parses the words in one pair of parentheses.
    fn parse(
        &mut self,
        input: ParseStream<'_>,
        position: Position,
        diagnostics: &mut Diagnostics,
    ) -> syn::Result<()> {
        while !input.is_empty() {
            let name = Ident::parse_any(input)?;
            if name == "crate" && position.is_item() {
                self.krate
                    .fill(name.span(), parse_path(input)?, diagnostics);
            } else if name == "scalar" && position.is_item() {
                let accepts = parse_text(&name, input, &SCALAR, diagnostics)?;
                self.scalar.fill(name.span(), accepts, diagnostics);
            } else if name == "schema" && position.is_item() {
                self.schema
                    .fill(name.span(), parse_path(input)?, diagnostics);
            } else if name == "json" && position.is_item() {
                let types = media_types::parse(&media_types::JSON, &name, input, diagnostics)?;
                self.json.fill(name.span(), types, diagnostics);
            } else if name == "binary" && position.is_item() {
                let types = media_types::parse(&media_types::BINARY, &name, input, diagnostics)?;
                self.binary.fill(name.span(), types, diagnostics);
            } else if name == "unvalidated" && position == Position::Field {
                let reason = parse_text(&name, input, &UNVALIDATED, diagnostics)?;
                self.unvalidated.fill(name.span(), reason, diagnostics);
            } else {
                reject_unknown(&name, position, diagnostics);
                self.is_mistaken = true;
                skip_to_comma(input);
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    fn check(self, diagnostics: &mut Diagnostics) -> Secure {
        let (scalar, schema) = (self.scalar.take(), self.schema.take());
        if let (None, Some((span, _))) = (&scalar, &schema) {
            let help = "write `scalar = \"what it accepts\"` beside it, or remove it";
            diagnostics.error(*span, "`schema` without `scalar`", help);
        }
        let schema = schema.map(|(_, path)| path);
        let unvalidated = self.unvalidated.take().map(|(_, reason)| reason);
        Secure {
            krate: self.krate.take().map(|(_, path)| path),
            scalar: scalar.map(|(_, accepts)| RawScalar { accepts, schema }),
            body_types: BodyTypes {
                json: self.json.take().map_or_else(Vec::new, |(_, types)| types),
                binary: self.binary.take().map_or_else(Vec::new, |(_, types)| types),
            },
            unvalidated: unvalidated.or_else(|| self.is_mistaken.then(String::new)),
        }
    }
}

/// Parses `= path`.
fn parse_path(input: ParseStream<'_>) -> syn::Result<Path> {
    input.parse::<Token![=]>()?;
    input.call(Path::parse_mod_style)
}

/// A word with a text, and the messages about a missing one.
struct TextWord {
    missing: &'static str,
    example: &'static str,
    empty: &'static str,
    statement: &'static str,
}

const UNVALIDATED: TextWord = TextWord {
    missing: "`unvalidated` has no reason",
    example: "write `#[secure(unvalidated = \"reason\")]`, or remove it",
    empty: "the reason is empty",
    statement: "state why unvalidated input is safe here",
};

const SCALAR: TextWord = TextWord {
    missing: "`scalar` has no statement",
    example: "write `#[secure(scalar = \"what it accepts\")]`, or remove it",
    empty: "the statement is empty",
    statement: "state which input the type accepts",
};

/// Parses `= "text"`; returns an empty text after a mistake.
fn parse_text(
    name: &Ident,
    input: ParseStream<'_>,
    word: &TextWord,
    diagnostics: &mut Diagnostics,
) -> syn::Result<String> {
    if input.parse::<Option<Token![=]>>()?.is_none() {
        diagnostics.error(name.span(), word.missing, word.example);
        return Ok(String::new());
    }
    let text: LitStr = input.parse()?;
    if text.value().trim().is_empty() {
        diagnostics.error(text.span(), word.empty, word.statement);
    }
    Ok(text.value())
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
                "write `#[secure(scalar = \"what it accepts\")]`, `#[secure(json = \"application/vnd.example+json\")]`, `#[secure(binary = \"application/pdf\")]` or `#[secure(crate = path::to::palisade)]`, or remove it"
            }
            Self::Variant => "move it to a field, or remove it",
            Self::Field => "write `#[secure(unvalidated = \"reason\")]`, or remove it",
        }
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
