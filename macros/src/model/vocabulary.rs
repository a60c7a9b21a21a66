//! The checked scope vocabulary of an API, without duplicate scopes or names.

use std::collections::HashSet;

use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, Path, Visibility};

use crate::diagnostics::Diagnostics;
use crate::model::grant::check_token;
use crate::model::implication::Implications;
use crate::parse::{RawScope, RawVocabulary};

/// A checked vocabulary.
pub(crate) struct Vocabulary {
    pub(crate) krate: Option<Path>,
    pub(crate) scopes: Vec<ScopeConstant>,
}

/// One scope with its constant and description.
pub(crate) struct ScopeConstant {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) token: LitStr,
    pub(crate) description: String,
    /// The constants of the scopes that imply it.
    pub(crate) implied_by: Vec<Ident>,
}

impl Vocabulary {
    /// Checks every entry, and leaves out the wrong ones.
    pub(crate) fn check(raw: RawVocabulary, diagnostics: &mut Diagnostics) -> Self {
        let (mut names, mut tokens) = (HashSet::new(), HashSet::new());
        let mut scopes = Vec::new();
        let implications = Implications::check(&raw.scopes, diagnostics);
        let broader: Vec<Vec<Ident>> = (0..raw.scopes.len())
            .map(|at| implications.broader(at).into_iter().cloned().collect())
            .collect();
        for (entry, implied_by) in raw.scopes.into_iter().zip(broader) {
            if !names.insert(entry.key()) {
                let name = &entry.name;
                diagnostics.error(
                    name.span(),
                    format_args!("duplicate constant `{name}`"),
                    "give this scope another name",
                );
                continue;
            }
            let Some(scope) = ScopeConstant::check(entry, implied_by, diagnostics) else {
                continue;
            };
            if !tokens.insert(scope.token.value()) {
                diagnostics.error(
                    scope.token.span(),
                    format_args!("duplicate scope {:?}", scope.token.value()),
                    "remove one of the two constants",
                );
            }
            scopes.push(scope);
        }
        // a name of a wrong entry would be an error of rustc
        let kept: HashSet<Ident> = scopes.iter().map(|scope| scope.name.clone()).collect();
        for scope in &mut scopes {
            scope.implied_by.retain(|name| kept.contains(name));
        }
        Self {
            krate: raw.krate.take().map(|(_, path)| path),
            scopes,
        }
    }
}

impl ScopeConstant {
    fn check(raw: RawScope, implied_by: Vec<Ident>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let token = raw.token?;
        if token.value().is_empty() {
            let help = "write the scope: `\"orders:read\"`";
            diagnostics.error(token.span(), "this text names no scope", help);
            return None;
        }
        let checked = check_token(&token.value(), token.span(), diagnostics);
        let description = description(&raw.attributes);
        if description.is_empty() {
            let name = &raw.name;
            diagnostics.error(
                name.span(),
                format_args!("`{name}` has no description"),
                format_args!("write a doc comment above it, such as `/// Read orders.`"),
            );
            return None;
        }
        checked?;
        Some(Self {
            attributes: raw.attributes,
            vis: raw.vis,
            name: raw.name,
            token,
            description,
            implied_by,
        })
    }
}

