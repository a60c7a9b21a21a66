//! The source code around an attribute.
//!
//! A macro receives only its own item. Two mistakes are outside of it: a handler in an `impl`, where the
//! generated items cause six errors of rustc, and `#[axum::debug_handler]` above the attribute, which
//! calls the handler in another function. Only error messages depend on the source file. In doubt the
//! answer is that there is no mistake, and rustc reports its own errors: a file that cannot be read or
//! lexed, code inside another macro, or below an attribute that may replace it.

mod lexer;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use self::lexer::{Token, TokenKind, tokens};

/// The attributes that were expanded before, by file, line and column.
static EXPANDED: Mutex<BTreeSet<(PathBuf, usize, usize)>> = Mutex::new(BTreeSet::new());

/// The attributes of rustc and its tools, which leave the code below them where it is.
const INERT: [&str; 14] = [
    "allow",
    "automatically_derived",
    "cfg",
    "clippy",
    "cold",
    "deny",
    "deprecated",
    "diagnostic",
    "doc",
    "expect",
    "forbid",
    "must_use",
    "rustfmt",
    "warn",
];

/// A mistake outside the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surroundings {
    /// The function has a receiver.
    Method,
    /// The attribute is in an `impl` of a type.
    Impl,
    /// The attribute is in a trait, or in its `impl`.
    Trait,
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
    let attribute = Attribute::find(&source, line, column)?;
    if !is_first && attribute.is_below_debug_handler() {
        return Some(Surroundings::DebugHandler);
    }
    attribute.surroundings()
}

/// An attribute in its file.
#[derive(Debug)]
struct Attribute<'a> {
    /// The tokens before it in the same block, since the last item.
    before: Vec<Token<'a>>,
    /// The blocks around it, from the outside.
    blocks: Vec<Block>,
}

/// A pair of delimiters by its contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    /// A module, the body of a function, or an expression.
    Code,
    Impl,
    Trait,
    /// Anything else, such as the input of a macro.
    Unknown,
}

impl<'a> Attribute<'a> {
    /// Finds the attribute at a line and a column, which count from one, in characters.
    fn find(source: &'a str, line: usize, column: usize) -> Option<Self> {
        let offset = offset(source, line, column)?;
        let tokens = tokens(source)?;
        let mut blocks = Vec::new();
        // for each open delimiter, its closing one, and the first token of the current item in it
        let mut open = vec![("", 0_usize)];
        let mut found = None;
        for (index, token) in tokens.iter().enumerate() {
            let start = open.last()?.1;
            if token.offset == offset && is_attribute(tokens.get(index..)?) {
                found = Some(Self {
                    before: tokens.get(start..index)?.to_vec(),
                    blocks: blocks.clone(),
                });
            }
            if token.kind != TokenKind::Punct {
                continue;
            }
            match token.text {
                "{" => {
                    blocks.push(Block::of(tokens.get(start..index)?));
                    open.push(("}", index + 1));
                }
                "(" | "[" => {
                    blocks.push(Block::Unknown);
                    let close = if token.text == "(" { ")" } else { "]" };
                    open.push((close, index + 1));
                }
                "}" | ")" | "]" => {
                    blocks.pop()?;
                    if open.pop()?.0 != token.text {
                        return None;
                    }
                    if token.text == "}" {
                        open.last_mut()?.1 = index + 1;
                    }
                }
                ";" => open.last_mut()?.1 = index + 1,
                _ => {}
            }
        }
        found.filter(|_| blocks.is_empty())
    }

    /// Whether `#[debug_handler]` is among the attributes above this one.
    fn is_below_debug_handler(&self) -> bool {
        let (attributes, rest) = attributes(&self.before);
        let names = [
            "debug_handler",
            "axum::debug_handler",
            "axum_macros::debug_handler",
        ];
        rest.is_empty() && attributes.iter().any(|path| names.contains(&path.as_str()))
    }

