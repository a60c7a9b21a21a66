//! The block of source code around an attribute.
//!
//! A macro receives only its own item and cannot see that it is used in an `impl`, where the items of
//! a handler cause six errors of rustc. Only the error message depends on the source file: if the file
//! cannot be read, rustc reports those errors.

use std::fs;

/// Whether the attribute is inside an `impl` or a `trait`.
pub(crate) fn is_impl_or_trait() -> bool {
    if !proc_macro::is_available() {
        return false;
    }
    let start = proc_macro::Span::call_site().start();
    // most handlers are at the top level: their files are not read
    if start.column() == 1 {
        return false;
    }
    let source = start
        .local_file()
        .and_then(|path| fs::read_to_string(path).ok());
    source.is_some_and(|source| {
        let above: String = source
            .split_inclusive('\n')
            .take(start.line() - 1)
            .collect();
        is_inside_impl(&above)
    })
}

/// Whether `source` ends inside the braces of an `impl` or a `trait`.
fn is_inside_impl(source: &str) -> bool {
    let mut blocks: Vec<String> = Vec::new();
    let mut header = String::new();
    let mut rest = source;
    while let Some(next) = rest.chars().next() {
        let length = skipped(rest);
        if length > 0 {
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        match next {
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

/// The length of the comment, literal or attribute at the start of `source`, or 0 without one.
fn skipped(source: &str) -> usize {
    if source.starts_with("//") {
        return source.find('\n').unwrap_or(source.len());
    }
    if source.starts_with("/*") {
        return source.find("*/").map_or(source.len(), |at| at + 2);
    }
    if source.starts_with("#[") {
        return source.find(']').map_or(source.len(), |at| at + 1);
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
            "impl A { // }\n /* } */ const A: &str = r#\"}\"#; const B: char = '\\''; const C: &str = \"\\\"}\";",
        ] {
            assert!(is_inside_impl(source), "{source}");
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
        ] {
            assert!(!is_inside_impl(source), "{source}");
        }
    }
}