/// Returns the doc comment as one line.
fn description(attributes: &[Attribute]) -> String {
    let lines = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .filter_map(doc_line);
    lines
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else {
        return None;
    };
    match &pair.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value()),
        other => Some(other.span().source_text().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(entries: &str) -> (Vocabulary, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let raw = RawVocabulary::parse(entries.parse().unwrap(), &mut diagnostics);
        let vocabulary = Vocabulary::check(raw, &mut diagnostics);
        (vocabulary, diagnostics.into_messages())
    }

    fn names(vocabulary: &Vocabulary) -> Vec<String> {
        let names = vocabulary.scopes.iter().map(|scope| scope.name.to_string());
        names.collect()
    }

    #[test]
    fn entry_has_constant_text_and_description() {
        let (vocabulary, messages) = check("/// Read.\npub A = \"a\"; /// Write.\nB = \"b\";");
        assert!(messages.is_empty(), "{messages:?}");
        assert!(vocabulary.krate.is_none());
        assert_eq!(names(&vocabulary), ["A", "B"]);
        assert_eq!(vocabulary.scopes[0].token.value(), "a");
        assert_eq!(vocabulary.scopes[1].description, "Write.");
    }

    #[test]
    fn crate_path_is_accepted() {
        let (vocabulary, messages) = check("crate = fence::inner;");
        assert!(messages.is_empty(), "{messages:?}");
        assert!(vocabulary.krate.is_some());
    }

    #[test]
    fn description_joins_nonempty_doc_lines() {
        let (vocabulary, messages) =
            check("/// Read orders,\n///\n#[cfg(x)] #[doc = \"  and items. \"] A = \"a\";");
        assert!(messages.is_empty(), "{messages:?}");
        assert_eq!(vocabulary.scopes[0].description, "Read orders, and items.");
        assert_eq!(vocabulary.scopes[0].attributes.len(), 4);
    }

    #[test]
    fn scope_with_a_mistake_implies_nothing() {
        let (vocabulary, messages) = check(
            "/// Read.\nA = \"a\"; B = \"b\" implies A; /// All.\nC = \"c\" implies B; /// X.\nD = 7 implies A;",
        );
        let wrong = ["expected the scope in quotes", "`B` has no description"];
        assert_eq!(messages, wrong);
        let implied_by = vocabulary
            .scopes
            .iter()
            .map(|scope| scope.implied_by.clone());
        assert_eq!(names(&vocabulary), ["A", "C"]);
        assert_eq!(implied_by.collect::<Vec<_>>().concat(), ["C"]);
    }

    #[test]
    fn duplicate_constant_is_an_error() {
        let (vocabulary, messages) =
            check("/// Read.\nA = \"a\"; /// Write.\nA = \"b\"; /// All.\nr#A = \"c\";");
        assert_eq!(
            messages,
            ["duplicate constant `A`", "duplicate constant `r#A`"]
        );
        assert_eq!(names(&vocabulary), ["A"]);
    }

    #[test]
    fn duplicate_scope_is_an_error() {
        let (vocabulary, messages) = check("/// Read.\nA = \"a\"; /// Read.\nB = \"a\";");
        assert_eq!(messages, ["duplicate scope \"a\""]);
        // both constants stay, so that their uses add no errors
        assert_eq!(names(&vocabulary), ["A", "B"]);
    }

    #[test]
    fn scope_without_description_is_an_error() {
        for entry in [
            "A = \"a\";",
            "///\nA = \"a\";",
            "#[doc = \" \"] A = \"a\";",
            "#[doc(hidden)] A = \"a\";",
        ] {
            let (vocabulary, messages) = check(entry);
            assert_eq!(messages, ["`A` has no description"], "{entry}");
            assert!(vocabulary.scopes.is_empty());
        }
    }

    #[test]
    fn scope_outside_the_alphabet_is_an_error() {
        for (entry, illegal) in [
            ("/// Read.\nA = \"a b\";", "' '"),
            ("/// Read.\nA = \"a\\\\\";", "'\\\\'"),
            ("/// Read.\nA = \"ä\";", "'ä'"),
        ] {
            let (vocabulary, messages) = check(entry);
            assert_eq!(messages, [format!("a scope cannot contain {illegal}")]);
            assert!(vocabulary.scopes.is_empty(), "{entry}");
        }
    }

    #[test]
    fn wrong_entry_does_not_hide_the_next() {
        let (vocabulary, messages) = check("A = \"a b\"; /// Read.\nB = 7; /// Read.\nC = \"c\";");
        assert_eq!(
            messages,
            [
                "expected the scope in quotes",
                "a scope cannot contain ' '",
                "`A` has no description",
            ]
        );
        assert_eq!(names(&vocabulary), ["C"]);
    }
}
