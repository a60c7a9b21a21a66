//! The names that serde gives to fields on the wire.

use syn::Ident;

use crate::parse::InputWord;

/// A `rename_all`, by serde's words.
#[derive(Clone, Copy)]
pub(crate) enum RenameAll {
    AsWritten,
    Upper,
    Pascal,
    Camel,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl RenameAll {
    /// What `rename_all` says of reading; serde refuses other words itself.
    pub(crate) fn of(words: &[InputWord]) -> Self {
        match renamed(words, "rename_all").as_deref() {
            Some("UPPERCASE") => Self::Upper,
            Some("PascalCase") => Self::Pascal,
            Some("camelCase") => Self::Camel,
            Some("SCREAMING_SNAKE_CASE") => Self::ScreamingSnake,
            Some("kebab-case") => Self::Kebab,
            Some("SCREAMING-KEBAB-CASE") => Self::ScreamingKebab,
            // `lowercase` and `snake_case` too leave a field as it is
            _ => Self::AsWritten,
        }
    }

    /// A field's name under it, as `serde_derive`'s `apply_to_field`.
    fn apply(self, field: &str) -> String {
        match self {
            Self::AsWritten => field.to_owned(),
            Self::Upper | Self::ScreamingSnake => field.to_ascii_uppercase(),
            Self::Pascal => pascal(field),
            Self::Camel => camel(&pascal(field)),
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_ascii_uppercase().replace('_', "-"),
        }
    }
}

fn pascal(field: &str) -> String {
    let mut capitalize = true;
    let mut pascal = String::new();
    for character in field.chars() {
        if character == '_' {
            capitalize = true;
        } else if capitalize {
            pascal.push(character.to_ascii_uppercase());
            capitalize = false;
        } else {
            pascal.push(character);
        }
    }
    pascal
}

fn camel(pascal: &str) -> String {
    let mut rest = pascal.chars();
    match rest.next() {
        Some(first) => first.to_ascii_lowercase().to_string() + rest.as_str(),
        None => String::new(),
    }
}

/// A field's name on the wire.
pub(crate) fn wire_name(field: &Ident, words: &[InputWord], all: RenameAll) -> String {
    let written = field.to_string();
    let plain = written.strip_prefix("r#").unwrap_or(&written);
    renamed(words, "rename").unwrap_or_else(|| all.apply(plain))
}

/// The value of `name = "…"` or `name(deserialize = "…")`.
fn renamed(words: &[InputWord], name: &str) -> Option<String> {
    let word = words.iter().find(|word| word.is(name) && reads(word))?;
    match &word.list {
        Some(_) => word
            .words()
            .iter()
            .find(|word| word.is("deserialize"))?
            .text(),
        None => word.text(),
    }
}

fn reads(word: &InputWord) -> bool {
    word.list.is_none() || word.words().iter().any(|word| word.is("deserialize"))
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;
    use crate::diagnostics::Diagnostics;
    use crate::parse::{Attributes, On};

    fn words(attribute: syn::Attribute) -> Vec<InputWord> {
        let mut diagnostics = Diagnostics::default();
        let attributes = Attributes::parse(&[attribute], On::Item, &mut diagnostics);
        assert!(diagnostics.into_compile_errors().is_none());
        attributes.serde
    }

    fn named(field: &Ident, case: &str) -> String {
        let all = RenameAll::of(&words(parse_quote!(#[serde(rename_all = #case)])));
        wire_name(field, &[], all)
    }

    #[test]
    fn each_case_names_fields_as_serde_does() {
        let field: Ident = parse_quote!(very_tasty);
        for (case, wire) in [
            ("lowercase", "very_tasty"),
            ("UPPERCASE", "VERY_TASTY"),
            ("PascalCase", "VeryTasty"),
            ("camelCase", "veryTasty"),
            ("snake_case", "very_tasty"),
            ("SCREAMING_SNAKE_CASE", "VERY_TASTY"),
            ("kebab-case", "very-tasty"),
            ("SCREAMING-KEBAB-CASE", "VERY-TASTY"),
        ] {
            assert_eq!(named(&field, case), wire);
        }
    }

    #[test]
    fn a_raw_name_loses_its_prefix() {
        assert_eq!(named(&parse_quote!(r#type), "camelCase"), "type");
    }

    #[test]
    fn a_name_of_underscores_does_not_panic() {
        assert_eq!(named(&parse_quote!(__), "camelCase"), "");
    }

    #[test]
    fn rename_beats_rename_all_and_only_reading_counts() {
        let all = RenameAll::of(&words(parse_quote!(
            #[serde(rename_all(serialize = "kebab-case", deserialize = "camelCase"))]
        )));
        let field: Ident = parse_quote!(unit_price);
        assert_eq!(wire_name(&field, &[], all), "unitPrice");
        let own = words(parse_quote!(#[serde(rename(deserialize = "price"))]));
        assert_eq!(wire_name(&field, &own, all), "price");
        let written = words(parse_quote!(#[serde(rename(serialize = "price"))]));
        assert_eq!(wire_name(&field, &written, all), "unitPrice");
    }
}
