//! The names that serde gives to fields and variants on the wire.

use syn::Ident;

use crate::parse::InputWord;

/// A `rename_all`, by serde's words.
#[derive(Clone, Copy)]
pub(crate) enum RenameAll {
    AsWritten,
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl RenameAll {
    /// What `name`, a word like `rename_all`, says of reading; serde refuses other cases itself.
    pub(crate) fn of(words: &[InputWord], name: &str) -> Self {
        match renamed(words, name).as_deref() {
            Some("lowercase") => Self::Lower,
            Some("UPPERCASE") => Self::Upper,
            Some("PascalCase") => Self::Pascal,
            Some("camelCase") => Self::Camel,
            Some("snake_case") => Self::Snake,
            Some("SCREAMING_SNAKE_CASE") => Self::ScreamingSnake,
            Some("kebab-case") => Self::Kebab,
            Some("SCREAMING-KEBAB-CASE") => Self::ScreamingKebab,
            _ => Self::AsWritten,
        }
    }

    /// This, or the other where nothing is said.
    pub(crate) fn or(self, other: Self) -> Self {
        match self {
            Self::AsWritten => other,
            said => said,
        }
    }

    /// A field's name under it, as `serde_derive`'s `apply_to_field`.
    fn apply_to_field(self, field: &str) -> String {
        match self {
            Self::AsWritten | Self::Lower | Self::Snake => field.to_owned(),
            Self::Upper | Self::ScreamingSnake => field.to_ascii_uppercase(),
            Self::Pascal => pascal(field),
            Self::Camel => camel(&pascal(field)),
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// A variant's name under it, as `serde_derive`'s `apply_to_variant`.
    fn apply_to_variant(self, variant: &str) -> String {
        match self {
            Self::AsWritten | Self::Pascal => variant.to_owned(),
            Self::Lower => variant.to_ascii_lowercase(),
            Self::Upper => variant.to_ascii_uppercase(),
            Self::Camel => camel(variant),
            Self::Snake => snake(variant),
            Self::ScreamingSnake => snake(variant).to_ascii_uppercase(),
            Self::Kebab => snake(variant).replace('_', "-"),
            Self::ScreamingKebab => snake(variant).to_ascii_uppercase().replace('_', "-"),
        }
    }
}

fn snake(variant: &str) -> String {
    let mut snake = String::new();
    for (at, character) in variant.char_indices() {
        if at > 0 && character.is_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
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

/// A field's name on the wire, then its aliases.
pub(crate) fn field_names(field: &Ident, words: &[InputWord], all: RenameAll) -> Vec<String> {
    names(words, || all.apply_to_field(&plain(field)))
}

/// A variant's name on the wire, then its aliases.
pub(crate) fn variant_names(variant: &Ident, words: &[InputWord], all: RenameAll) -> Vec<String> {
    names(words, || all.apply_to_variant(&plain(variant)))
}

fn plain(name: &Ident) -> String {
    let written = name.to_string();
    written.strip_prefix("r#").unwrap_or(&written).to_owned()
}

fn names(words: &[InputWord], cased: impl FnOnce() -> String) -> Vec<String> {
    let name = renamed(words, "rename").unwrap_or_else(cased);
    let aliases = words.iter().filter(|word| word.is("alias"));
    let aliases = aliases.filter_map(InputWord::text);
    std::iter::once(name).chain(aliases).collect()
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
        let attributes = Attributes::parse(&[attribute], On::Struct, &mut diagnostics);
        assert!(diagnostics.into_compile_errors().is_none());
        attributes.serde
    }

    fn under(case: &str) -> RenameAll {
        RenameAll::of(
            &words(parse_quote!(#[serde(rename_all = #case)])),
            "rename_all",
        )
    }

    fn named(field: &Ident, case: &str) -> String {
        wire_name(field, &[], under(case))
    }

    fn wire_name(field: &Ident, words: &[InputWord], all: RenameAll) -> String {
        field_names(field, words, all).remove(0)
    }

    #[test]
    fn each_case_names_variants_as_serde_does() {
        let variant: Ident = parse_quote!(VeryTasty);
        for (case, wire) in [
            ("lowercase", "verytasty"),
            ("UPPERCASE", "VERYTASTY"),
            ("PascalCase", "VeryTasty"),
            ("camelCase", "veryTasty"),
            ("snake_case", "very_tasty"),
            ("SCREAMING_SNAKE_CASE", "VERY_TASTY"),
            ("kebab-case", "very-tasty"),
            ("SCREAMING-KEBAB-CASE", "VERY-TASTY"),
        ] {
            assert_eq!(variant_names(&variant, &[], under(case)), [wire]);
        }
    }

    #[test]
    fn aliases_follow_the_name() {
        let own = words(parse_quote!(#[serde(alias = "b", rename = "a", alias = "c")]));
        let field: Ident = parse_quote!(x);
        assert_eq!(field_names(&field, &own, RenameAll::Camel), ["a", "b", "c"]);
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
        let both = words(parse_quote!(
            #[serde(rename_all(serialize = "kebab-case", deserialize = "camelCase"))]
        ));
        let all = RenameAll::of(&both, "rename_all");
        let field: Ident = parse_quote!(unit_price);
        assert_eq!(wire_name(&field, &[], all), "unitPrice");
        let own = words(parse_quote!(#[serde(rename(deserialize = "price"))]));
        assert_eq!(wire_name(&field, &own, all), "price");
        let written = words(parse_quote!(#[serde(rename(serialize = "price"))]));
        assert_eq!(wire_name(&field, &written, all), "unitPrice");
    }
}
