//! Splits text of any language whose comments start with `#` or `//`.

use super::prose::{self, Line};
use super::sentence::Sentence;

/// Returns the sentences of a text; runs of comment lines are prose.
pub(super) fn sentences(lines: &[Line<'_>]) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut comment: Vec<Line<'_>> = Vec::new();
    for (number, line) in lines.iter().copied() {
        let text = line.trim();
        let after_marker = text.strip_prefix("//").or_else(|| text.strip_prefix('#'));
        if let Some(text) = after_marker {
            comment.push((number, text));
            continue;
        }
        sentences.extend(prose::split(&std::mem::take(&mut comment)).sentences);
        prose::push_fragment(number, text, &mut sentences);
    }
    sentences.extend(prose::split(&comment).sentences);
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::sentence::Kind;

    #[test]
    fn comments_are_statements_and_code_is_fragments() {
        let lines: Vec<Line<'_>> = (1..).zip("# one\n# two\na = 1\n# three".lines()).collect();
        let summary: Vec<(Kind, String)> = sentences(&lines)
            .iter()
            .map(|sentence| (sentence.kind, sentence.lowercase().join(" ")))
            .collect();
        assert_eq!(
            summary,
            [
                (Kind::Statement, "one two".to_owned()),
                (Kind::Fragment, "a 1".to_owned()),
                (Kind::Statement, "three".to_owned())
            ]
        );
    }
}
