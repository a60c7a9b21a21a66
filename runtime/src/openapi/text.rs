//! Text in Markdown.

/// Returns a text as code in Markdown, on one line, whatever backticks it has ([CommonMark §6.1]).
///
/// [CommonMark §6.1]: https://spec.commonmark.org/0.31.2/#code-spans
pub(super) fn code(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let runs = text.split(|c| c != '`').map(str::len);
    let longest = runs.max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if longest == 0 {
        format!("{fence}{text}{fence}")
    } else {
        format!("{fence} {text} {fence}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_never_ends_early() {
        for (text, expected) in [
            ("orders:read", "`orders:read`"),
            ("a`b", "`` a`b ``"),
            ("``` <script>", "```` ``` <script> ````"),
            ("a\n\nb", "`a  b`"),
            ("", "``"),
        ] {
            assert_eq!(code(text), expected);
        }
    }
}
