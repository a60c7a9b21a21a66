//! What stands in `scopes! { … }`.

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, LitStr, Path, Token, Visibility};

use crate::diagnostics::Diagnostics;
use crate::parse::recovery::parse_path;
use crate::parse::slot::Slot;

/// The entries in their order, and where the runtime crate is.
pub(crate) struct RawVocabulary {
    pub(crate) krate: Slot<Path>,
    pub(crate) scopes: Vec<RawScope>,
}

/// `/// Read orders.  pub ORDERS_READ = "orders:read";`
pub(crate) struct RawScope {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    /// Absent where it was not text, which was reported.
    pub(crate) token: Option<LitStr>,
}

impl RawVocabulary {
    /// Reads every entry; one that is wrong does not keep the next from being read.
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
                "`crate = …` stands below a scope",
                "move it above the first scope",
            ),
            None => {
                diagnostics.error(span, "`crate` takes a path", "write `crate = ::palisade;`");
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
            diagnostics.error(input.span(), "a scope's name is expected here", HELP);
            skip_to_semicolon(input);
            return None;
        };
        let span = input.span();
        // a literal of another type would be consumed by trying
        let is_text = input.parse::<Token![=]>().is_ok() && input.peek(LitStr);
        let token = if is_text { input.parse().ok() } else { None };
        if token.is_none() {
            let at = if input.is_empty() { span } else { input.span() };
            diagnostics.error(at, "the scope is expected here, in quotes", HELP);
            skip_to_semicolon(input);
        }
        Some(Self {
            attributes,
            vis,
            name: Ident::clone(&name),
            token,
        })
    }

    /// The name, as Rust looks it up.
    pub(crate) fn key(&self) -> String {
        self.name.unraw().to_string()
    }
}

fn end_entry(input: ParseStream<'_>, diagnostics: &mut Diagnostics) -> syn::Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    if !input.peek(Token![;]) {
        diagnostics.error(
            input.span(),
            "a semicolon is missing before this",
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
    fn entries_are_read_in_their_order_and_the_last_semicolon_may_be_missing() {
        let (vocabulary, messages) =
            parse("crate = ::fence; /// Read.\npub(crate) A = \"a\"; r#type = \"b\"");
        assert!(messages.is_empty(), "{messages:?}");
        assert_eq!(names(&vocabulary), ["A", "type"]);
        assert_eq!(vocabulary.scopes[0].attributes.len(), 1);
        assert!(vocabulary.krate.take().is_some());
    }

    #[test]
    fn an_empty_vocabulary_is_one() {
        let (vocabulary, messages) = parse("");
        assert!(messages.is_empty() && vocabulary.scopes.is_empty());
    }

    #[test]
    fn the_crate_stands_first_and_once() {
        let (vocabulary, messages) = parse("A = \"a\"; crate = fence; B = \"b\";");
        assert_eq!(messages, ["`crate = …` stands below a scope"]);
        assert!(vocabulary.krate.take().is_none());
        let (vocabulary, messages) = parse("crate = a; crate = b;");
        assert_eq!(messages, ["`crate` is written twice"]);
        assert!(vocabulary.krate.take().is_some());
    }

    #[test]
    fn the_crate_is_a_path() {
        for entries in [
            "crate = \"fence\"; A = \"a\";",
            "crate; A = \"a\";",
            "crate::a; A = \"a\";",
        ] {
            let (vocabulary, messages) = parse(entries);
            assert_eq!(messages, ["`crate` takes a path"], "{entries}");
            assert_eq!(names(&vocabulary), ["A"]);
        }
    }

    #[test]
    fn a_scope_has_a_name() {
        for entries in [
            "\"a\"; B = \"b\";",
            "pub = \"a\"; B = \"b\";",
            "#[doc] = \"a\"; B = \"b\";",
            "const A: Scope = \"a\"; B = \"b\";",
            "; B = \"b\";",
        ] {
            let (vocabulary, messages) = parse(entries);
            assert_eq!(messages, ["a scope's name is expected here"], "{entries}");
            assert_eq!(names(&vocabulary), ["B"], "{entries}");
        }
    }

    #[test]
    fn a_scope_is_text() {
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
            assert_eq!(
                messages,
                ["the scope is expected here, in quotes"],
                "{entries}"
            );
            // the name stays, so that a second one of it is found
            assert_eq!(names(&vocabulary), ["A"], "{entries}");
            assert!(vocabulary.scopes[0].token.is_none());
        }
    }

    #[test]
    fn entries_end_with_semicolons() {
        for entries in [
            "A = \"a\", B = \"b\"; C = \"c\";",
            "A = \"a\" + \"b\"; C = \"c\";",
        ] {
            let (vocabulary, messages) = parse(entries);
            assert_eq!(
                messages,
                ["a semicolon is missing before this"],
                "{entries}"
            );
            assert_eq!(names(&vocabulary), ["A", "C"]);
        }
    }

    #[test]
    fn one_wrong_entry_does_not_hide_the_next() {
        let (vocabulary, messages) = parse("crate = 7; pub = \"a\"; B; C = \"c\" D;");
        assert_eq!(
            messages,
            [
                "`crate` takes a path",
                "a scope's name is expected here",
                "the scope is expected here, in quotes",
                "a semicolon is missing before this",
            ]
        );
        assert_eq!(names(&vocabulary), ["B", "C"]);
    }
}
