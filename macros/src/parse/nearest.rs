//! The known word nearest to a misspelled one.

/// Returns the word nearest to a misspelled one, if one is near.
pub(crate) fn nearest<'a>(known: &[&'a str], name: &str) -> Option<&'a str> {
    known
        .iter()
        .copied()
        .map(|word| (distance(word, name), word))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, word)| *distance * 3 <= word.len().max(name.len()))
        .map(|(_, word)| word)
}

/// The Levenshtein distance: inserted, removed and replaced characters.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (above, left) in left.chars().enumerate() {
        let mut diagonal = above;
        let mut last = above + 1;
        let mut next = vec![last];
        for (old, right) in row.iter().skip(1).zip(right.chars()) {
            last = (diagonal + usize::from(left != right))
                .min(last + 1)
                .min(old + 1);
            diagonal = *old;
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_single_edits() {
        for (left, right, edits) in [
            ("scopes", "scopes", 0),
            ("scopes", "scope", 1),
            ("scopes", "socpes", 2),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(left, right), edits, "{left} {right}");
            assert_eq!(distance(right, left), edits, "{right} {left}");
        }
    }
}