    /// Returns the mistake of a handler in this place.
    fn surroundings(&self) -> Option<Surroundings> {
        let (_, rest) = attributes(&self.before);
        if !rest.is_empty() || self.blocks.contains(&Block::Unknown) {
            return None;
        }
        match self.blocks.last()? {
            Block::Impl => Some(Surroundings::Impl),
            Block::Trait => Some(Surroundings::Trait),
            Block::Code | Block::Unknown => None,
        }
    }
}

impl Block {
    /// Classifies the block after `header`, which is the rest of its item.
    fn of(header: &[Token<'_>]) -> Self {
        let (attributes, item) = attributes(header);
        let is_inert = |path: &String| INERT.contains(&path.split("::").next().unwrap_or_default());
        let is_macro = match item {
            [.., name, bang] if bang.is("!") => name.kind == TokenKind::Word,
            [.., rules, bang, _] if bang.is("!") => rules.is("macro_rules"),
            [first, ..] => first.is("macro"),
            [] => false,
        };
        if is_macro || !attributes.iter().all(is_inert) {
            return Self::Unknown;
        }
        match keyword(item) {
            Some(keyword) if keyword.is("trait") => Self::Trait,
            Some(keyword) if keyword.is("impl") => {
                // `for<'a>` is part of a bound
                let of_trait = item
                    .windows(2)
                    .any(|pair| matches!(pair, [word, next] if word.is("for") && !next.is("<")));
                if of_trait { Self::Trait } else { Self::Impl }
            }
            _ => Self::Code,
        }
    }
}

/// Returns the first word of an item after its visibility and modifiers.
fn keyword<'a, 'b>(item: &'b [Token<'a>]) -> Option<&'b Token<'a>> {
    let mut item = item;
    // `pub(in crate::orders)`
    if let [word, open, ..] = item
        && word.is("pub")
        && open.is("(")
    {
        let end = item.iter().position(|token| token.is(")"))?;
        item = item.get(end + 1..)?;
    }
    let modifiers = ["auto", "const", "default", "pub", "unsafe"];
    item.iter()
        .find(|token| !modifiers.iter().any(|word| token.is(word)))
}

/// Whether the tokens begin with an outer attribute.
fn is_attribute(tokens: &[Token<'_>]) -> bool {
    matches!(tokens, [hash, open, ..] if hash.is("#") && open.is("["))
}

/// Splits an item into the paths of its attributes, inner ones included, and the rest.
fn attributes<'a, 'b>(item: &'b [Token<'a>]) -> (Vec<String>, &'b [Token<'a>]) {
    let mut paths = Vec::new();
    let mut item = item;
    while let [hash, rest @ ..] = item
        && hash.is("#")
    {
        let content = match rest {
            [open, content @ ..] if open.is("[") => content,
            [bang, open, content @ ..] if bang.is("!") && open.is("[") => content,
            _ => break,
        };
        let mut depth = 1_usize;
        let end = content.iter().position(|token| {
            depth += usize::from(["[", "(", "{"].iter().any(|open| token.is(open)));
            depth -= usize::from(["]", ")", "}"].iter().any(|close| token.is(close)));
            depth == 0
        });
        let Some((content, rest)) = end.and_then(|end| content.split_at_checked(end)) else {
            break;
        };
        let path = content
            .iter()
            .take_while(|token| token.kind == TokenKind::Word || token.is(":"));
        let path: String = path.map(|token| token.text).collect();
        paths.push(path.trim_start_matches("::").to_owned());
        item = rest.get(1..).unwrap_or_default();
    }
    (paths, item)
}

/// The byte at a line and a column, which count from one, in characters.
fn offset(source: &str, line: usize, column: usize) -> Option<usize> {
    // rustc does not count the byte order mark
    let start = source.len() - source.trim_start_matches('\u{FEFF}').len();
    let lines = source.get(start..)?.split_inclusive('\n');
    let (above, rest) = (lines.clone().take(line - 1), lines.skip(line - 1));
    let line = rest.into_iter().next()?;
    let (at, _) = line.char_indices().nth(column.checked_sub(1)?)?;
    Some(start + above.map(str::len).sum::<usize>() + at)
}

#[cfg(test)]
mod tests;
