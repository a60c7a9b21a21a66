//! The names that serde gives to fields and variants in the input.

use syn::Ident;
use syn::ext::IdentExt;

use crate::parse::{SerdeKind, SerdeWords};

/// A `rename_all`, by serde's names for the cases.
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
    /// The case that a word like `rename_all` asks for; serde rejects unknown cases.
    pub(super) fn of(serde: &SerdeWords, kind: SerdeKind) -> Self {
        match serde.text(kind) {
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

    /// Returns `other` if this changes nothing.
    pub(super) fn or(self, other: Self) -> Self {
        match self {
            Self::AsWritten => other,
            case => case,
        }
    }

    /// Renames a field, as `serde_derive`'s `apply_to_field` does.
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

    /// Renames a variant, as `serde_derive`'s `apply_to_variant` does.
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

/// Returns a field's name in the input, then its aliases.
pub(super) fn field_names(field: &Ident, serde: &SerdeWords, all: RenameAll) -> Vec<String> {
    names(serde, || all.apply_to_field(&field.unraw().to_string()))
}

/// Returns a variant's name in the input, then its aliases.
pub(super) fn variant_names(variant: &Ident, serde: &SerdeWords, all: RenameAll) -> Vec<String> {
    names(serde, || all.apply_to_variant(&variant.unraw().to_string()))
}

fn names(serde: &SerdeWords, renamed: impl FnOnce() -> String) -> Vec<String> {
    let name = serde.text(SerdeKind::Rename);
    let name = name.map_or_else(renamed, ToOwned::to_owned);
    let aliases = serde.texts(SerdeKind::Alias).map(ToOwned::to_owned);
    std::iter::once(name).chain(aliases).collect()
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;
    use crate::diagnostics::Diagnostics;

    fn parse(attributes: &[syn::Attribute]) -> SerdeWords {
        let mut diagnostics = Diagnostics::default();
        let words = SerdeWords::parse(attributes, &mut diagnostics);
        assert!(diagnostics.into_compile_errors().is_none());
        words
    }

    fn words(attribute: syn::Attribute) -> SerdeWords {
        parse(&[attribute])
    }

    fn no_words() -> SerdeWords {
        parse(&[])
    }

    fn under(case: &str) -> RenameAll {
        let words = words(parse_quote!(#[serde(rename_all = #case)]));
        RenameAll::of(&words, SerdeKind::RenameAll)
    }

    fn named(field: &Ident, case: &str) -> String {
        input_name(field, &no_words(), under(case))
    }

    fn input_name(field: &Ident, words: &SerdeWords, all: RenameAll) -> String {
        field_names(field, words, all).remove(0)
    }

    #[test]
    fn variant_names_follow_each_case_of_serde() {
        let variant: Ident = parse_quote!(VeryTasty);
        for (case, expected) in [
            ("lowercase", "verytasty"),
            ("UPPERCASE", "VERYTASTY"),
            ("PascalCase", "VeryTasty"),
            ("camelCase", "veryTasty"),
            ("snake_case", "very_tasty"),
            ("SCREAMING_SNAKE_CASE", "VERY_TASTY"),
            ("kebab-case", "very-tasty"),
            ("SCREAMING-KEBAB-CASE", "VERY-TASTY"),
        ] {
            assert_eq!(
                variant_names(&variant, &no_words(), under(case)),
                [expected]
            );
        }
    }

    #[test]
    fn aliases_come_after_the_name() {
        let own = words(parse_quote!(#[serde(alias = "b", rename = "a", alias = "c")]));
        let field: Ident = parse_quote!(x);
        assert_eq!(field_names(&field, &own, RenameAll::Camel), ["a", "b", "c"]);
    }

    #[test]
    fn field_names_follow_each_case_of_serde() {
        let field: Ident = parse_quote!(very_tasty);
        for (case, expected) in [
            ("lowercase", "very_tasty"),
            ("UPPERCASE", "VERY_TASTY"),
            ("PascalCase", "VeryTasty"),
            ("camelCase", "veryTasty"),
            ("snake_case", "very_tasty"),
            ("SCREAMING_SNAKE_CASE", "VERY_TASTY"),
            ("kebab-case", "very-tasty"),
            ("SCREAMING-KEBAB-CASE", "VERY-TASTY"),
        ] {
            assert_eq!(named(&field, case), expected);
        }
    }

    #[test]
    fn raw_identifier_loses_its_prefix() {
        assert_eq!(named(&parse_quote!(r#type), "camelCase"), "type");
    }

    #[test]
    fn name_of_underscores_does_not_panic() {
        assert_eq!(named(&parse_quote!(__), "camelCase"), "");
    }

    #[test]
    fn rename_for_deserialize_wins_over_rename_all() {
        let both = words(parse_quote!(
            #[serde(rename_all(serialize = "kebab-case", deserialize = "camelCase"))]
        ));
        let all = RenameAll::of(&both, SerdeKind::RenameAll);
        let field: Ident = parse_quote!(unit_price);
        assert_eq!(input_name(&field, &no_words(), all), "unitPrice");
        let own = words(parse_quote!(#[serde(rename(deserialize = "price"))]));
        assert_eq!(input_name(&field, &own, all), "price");
        let written = words(parse_quote!(#[serde(rename(serialize = "price"))]));
        assert_eq!(input_name(&field, &written, all), "unitPrice");
    }
}
