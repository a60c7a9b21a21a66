//! The entries of `scopes! { … }`, as written.

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, LitStr, Path, Token, Visibility};

use crate::diagnostics::Diagnostics;
use crate::parse::nearest::nearest;
use crate::parse::recovery::parse_path;
use crate::parse::slot::Slot;

/// The entries in order, and the path of the runtime crate.
pub(crate) struct RawVocabulary {
    pub(crate) krate: Slot<Path>,
    pub(crate) scopes: Vec<RawScope>,
}

/// `/// Change orders.  pub ORDERS_WRITE = "orders:write" implies ORDERS_READ;`
pub(crate) struct RawScope {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    /// `None` if it is not text, which is already reported.
    pub(crate) token: Option<LitStr>,
    /// The names after `implies`.
    pub(crate) implies: Vec<Ident>,
}

/// The word between a scope and those that it implies.
const IMPLIES: &str = "implies";

impl RawVocabulary {
    /// Parses every entry, and continues after a wrong one.
    pub(crate) fn parse(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let mut vocabulary = Self {
            krate: Slot::new("crate"),
            scopes: Vec::new(),
        };
        let entries = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if input.peek(Token![crate]) {
                    vocabulary.parse_crate(input, diagnostics);
                } else if let Some(scope) = RawScope::parse(input, diagnostics) {
                    vocabulary.scopes.push(scope);
                }
                end_entry(input, diagnostics)?;
            }
            Ok(())
        };
        let parsed = entries.parse2(tokens);
        diagnostics.keep(parsed);
        vocabulary
    }

    fn parse_crate(&mut self, input: ParseStream<'_>, diagnostics: &mut Diagnostics) {
        let span = input.span();
        let first = self.scopes.is_empty();
        let path = |input: ParseStream<'_>| {
            input.parse::<Token![crate]>().ok()?;
            input.parse::<Token![=]>().ok()?;
            parse_path(input)
        };
        match path(input) {
            Some(path) if first => self.krate.fill(span, path, diagnostics),
            Some(_) => diagnostics.error(
                span,
                "`crate = …` must come before the first scope",
                "move it to the top",
            ),
            None => {
                diagnostics.error(
                    span,
                    "`crate` requires a path",
                    "write `crate = ::palisade;`",
                );
                skip_to_semicolon(input);
            }
        }
    }
}

impl RawScope {
    fn parse(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        const HELP: &str =
            "write `/// Read orders.` and below it `pub ORDERS_READ = \"orders:read\";`";
        let head = || -> syn::Result<_> {
            Ok((
                input.call(Attribute::parse_outer)?,
                input.parse()?,
                input.parse()?,
            ))
        };
        let Ok((attributes, vis, name)) = head() else {
            diagnostics.error(input.span(), "expected the name of a scope", HELP);
            skip_to_semicolon(input);
            return None;
        };
        let span = input.span();
        // parsing would consume a literal of another type
        let is_text = input.parse::<Token![=]>().is_ok() && input.peek(LitStr);
        let token = if is_text { input.parse().ok() } else { None };
        if token.is_none() {
            let at = if input.is_empty() { span } else { input.span() };
            diagnostics.error(at, "expected the scope in quotes", HELP);
            skip_to_semicolon(input);
        }
        Some(Self {
            attributes,
            vis,
            name: Ident::clone(&name),
            token,
            implies: parse_implied(input, diagnostics),
        })
    }

    /// The name without a raw prefix.
    pub(crate) fn key(&self) -> String {
        Self::key_of(&self.name)
    }

    /// Returns a name without a raw prefix.
    pub(crate) fn key_of(name: &Ident) -> String {
        name.unraw().to_string()
    }
}

