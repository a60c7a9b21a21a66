//! How long each fn is, from its first to its last line.
//!
//! Methods, nested fns and fns written inside a macro call count; tests do not.

use proc_macro2::TokenStream;
use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, Item, ItemFn, Signature, TraitItemFn};

use crate::attributes;
use crate::fault::Fault;
use crate::source::Source;
use crate::tokens;

/// The most lines a fn may have.
pub(crate) const LONGEST: usize = 60;

/// One fn of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) lines: usize,
}

/// The fns of a file that are not for tests only, in order.
pub(crate) fn measure(syntax: &syn::File) -> Vec<Function> {
    let mut visitor = Functions::default();
    if !attributes::is_test(&syntax.attrs) {
        visitor.visit_file(syntax);
    }
    visitor.found
}

/// The fns that are too long.
pub(crate) fn check(source: &Source, functions: &[Function]) -> Vec<Fault> {
    functions
        .iter()
        .filter(|function| function.lines > LONGEST)
        .map(|function| {
            Fault::new(
                &source.path,
                function.line,
                format!(
                    "fn `{}` has {} lines, {LONGEST} at most",
                    function.name, function.lines
                ),
                "give a step of it a name and a fn of its own",
            )
        })
        .collect()
}

#[derive(Default)]
struct Functions {
    found: Vec<Function>,
}

impl Functions {
    fn add(&mut self, signature: &Signature, body: &Block) {
        self.push(
            signature.ident.to_string(),
            signature.fn_token.span.start().line,
            body.brace_token.span.close().end().line,
        );
    }

    fn push(&mut self, name: String, first_line: usize, last_line: usize) {
        self.found.push(Function {
            name,
            line: first_line,
            lines: last_line.saturating_sub(first_line) + 1,
        });
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item(&mut self, item: &'ast Item) {
        if !attributes::is_test(attributes::of(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if !attributes::is_test(&item.attrs) {
            self.add(&item.sig, &item.block);
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if let Some(body) = &item.default {
            self.add(&item.sig, body);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_token_stream(&mut self, stream: &'ast TokenStream) {
        for function in tokens::functions(stream) {
            self.push(function.name, function.first_line, function.last_line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fn of `lines` lines.
    fn long(head: &str, lines: usize) -> String {
        format!("{head} {{{}}}\n", "\n".repeat(lines - 1))
    }

    fn faults(source: &str) -> Vec<String> {
        let source = Source::parse("a.rs", source).unwrap();
        check(&source, &measure(&source.syntax))
            .into_iter()
            .map(|fault| fault.wrong)
            .collect()
    }

    #[test]
    fn sixty_lines_pass_and_sixty_one_do_not() {
        assert!(faults(&long("fn f()", 60)).is_empty());
        assert_eq!(
            faults(&long("fn f()", 61)),
            ["fn `f` has 61 lines, 60 at most"]
        );
    }

    #[test]
    fn doc_comments_do_not_make_a_fn_longer() {
        let docs = "/// Says much.\n".repeat(30);
        assert!(faults(&format!("{docs}{}", long("fn f()", 60))).is_empty());
    }

    #[test]
    fn every_place_of_a_fn_is_measured() {
        for (before, after) in [
            ("impl T {", "}"),
            ("trait T {", "}"),
            ("mod m {", "}"),
            ("const _: () = {", "};"),
            ("macro_rules! m { () => {", "} }"),
            ("fn short() { fn not_short() {} ", "}"),
        ] {
            let source = format!("{before}{}{after}", long("fn f()", 61));
            assert!(
                faults(&source).contains(&"fn `f` has 61 lines, 60 at most".to_owned()),
                "{source}"
            );
        }
    }

    #[test]
    fn tests_may_be_long() {
        let body = long("fn f()", 61);
        for source in [
            format!("#[cfg(test)] mod tests {{ {body} }}"),
            format!("#[test]\n{body}"),
            format!("impl T {{ #[cfg(test)] {body} }}"),
            format!("#![cfg(test)]\n{body}"),
        ] {
            assert!(faults(&source).is_empty(), "{source}");
        }
    }
}
