//! Collects the names in one file: its imports, paths, items and modules.
//!
//! Paths stay as written; `crate_tree` resolves them. Items that are compiled for tests only are skipped.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{
    Block, ImplItemFn, Item, ItemExternCrate, ItemMacro, ItemMod, ItemUse, Macro, Path, UseTree,
    Visibility,
};

use super::attributes;
use super::tokens;

/// Macros whose tokens become code of another crate.
const QUOTING: [&str; 4] = [
    "quote",
    "quote_spanned",
    "parse_quote",
    "parse_quote_spanned",
];

/// A path in the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// The module that contains the path.
    pub(super) module: Vec<String>,
    /// The segments as written; the first one starts with `::` if the path does.
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
    /// Whether this is a `use` with a visibility.
    pub(super) is_reexport: bool,
}

/// A name that a `use` brings into a module.
pub(super) struct ImportedName {
    pub(super) module: Vec<String>,
    pub(super) name: String,
    pub(super) segments: Vec<String>,
}

/// The names in one file.
#[derive(Default)]
pub(super) struct References {
    pub(super) all: Vec<Reference>,
    pub(super) imports: Vec<ImportedName>,
    /// The `use path::*` of each module, without the `*`.
    pub(super) globs: Vec<(Vec<String>, Vec<String>)>,
    /// The items that each module defines.
    pub(super) items: Vec<(Vec<String>, String)>,
    pub(super) inline_modules: Vec<Vec<String>>,
    /// The modules that are compiled for tests only.
    pub(super) test_modules: Vec<Vec<String>>,
    /// The names of this crate in `extern crate self as …`.
    pub(super) crate_names: Vec<String>,
    module: Vec<String>,
    /// The number of enclosing blocks.
    blocks: usize,
}

/// Collects the names in the file of `module`.
pub(super) fn read(module: &[String], syntax: &syn::File) -> References {
    let mut references = References {
        module: module.to_vec(),
        ..References::default()
    };
    if attributes::is_test(&syntax.attrs) {
        references.test_modules.push(module.to_vec());
    } else {
        references.visit_file(syntax);
    }
    references
}

impl References {
    fn push(&mut self, segments: Vec<String>, line: usize, is_reexport: bool) {
        self.all.push(Reference {
            module: self.module.clone(),
            segments,
            line,
            is_reexport,
        });
    }

    fn child(&self, name: &Ident) -> Vec<String> {
        let mut path = self.module.clone();
        path.push(name.unraw().to_string());
        path
    }

    /// Records each path of a `use` tree.
    fn add_use_tree(&mut self, prefix: &[String], tree: &UseTree, is_reexport: bool) {
        match tree {
            UseTree::Path(path) => {
                let longer = extended(prefix, &path.ident);
                self.add_use_tree(&longer, &path.tree, is_reexport);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_use_tree(prefix, tree, is_reexport);
                }
            }
            UseTree::Name(name) => self.add_use(prefix, &name.ident, &name.ident, is_reexport),
            UseTree::Rename(name) => self.add_use(prefix, &name.ident, &name.rename, is_reexport),
            UseTree::Glob(glob) => {
                if self.blocks == 0 {
                    self.globs.push((self.module.clone(), prefix.to_vec()));
                }
                let mut segments = prefix.to_vec();
                segments.push("*".to_owned());
                self.push(segments, glob.star_token.span.start().line, is_reexport);
            }
        }
    }

    fn add_use(&mut self, prefix: &[String], name: &Ident, alias: &Ident, is_reexport: bool) {
        let is_self = name == "self";
        let segments = if is_self {
            prefix.to_vec()
        } else {
            extended(prefix, name)
        };
        let alias = match segments.last() {
            Some(last) if is_self && alias == "self" => last.clone(),
            _ => alias.unraw().to_string(),
        };
        if self.blocks == 0 {
            self.imports.push(ImportedName {
                module: self.module.clone(),
                name: alias,
                segments: segments.clone(),
            });
        }
        self.push(segments, name.span().start().line, is_reexport);
    }

    fn add_item(&mut self, item: &Item) {
        let name = match item {
            Item::Const(item) => &item.ident,
            Item::Enum(item) => &item.ident,
            Item::Fn(item) => &item.sig.ident,
            Item::Static(item) => &item.ident,
            Item::Struct(item) => &item.ident,
            Item::Trait(item) => &item.ident,
            Item::Type(item) => &item.ident,
            Item::Macro(ItemMacro {
                ident: Some(name), ..
            }) => name,
            _ => return,
        };
        if self.blocks == 0 {
            self.items
                .push((self.module.clone(), name.unraw().to_string()));
        }
    }
}

