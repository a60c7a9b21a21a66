//! The pairs of a query or of a form, `application/x-www-form-urlencoded`.

use percent_encoding::percent_decode;

/// Returns the decoded pairs of names and values in their order, of which there are at most `max`.
///
/// # Errors
///
/// Returns the problem, to follow a subject such as "the form", if an encoding is malformed or there are more pairs.
pub(crate) fn form_pairs(text: &str, max: usize) -> Result<Vec<(String, String)>, &'static str> {
    let mut pairs = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = form_decode(name).zip(form_decode(value));
        if pairs.len() == max {
            return Err("has too many parameters");
        }
        pairs.push(decoded.ok_or("is not properly encoded")?);
    }
    Ok(pairs)
}

/// Decodes `+` and `%XX`; returns `None` for a malformed encoding, or a text that is not UTF-8.
pub(crate) fn form_decode(text: &str) -> Option<String> {
    let mut after_percent = text.split('%').skip(1);
    let is_complete = after_percent.all(|after| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    if !is_complete {
        return None;
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode(spaced.as_bytes()).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_in_order() {
        let pairs = form_pairs("a=1&b=x+y%2Bz&&a=%C3%A9&c&=d&e=f=g", 6).unwrap();
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let expected = [
            ("a", "1"),
            ("b", "x y+z"),
            ("a", "é"),
            ("c", ""),
            ("", "d"),
            ("e", "f=g"),
        ];
        assert_eq!(pairs, expected);
    }

    #[test]
    fn malformed_encoding_and_too_many_pairs_are_refused() {
        for text in ["a=%", "a=%4", "a=%zz", "%=1", "a=%ff", "a=%C3"] {
            assert_eq!(
                form_pairs(text, 6),
                Err("is not properly encoded"),
                "{text}"
            );
        }
        assert_eq!(form_pairs("a=1&b=2&c=3", 2), Err("has too many parameters"));
    }
}
