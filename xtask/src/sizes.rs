//! A file's size, and the line at its top that says what is in it.

use crate::fault::Fault;
use crate::source::Source;

/// The most lines a file may have.
pub(crate) const LARGEST: usize = 350;

/// A file with fewer lines is noted, not refused.
pub(crate) const SMALL: usize = 80;

/// What is wrong with the file as a whole.
pub(crate) fn check(source: &Source) -> Vec<Fault> {
    let mut faults = Vec::new();
    let lines = source.lines();
    if lines > LARGEST {
        faults.push(Fault::new(
            &source.path,
            1,
            format!("the file has {lines} lines, {LARGEST} at most"),
            "split it: one file is one noun",
        ));
    }
    if !source.text.starts_with("//! ") {
        faults.push(Fault::new(
            &source.path,
            1,
            "the file does not begin with `//!`".to_owned(),
            "say in its first line what is in it",
        ));
    }
    faults
}

/// The middle of the numbers; the lower one of two.
pub(crate) fn median(mut numbers: Vec<usize>) -> usize {
    numbers.sort_unstable();
    let middle = numbers.len().saturating_sub(1) / 2;
    numbers.get(middle).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        check(&Source::parse("a.rs", text).unwrap())
            .into_iter()
            .map(|fault| fault.wrong)
            .collect()
    }

    #[test]
    fn three_hundred_and_fifty_lines_pass_and_one_more_does_not() {
        let with = |lines: usize| format!("//! Room.\n{}", "\n".repeat(lines - 1));
        assert!(faults(&with(350)).is_empty());
        assert_eq!(faults(&with(351)), ["the file has 351 lines, 350 at most"]);
    }

    #[test]
    fn a_file_without_a_line_about_itself_is_a_fault() {
        let missing = ["the file does not begin with `//!`"];
        assert_eq!(faults("fn main() {}\n"), missing);
        assert_eq!(faults("// A comment.\n"), missing);
        assert!(faults("//! Said.\nfn main() {}\n").is_empty());
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![9, 1, 5]), 5);
        assert_eq!(median(vec![4, 1, 9, 5]), 4);
        assert_eq!(median(Vec::new()), 0);
    }
}
