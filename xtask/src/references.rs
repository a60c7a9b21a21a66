//! What one file names: its imports, its paths, its modules.
//!
//! Paths stay as they were written; the tree of modules resolves them. Items that
//! are compiled for tests only are left out: what they import ships to nobody.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Block, Expr, ImplItemFn, Item, ItemExternCrate, ItemMod, ItemUse, Lit, Macro, Meta,
    Path, UseTree, Visibility,
};

use crate::attributes;
use crate::tokens;

/// Macros whose tokens become somebody else's code.
const QUOTING: [&str; 4] = [
    "quote",
    "quote_spanned",
    "parse_quote",
    "parse_quote_spanned",
];

/// A path somewhere in the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The module it is written in.
    pub(crate) module: Vec<String>,
    /// As written; the first begins with `::` where the path does.
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
    /// Whether it is a `use` that others may import through.
    pub(crate) is_reexport: bool,
}

/// A name that a `use` brings into a module.
pub(crate) struct Import {
    pub(crate) module: Vec<String>,
    pub(crate) name: String,
    pub(crate) segments: Vec<String>,
}

/// What one file names.
#[derive(Default)]
pub(crate) struct References {
    pub(crate) all: Vec<Reference>,
    pub(crate) imports: Vec<Import>,
    /// The inline modules.
    pub(crate) inline: Vec<Vec<String>>,
    /// The modules that are compiled for tests only.
    pub(crate) tests: Vec<Vec<String>>,
    /// Other names of this crate: `extern crate self as …`.
    pub(crate) own_names: Vec<String>,
    module: Vec<String>,
    blocks: usize,
}

/// Reads a file that stands at `module`.
pub(crate) fn read(module: &[String], syntax: &syn::File) -> References {
    let mut references = References {
        module: module.to_vec(),
        ..References::default()
    };
    if attributes::is_test(&syntax.attrs) {
        references.tests.push(module.to_vec());
    } else {
        references.visit_file(syntax);
    }
    references
}

impl References {
    fn push(&mut self, segments: Vec<String>, line: usize, is_reexport: bool) {
        if segments.len() > 1 {
            self.all.push(Reference {
                module: self.module.clone(),
                segments,
                line,
                is_reexport,
            });
        }
    }

    fn child(&self, name: &Ident) -> Vec<String> {
        let mut path = self.module.clone();
        path.push(name.unraw().to_string());
        path
    }

    /// Takes each leaf of a `use` tree.
    fn leaves(&mut self, prefix: &[String], tree: &UseTree, is_reexport: bool) {
        match tree {
            UseTree::Path(path) => {
                let longer = extended(prefix, &path.ident);
                self.leaves(&longer, &path.tree, is_reexport);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.leaves(prefix, tree, is_reexport);
                }
            }
            UseTree::Name(name) => self.leaf(prefix, &name.ident, &name.ident, is_reexport),
            UseTree::Rename(name) => self.leaf(prefix, &name.ident, &name.rename, is_reexport),
            UseTree::Glob(glob) => {
                let mut segments = prefix.to_vec();
                segments.push("*".to_owned());
                self.push(segments, glob.star_token.span.start().line, is_reexport);
            }
        }
    }

    fn leaf(&mut self, prefix: &[String], name: &Ident, import_as: &Ident, is_reexport: bool) {
        let itself = name == "self";
        let segments = if itself {
            prefix.to_vec()
        } else {
            extended(prefix, name)
        };
        let import_as = match segments.last() {
            Some(last) if itself && import_as == "self" => last.clone(),
            _ => import_as.unraw().to_string(),
        };
        if self.blocks == 0 {
            self.imports.push(Import {
                module: self.module.clone(),
                name: import_as,
                segments: segments.clone(),
            });
        }
        self.push(segments, name.span().start().line, is_reexport);
    }

    /// A file under another name than its module's is found under its own.
    fn moved(&mut self, item: &ItemMod, file: &str) {
        let mut segments = vec!["self".to_owned()];
        segments.push(file.trim_end_matches(".rs").to_owned());
        self.imports.push(Import {
            module: self.module.clone(),
            name: item.ident.unraw().to_string(),
            segments,
        });
    }
}

