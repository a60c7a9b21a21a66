//! A checked vocabulary: every scope named once, written once, described.

use std::collections::HashSet;

use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, Visibility};

use crate::diagnostics::Diagnostics;
use crate::model::requirement::refuse_alphabet;
use crate::model::runtime::Runtime;
use crate::parse::{RawScope, RawVocabulary};

/// What `scopes!` declares.
pub(crate) struct Vocabulary {
    pub(crate) runtime: Runtime,
    pub(crate) entries: Vec<Entry>,
}

/// One scope constant.
pub(crate) struct Entry {
    /// Docs and all others, as they were written.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    /// Absent where something is wrong with it, which was reported.
    pub(crate) scope: Option<(LitStr, String)>,
}

impl Vocabulary {
    /// Checks every entry; one that is wrong keeps its name, so that uses of it are no further mistake.
    pub(crate) fn check(raw: RawVocabulary, diagnostics: &mut Diagnostics) -> Self {
        let mut names = HashSet::new();
        let mut tokens = HashSet::new();
        let mut entries = Vec::new();
        for scope in raw.scopes {
            if !names.insert(scope.key()) {
                diagnostics.error(
                    scope.name.span(),
                    format_args!("`{}` is declared twice", scope.key()),
                    "give the second scope a name of its own, or remove it",
                );
                continue;
            }
            entries.push(Entry::check(scope, &mut tokens, diagnostics));
        }
        Self {
            runtime: Runtime::new(raw.krate.take().map(|(_, path)| path)),
            entries,
        }
    }
}

impl Entry {
    fn check(raw: RawScope, tokens: &mut HashSet<String>, diagnostics: &mut Diagnostics) -> Self {
        let description = check_description(&raw, diagnostics);
        let token = raw
            .token
            .and_then(|token| check_token(token, tokens, diagnostics));
        Self {
            attributes: raw.attributes,
            vis: raw.vis,
            name: raw.name,
            scope: token.zip(description),
        }
    }
}

fn check_token(
    text: LitStr,
    tokens: &mut HashSet<String>,
    diagnostics: &mut Diagnostics,
) -> Option<LitStr> {
    let value = text.value();
    if value.is_empty() {
        diagnostics.error(
            text.span(),
            "a scope is never empty",
            "write the scope as tokens carry it: `\"orders:read\"`",
        );
        return None;
    }
    if value.contains(' ') {
        diagnostics.error(
            text.span(),
            "a space separates scopes, and this is one scope",
            "declare one scope a line: `pub ORDERS_READ = \"orders:read\";`",
        );
        return None;
    }
    refuse_alphabet(&text, &value, diagnostics)?;
    if !tokens.insert(value) {
        diagnostics.error(
            text.span(),
            format_args!("{:?} is declared twice", text.value()),
            "remove one of the two, and use the other's name",
        );
        return None;
    }
    Some(text)
}

fn check_description(raw: &RawScope, diagnostics: &mut Diagnostics) -> Option<String> {
    let lines: Vec<_> = raw.attributes.iter().filter_map(doc_line).collect();
    let description = lines
        .iter()
        .flat_map(|text| text.lines())
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    if description.is_empty() {
        diagnostics.error(
            raw.name.span(),
            format_args!("`{}` is not described", raw.key()),
            "say above it what the scope permits: `/// Read orders.`",
        );
        return None;
    }
    Some(description)
}

/// The text of `/// …`, which is `#[doc = "…"]`.
fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else {
        return None;
    };
    if !meta.path.is_ident("doc") {
        return None;
    }
    let Expr::Lit(ExprLit {
        lit: Lit::Str(text),
        ..
    }) = &meta.value
    else {
        return None;
    };
    Some(text.value())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(written: &str) -> (Vec<Option<String>>, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let raw = RawVocabulary::parse(written.parse().unwrap(), &mut diagnostics);
        let vocabulary = Vocabulary::check(raw, &mut diagnostics);
        let descriptions = vocabulary
            .entries
            .into_iter()
            .map(|entry| entry.scope.map(|(_, description)| description))
            .collect();
        (descriptions, diagnostics.into_messages())
    }

    #[test]
    fn a_doc_comment_is_the_description() {
        let (descriptions, messages) = checked(
            "/// Read orders.\n///\n/// All of them.\npub A = \"orders:read\";\n/** Write. */ B = \"orders:write\"",
        );
        assert_eq!(messages, [""; 0]);
        assert_eq!(
            descriptions,
            [
                Some("Read orders. All of them.".to_owned()),
                Some("Write.".to_owned())
            ]
        );
    }

    #[test]
    fn every_scope_is_named_and_written_once() {
        assert_eq!(
            checked("/// X.\nA = \"a\"; /// Y.\nA = \"b\";").1,
            ["`A` is declared twice"]
        );
        assert_eq!(
            checked("/// X.\nA = \"a\"; /// Y.\nB = \"a\";").1,
            ["\"a\" is declared twice"]
        );
    }

    #[test]
    fn silence_is_refused() {
        assert_eq!(checked("A = \"a\";").1, ["`A` is not described"]);
        assert_eq!(checked("/// \nA = \"a\";").1, ["`A` is not described"]);
        assert_eq!(checked("/// X.\nA = \"\";").1, ["a scope is never empty"]);
    }

    #[test]
    fn a_scope_is_one_scope_of_the_alphabet() {
        assert_eq!(
            checked("/// X.\nA = \"a b\";").1,
            ["a space separates scopes, and this is one scope"]
        );
        assert_eq!(
            checked("/// X.\nA = \"a\\\"b\";").1,
            ["'\"' cannot stand in a scope (RFC 6749 section 3.3)"]
        );
    }

    #[test]
    fn all_mistakes_are_reported_and_the_names_stay() {
        let (descriptions, messages) =
            checked("/// X.\nA = \"\"; B = \"b\"; /// Z.\nC; /// W.\nD = \"d\";");
        assert_eq!(
            messages,
            [
                "the scope is expected here, in quotes",
                "a scope is never empty",
                "`B` is not described",
            ]
        );
        assert_eq!(descriptions, [None, None, None, Some("W.".to_owned())]);
    }

    #[test]
    fn the_crate_is_named_first() {
        assert_eq!(checked("crate = ::p; /// X.\nA = \"a\";").1, [""; 0]);
        assert_eq!(
            checked("/// X.\nA = \"a\"; crate = ::p;").1,
            ["`crate = …` stands below a scope"]
        );
        assert_eq!(checked("crate = 3;").1, ["`crate` takes a path"]);
        assert_eq!(
            checked("crate = ::p; crate = ::p;").1,
            ["`crate` is written twice"]
        );
        assert_eq!(
            checked("/// X.\nA = \"a\" /// Y.\nB = \"b\";").1,
            ["a semicolon is missing before this"]
        );
        assert_eq!(checked("3").1, ["a scope's name is expected here"]);
    }
}