/// Parses `implies ORDERS_READ, ORDERS_LIST`, or nothing.
fn parse_implied(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> Vec<Ident> {
    const HELP: &str = "name constants of this `scopes!`: `\"orders:write\" implies ORDERS_READ;`";
    let Some(word) = input.fork().parse::<Ident>().ok() else {
        return Vec::new();
    };
    if nearest(&[IMPLIES, "imply"], &word.to_string()).is_none() {
        return Vec::new();
    }
    if word != IMPLIES {
        let help = "write `implies`";
        diagnostics.error(word.span(), format_args!("unknown word `{word}`"), help);
        skip_to_semicolon(input);
        return Vec::new();
    }
    let _: syn::Result<Ident> = input.parse();
    let mut names = Vec::new();
    loop {
        let Ok(name) = input.parse::<Ident>() else {
            let at = if input.is_empty() {
                word.span()
            } else {
                input.span()
            };
            diagnostics.error(at, "expected the name of an implied scope", HELP);
            skip_to_semicolon(input);
            return names;
        };
        if input.peek(Token![::]) {
            let error = "a scope can imply only scopes of the same `scopes!`";
            diagnostics.error(name.span(), error, HELP);
            skip_to_semicolon(input);
            return names;
        }
        names.push(name);
        if input.peek(Ident) || input.peek(LitStr) {
            let help = "separate the names with commas: `implies ORDERS_READ, ORDERS_LIST;`";
            diagnostics.error(input.span(), "missing comma before this", help);
            skip_to_semicolon(input);
            return names;
        }
        if input.parse::<Token![,]>().is_err() || input.is_empty() || input.peek(Token![;]) {
            return names;
        }
    }
}

fn end_entry(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    if !input.peek(Token![;]) {
        diagnostics.error(
            input.span(),
            "missing semicolon before this",
            "end every scope with `;`",
        );
        skip_to_semicolon(input);
    }
    input.parse::<Option<Token![;]>>().map(drop)
}

fn skip_to_semicolon(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![;]) && input.parse::<TokenTree>().is_ok() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(entries: &str) -> (RawVocabulary, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let vocabulary = RawVocabulary::parse(entries.parse().unwrap(), &mut diagnostics);
        (vocabulary, diagnostics.into_messages())
    }

    fn names(vocabulary: &RawVocabulary) -> Vec<String> {
        vocabulary.scopes.iter().map(RawScope::key).collect()
    }

    #[test]
    fn entries_keep_their_order_and_last_semicolon_is_optional() {
        let (vocabulary, messages) =
            parse("crate = ::fence; /// Read.\npub(crate) A = \"a\"; r#type = \"b\"");
        assert!(messages.is_empty(), "{messages:?}");
        assert_eq!(names(&vocabulary), ["A", "type"]);
        assert_eq!(vocabulary.scopes[0].attributes.len(), 1);
        assert!(vocabulary.krate.take().is_some());
    }

    #[test]
    fn empty_vocabulary_is_valid() {
        let (vocabulary, messages) = parse("");
        assert!(messages.is_empty() && vocabulary.scopes.is_empty());
    }

    #[test]
    fn crate_after_a_scope_or_twice_is_an_error() {
        let (vocabulary, messages) = parse("A = \"a\"; crate = fence; B = \"b\";");
        assert_eq!(messages, ["`crate = …` must come before the first scope"]);
        assert!(vocabulary.krate.take().is_none());
        let (vocabulary, messages) = parse("crate = a; crate = b;");
        assert_eq!(messages, ["duplicate `crate`"]);
        assert!(vocabulary.krate.take().is_some());
    }

    #[test]
    fn crate_without_path_is_an_error() {
        for entries in [
            "crate = \"fence\"; A = \"a\";",
            "crate; A = \"a\";",
            "crate::a; A = \"a\";",
        ] {
            let (vocabulary, messages) = parse(entries);
            assert_eq!(messages, ["`crate` requires a path"], "{entries}");
            assert_eq!(names(&vocabulary), ["A"]);
        }
    }

    #[test]
    fn scope_without_name_is_an_error() {
        for entries in [
            "\"a\"; B = \"b\";",
            "pub = \"a\"; B = \"b\";",
            "#[doc] = \"a\"; B = \"b\";",
            "const A: Scope = \"a\"; B = \"b\";",
            "; B = \"b\";",
        ] {
            let (vocabulary, messages) = parse(entries);
            assert_eq!(messages, ["expected the name of a scope"], "{entries}");
            assert_eq!(names(&vocabulary), ["B"], "{entries}");
        }
    }

    #[test]
    fn scope_without_text_is_an_error() {
        for entries in [
            "A",
            "A;",
            "A =",
            "A = 7;",
            "A = TEXT;",
            "A: \"a\";",
            "A \"a\";",
        ] {
            let (vocabulary, messages) = parse(entries);
            assert_eq!(messages, ["expected the scope in quotes"], "{entries}");
            // the name stays, so that a duplicate is found
            assert_eq!(names(&vocabulary), ["A"], "{entries}");
            assert!(vocabulary.scopes[0].token.is_none());
        }
    }

    fn implied(vocabulary: &RawVocabulary) -> Vec<String> {
        let implied = |scope: &RawScope| {
            let names = scope.implies.iter().map(Ident::to_string);
            names.collect::<Vec<_>>().join(" ")
        };
        vocabulary.scopes.iter().map(implied).collect()
    }

    #[test]
    fn implied_scopes_are_parsed() {
        let (vocabulary, messages) = parse(
            "A = \"a\" implies B; B = \"b\"; C = \"c\" implies A, r#type,; implies = \"i\" implies C",
        );
        assert!(messages.is_empty(), "{messages:?}");
        assert_eq!(implied(&vocabulary), ["B", "", "A r#type", "C"]);
    }

    #[test]
    fn implies_without_a_name_is_an_error() {
        for entries in [
            "A = \"a\" implies; B = \"b\";",
            "A = \"a\" implies \"b\"; B = \"b\";",
            "A = \"a\" implies 7; B = \"b\";",
            "A = \"a\" implies [B]; B = \"b\";",
            "A = \"a\" implies ::scopes::B; B = \"b\";",
            "B = \"b\"; A = \"a\" implies",
        ] {
            let (vocabulary, messages) = parse(entries);
            assert_eq!(
                messages,
                ["expected the name of an implied scope"],
                "{entries}"
            );
            assert_eq!(vocabulary.scopes.len(), 2, "{entries}");
        }
    }

    #[test]
    fn implied_path_is_an_error() {
        for path in ["scopes::B", "crate::B, C", "self::B"] {
            let (_, messages) = parse(&format!("A = \"a\" implies {path}; B = \"b\";"));
            let known = [
                "a scope can imply only scopes of the same `scopes!`",
                "expected the name of an implied scope",
            ];
            assert_eq!(messages.len(), 1, "{path}: {messages:?}");
            assert!(
                known.contains(&messages[0].as_str()),
                "{path}: {messages:?}"
            );
        }
    }

    #[test]
    fn misspelled_implies_is_an_error() {
        for word in ["implied", "imply", "Implies", "implie"] {
            let (vocabulary, messages) = parse(&format!("A = \"a\" {word} B; B = \"b\";"));
            assert_eq!(messages, [format!("unknown word `{word}`")]);
            assert_eq!(names(&vocabulary), ["A", "B"]);
        }
    }

    #[test]
    fn missing_comma_between_implied_scopes_is_an_error() {
        for entries in [
            "A = \"a\" implies B C; B = \"b\";",
            "A = \"a\" implies B \"c\"; B = \"b\";",
        ] {
            let (_, messages) = parse(entries);
            assert_eq!(messages, ["missing comma before this"], "{entries}");
        }
        let (_, messages) = parse("A = \"a\" implies B + C; B = \"b\";");
        assert_eq!(messages, ["missing semicolon before this"]);
    }

    #[test]
    fn missing_semicolon_is_an_error() {
        for entries in [
            "A = \"a\", B = \"b\"; C = \"c\";",
            "A = \"a\" + \"b\"; C = \"c\";",
        ] {
            let (vocabulary, messages) = parse(entries);
            assert_eq!(messages, ["missing semicolon before this"], "{entries}");
            assert_eq!(names(&vocabulary), ["A", "C"]);
        }
    }

    #[test]
    fn wrong_entry_does_not_hide_the_next() {
        let (vocabulary, messages) = parse("crate = 7; pub = \"a\"; B; C = \"c\" D;");
        assert_eq!(
            messages,
            [
                "`crate` requires a path",
                "expected the name of a scope",
                "expected the scope in quotes",
                "missing semicolon before this",
            ]
        );
        assert_eq!(names(&vocabulary), ["B", "C"]);
    }
}