impl<'ast> Visit<'ast> for References {
    fn visit_item(&mut self, item: &'ast Item) {
        if !attributes::is_test(attributes::of(item)) {
            visit::visit_item(self, item);
        } else if let Item::Mod(module) = item {
            self.tests.push(self.child(&module.ident));
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if !attributes::is_test(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if let Some(file) = item.attrs.iter().find_map(path_attribute) {
            self.moved(item, &file);
        }
        if item.content.is_some() {
            let path = self.child(&item.ident);
            self.inline.push(path.clone());
            let outer = std::mem::replace(&mut self.module, path);
            visit::visit_item_mod(self, item);
            self.module = outer;
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let prefix: &[String] = match item.leading_colon {
            Some(_) => &["::".to_owned()],
            None => &[],
        };
        let is_reexport = !matches!(item.vis, Visibility::Inherited);
        self.leaves(prefix, &item.tree, is_reexport);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast ItemExternCrate) {
        if let (true, Some((_, name))) = (item.ident == "self", &item.rename) {
            self.own_names.push(name.to_string());
        }
    }

    fn visit_block(&mut self, block: &'ast Block) {
        self.blocks += 1;
        visit::visit_block(self, block);
        self.blocks -= 1;
    }

    /// `pub(in crate::room)` imports nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast Path) {
        let mut segments: Vec<String> = Vec::new();
        if path.leading_colon.is_some() {
            segments.push("::".to_owned());
        }
        for segment in &path.segments {
            segments = extended(&segments, &segment.ident);
        }
        let line = path.segments.first().map(|first| first.ident.span());
        self.push(segments, line.map_or(1, |span| span.start().line), false);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        let last = call.path.segments.last();
        if !last.is_some_and(|name| QUOTING.iter().any(|quoting| name.ident == quoting)) {
            visit::visit_macro(self, call);
        }
    }

    fn visit_token_stream(&mut self, stream: &'ast TokenStream) {
        for path in tokens::paths(stream) {
            self.push(path.segments, path.line, false);
        }
    }
}

/// The path with one more segment; a lone `::` is joined to the first name.
fn extended(prefix: &[String], name: &Ident) -> Vec<String> {
    let name = name.unraw().to_string();
    match prefix {
        [colons] if colons == "::" => vec![format!("::{name}")],
        _ => prefix.iter().cloned().chain([name]).collect(),
    }
}

fn path_attribute(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(file) => Some(file.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(source: &str) -> Vec<String> {
        read(&[], &syn::parse_file(source).unwrap())
            .all
            .into_iter()
            .map(|reference| reference.segments.join("/"))
            .collect()
    }

    #[test]
    fn each_leaf_of_a_use_is_named() {
        assert_eq!(
            named("use crate::{guard::{self, Guard as G}, token::*}; use ::palisade::Api;"),
            [
                "crate/guard",
                "crate/guard/Guard",
                "crate/token/*",
                "::palisade/Api"
            ]
        );
    }

    #[test]
    fn code_types_macros_and_attributes_are_read() {
        for source in [
            "fn f() { crate::guard::admit() }",
            "struct S(Vec<crate::guard::admit>);",
            "fn f() { println!(\"{}\", crate::guard::admit) }",
            "macro_rules! m { () => { $crate::guard::admit } }",
            "#[check(crate::guard::admit)] struct S;",
            "fn f() { use crate::guard::admit; }",
        ] {
            assert_eq!(named(source), ["crate/guard/admit"], "{source}");
        }
    }

    #[test]
    fn tests_quoted_code_and_visibility_name_nothing() {
        for source in [
            "#[cfg(test)] mod tests { use crate::guard::admit; }",
            "#[cfg(test)] use crate::guard::admit;",
            "impl S { #[cfg(test)] fn f() { crate::guard::admit() } }",
            "fn f() { quote!(crate::guard::admit) }",
            "pub(in crate::guard) struct S;",
        ] {
            assert!(named(source).is_empty(), "{source}");
        }
    }

    #[test]
    fn an_import_within_a_fn_is_no_name_of_the_module() {
        let source = "use crate::a::A; fn f() { use crate::b::B; }";
        let read = read(&[], &syn::parse_file(source).unwrap());
        let names: Vec<&str> = read.imports.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["A"]);
    }
}
