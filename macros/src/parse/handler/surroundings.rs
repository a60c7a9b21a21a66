//! The source code around an attribute.
//!
//! A macro receives only its own item. Two mistakes are outside of it: a handler in an `impl`, where the
//! generated items cause six errors of rustc, and `#[axum::debug_handler]` above the attribute, which
//! calls the handler in another function. Only error messages depend on the source file: if it
//! cannot be read, rustc reports its errors.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

/// The attributes that were expanded before, by file, line and column.
static EXPANDED: Mutex<BTreeSet<(PathBuf, usize, usize)>> = Mutex::new(BTreeSet::new());

/// A mistake outside the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surroundings {
    /// The attribute is in an `impl` or a `trait`.
    Impl,
    /// The attribute is in the function that `#[axum::debug_handler]` generates.
    DebugHandler,
}

/// Returns the mistake around the attribute that is being expanded.
pub(crate) fn find() -> Option<Surroundings> {
    if !proc_macro::is_available() {
        return None;
    }
    let start = proc_macro::Span::call_site().start();
    let (line, column) = (start.line(), start.column());
    let path = start.local_file()?;
    // `debug_handler` copies the item, so that the same attribute is expanded twice
    let is_first = EXPANDED.lock().map_or(true, |mut expanded| {
        expanded.insert((path.clone(), line, column))
    });
    // most attributes are at the top level and expanded once: their files are not read
    if is_first && column == 1 {
        return None;
    }
    let source = fs::read_to_string(path).ok()?;
    let above: String = source.split_inclusive('\n').take(line - 1).collect();
    if !is_first && is_below_debug_handler(&above) {
        return Some(Surroundings::DebugHandler);
    }
    is_inside_impl(&above).then_some(Surroundings::Impl)
}

/// Whether one of the attributes at the end of `source` is `#[debug_handler]`.
fn is_below_debug_handler(source: &str) -> bool {
    let attributes = source
        .lines()
        .rev()
        .map(str::trim)
        .take_while(|line| line.starts_with("#[") || line.starts_with("//"));
    attributes
        .filter(|line| line.starts_with("#["))
        .any(|line| line.contains("debug_handler"))
}

/// Whether `source` ends inside the braces of an `impl` or a `trait`.
fn is_inside_impl(source: &str) -> bool {
    let mut blocks: Vec<String> = Vec::new();
    let mut header = String::new();
    // the open brackets of the current attribute
    let mut brackets = 0_usize;
    let mut rest = source;
    while let Some(next) = rest.chars().next() {
        let length = skipped(rest);
        if length > 0 {
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        match next {
            '[' if brackets > 0 || is_attribute(&header) => brackets += 1,
            ']' if brackets > 0 => {
                brackets -= 1;
                if brackets == 0 {
                    header.truncate(header.rfind('#').unwrap_or_default());
                }
            }
            _ if brackets > 0 => {}
            '{' => blocks.push(std::mem::take(&mut header)),
            '}' => {
                blocks.pop();
                header.clear();
            }
            ';' => header.clear(),
            other => header.push(other),
        }
        rest = rest.get(next.len_utf8()..).unwrap_or_default();
    }
    blocks.last().is_some_and(|header| {
        let mut words = header.split(|c: char| !c.is_alphanumeric() && c != '_');
        words
            .find(|word| !["", "pub", "crate", "unsafe"].contains(word))
            .is_some_and(|word| word == "impl" || word == "trait")
    })
}

/// Whether a bracket after `header` opens an attribute.
fn is_attribute(header: &str) -> bool {
    header.trim_end().trim_end_matches('!').ends_with('#')
}

/// The length of the comment or literal at the start of `source`, or 0 without one.
fn skipped(source: &str) -> usize {
    if source.starts_with("//") {
        return source.find('\n').unwrap_or(source.len());
    }
    if source.starts_with("/*") {
        return block_comment(source);
    }
    if let Some(raw) = source.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw.get(hashes..).is_some_and(|raw| raw.starts_with('"')) {
            let end = format!("\"{}", "#".repeat(hashes));
            let content = raw.get(hashes + 1..).unwrap_or_default();
            return content
                .find(&end)
                .map_or(source.len(), |at| 1 + hashes + 1 + at + end.len());
        }
    }
    if source.starts_with('"') {
        return escaped(source, '"');
    }
    // a lifetime has no second quote after one character
    let mut chars = source.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some('\''), Some('\\'), _) => escaped(source, '\''),
        (Some('\''), Some(inner), Some('\'')) => 2 + inner.len_utf8(),
        _ => 0,
    }
}

/// The length of a block comment, which may contain others.
fn block_comment(source: &str) -> usize {
    let mut depth = 0_usize;
    let mut length = 0;
    while let Some(rest) = source.get(length..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            length += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            length += 2;
            if depth == 0 {
                break;
            }
        } else {
            length += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    length
}

/// The length of a literal that ends at the first quote without a backslash.
fn escaped(source: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (index, next) in source.char_indices().skip(1) {
        if next == quote && !is_escaped {
            return index + 1;
        }
        is_escaped = next == '\\' && !is_escaped;
    }
    source.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn block_of_impl_or_trait_is_found() {
        for source in [
            "impl Shop {\n",
            "struct Shop;\nimpl<'a, T: Into<u8>> Shop<'a, T> where T: Copy {\n    fn a() {}\n",
            "pub trait Shop: Send {",
            "pub(crate) unsafe trait Shop {",
            "mod a { #[allow(dead_code)] impl Shop { const A: &str = \"}\"; fn b() -> char { '}' }",
            "#![allow(dead_code)]\nimpl Shop { #[doc = \"[{\"] fn a() {}\n",
            "impl A { // }\n /* } */ const A: &str = r#\"}\"#; const B: char = '\\''; const C: &str = \"\\\"}\";",
        ] {
            assert!(is_inside_impl(source), "{source}");
        }
    }

    #[test]
    fn debug_handler_among_the_attributes_is_found() {
        for (source, is_found) in [
            ("#[axum::debug_handler]\n", true),
            (
                "#[debug_handler(state = Store)]\n/// Lists.\n#[allow(unused)]\n",
                true,
            ),
            ("// #[axum::debug_handler]\n", false),
            ("#[axum::debug_handler]\nasync fn list() {}\n\n", false),
            ("", false),
        ] {
            assert_eq!(is_below_debug_handler(source), is_found, "{source}");
        }
    }

    #[test]
    fn other_block_is_not_an_impl() {
        for source in [
            "",
            "mod orders {",
            "impl Shop {}\n",
            "impl Shop { fn list() {",
            "fn list() -> impl Send {",
            "// impl Shop {\n",
            "const A: &str = \"impl Shop {\";",
            "macro_rules! handlers { () => { impl Shop {} ",
            "mod a { impl Shop { #[doc = \"uses [a] and b\"] fn c() {} }\n",
            "mod a { impl Shop { #[garde(pattern(\"^[a-z]+$\"))] fn c() {} }\n",
            "mod a { impl Shop { #[cfg(any(unix, doc = r#\"]\"#))] fn c() {} }\n",
            "mod a { /* /* */ impl Shop { */",
            "/* /* */ impl Shop { */\n",
        ] {
            assert!(!is_inside_impl(source), "{source}");
        }
    }
}