impl<'ast> Visit<'ast> for References {
    fn visit_item(&mut self, item: &'ast Item) {
        if !attributes::is_test(attributes::of(item)) {
            self.add_item(item);
            visit::visit_item(self, item);
        } else if let Item::Mod(module) = item {
            self.test_modules.push(self.child(&module.ident));
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if !attributes::is_test(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if item.content.is_some() {
            let path = self.child(&item.ident);
            self.inline_modules.push(path.clone());
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
        self.add_use_tree(prefix, &item.tree, is_reexport);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast ItemExternCrate) {
        match &item.rename {
            Some((_, name)) if item.ident == "self" => self.crate_names.push(name.to_string()),
            _ => {
                let name = format!("::{}", item.ident.unraw());
                self.push(vec![name], item.ident.span().start().line, false);
            }
        }
    }

    fn visit_block(&mut self, block: &'ast Block) {
        self.blocks += 1;
        visit::visit_block(self, block);
        self.blocks -= 1;
    }

    /// `pub(in crate::room)` is not an import.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast Path) {
        let mut segments: Vec<String> = Vec::new();
        if path.leading_colon.is_some() {
            segments.push("::".to_owned());
        }
        for segment in &path.segments {
            segments = extended(&segments, &segment.ident);
        }
        // a single name is a local one, or one that a `use` brought in
        if segments.len() > 1 {
            let first = path.segments.first();
            let line = first.map_or(1, |first| first.ident.span().start().line);
            self.push(segments, line, false);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invocation: &'ast Macro) {
        let last = invocation.path.segments.last();
        if !last.is_some_and(|name| QUOTING.iter().any(|quoting| name.ident == quoting)) {
            visit::visit_macro(self, invocation);
        }
    }

    fn visit_token_stream(&mut self, stream: &'ast TokenStream) {
        for path in tokens::paths(stream) {
            self.push(path.segments, path.line, false);
        }
    }
}

/// Appends a segment; a lone `::` is joined to the first name.
fn extended(prefix: &[String], name: &Ident) -> Vec<String> {
    let name = name.unraw().to_string();
    match prefix {
        [colons] if colons == "::" => vec![format!("::{name}")],
        _ => prefix.iter().cloned().chain([name]).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(source: &str) -> Vec<String> {
        read(&[], &syn::parse_file(source).unwrap())
            .all
            .into_iter()
            .map(|reference| reference.segments.join("/"))
            .collect()
    }

    #[test]
    fn use_tree_yields_each_path() {
        assert_eq!(
            paths(
                "use crate::{guard::{self, Guard as G}, token::*}; use ::palisade::Api; use axum;"
            ),
            [
                "crate/guard",
                "crate/guard/Guard",
                "crate/token/*",
                "::palisade/Api",
                "axum"
            ]
        );
    }

    #[test]
    fn path_in_code_type_macro_or_attribute_is_found() {
        for source in [
            "fn f() { crate::guard::check() }",
            "struct S(Vec<crate::guard::check>);",
            "fn f() { println!(\"{}\", crate::guard::check) }",
            "macro_rules! m { () => { $crate::guard::check } }",
            "#[check(crate::guard::check)] struct S;",
            "fn f() { use crate::guard::check; }",
        ] {
            assert_eq!(paths(source), ["crate/guard/check"], "{source}");
        }
    }

    #[test]
    fn path_in_test_quoted_code_or_visibility_is_skipped() {
        for source in [
            "#[cfg(test)] mod tests { use crate::guard::check; }",
            "#[cfg(test)] use crate::guard::check;",
            "impl S { #[cfg(test)] fn f() { crate::guard::check() } }",
            "fn f() { quote!(crate::guard::check) }",
            "pub(in crate::guard) struct S;",
        ] {
            assert!(paths(source).is_empty(), "{source}");
        }
    }

    #[test]
    fn import_inside_fn_is_not_a_name_of_the_module() {
        let source = "use crate::a::A; fn f() { use crate::b::B; }";
        let read = read(&[], &syn::parse_file(source).unwrap());
        let names: Vec<&str> = read.imports.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["A"]);
    }

    #[test]
    fn items_exclude_those_inside_functions() {
        let source = "struct A; mod inner { fn b() { const C: u8 = 0; } } #[cfg(test)] struct D;";
        let read = read(&[], &syn::parse_file(source).unwrap());
        let names: Vec<String> = read
            .items
            .iter()
            .map(|(module, name)| format!("{}/{name}", module.join("/")))
            .collect();
        assert_eq!(names, ["/A", "inner/b"]);
    }
}
