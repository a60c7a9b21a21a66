//! The parameters of a media type ([RFC 9110 §5.6.6]).
//!
//! [RFC 9110 §5.6.6]: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.6

/// The parameters after a media type. A malformed one is the last item.
#[derive(Clone, Debug)]
pub(crate) struct Parameters<'a> {
    /// The rest of the text: empty, or white space and a semicolon first.
    rest: &'a str,
}

/// The text is not a list of parameters, or has too many of them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unacceptable;

/// One parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parameter<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: ParameterValue<'a>,
}

/// The value of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParameterValue<'a> {
    /// A token.
    Token(&'a str),
    /// The text between double quotes, with its backslashes.
    Quoted(&'a str),
}

impl<'a> Parameters<'a> {
    /// Splits the value of a header field at its first semicolon.
    pub(crate) fn split(text: &'a str) -> (&'a str, Self) {
        let end = text.find(';').unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        (value.trim_matches(is_space), Self { rest })
    }

    /// Returns the only parameter, if there is one.
    ///
    /// # Errors
    ///
    /// Returns [`Unacceptable`] if a parameter is malformed, or if there are more.
    pub(crate) fn single(mut self) -> Result<Option<Parameter<'a>>, Unacceptable> {
        let first = self.next().transpose()?;
        match self.next() {
            None => Ok(first),
            Some(_) => Err(Unacceptable),
        }
    }

    /// Reads the parameter at the start of a text, and the rest of the text.
    fn read(text: &'a str) -> Option<(Parameter<'a>, &'a str)> {
        let (name, rest) = token(text)?;
        let rest = rest.strip_prefix('=')?;
        let (value, rest) = if let Some(rest) = rest.strip_prefix('"') {
            let (value, rest) = quoted(rest)?;
            (ParameterValue::Quoted(value), rest)
        } else {
            let (value, rest) = token(rest)?;
            (ParameterValue::Token(value), rest)
        };
        let after = rest.trim_start_matches(is_space);
        let is_end = after.is_empty() || after.starts_with(';');
        is_end.then_some((Parameter { name, value }, rest))
    }
}

impl<'a> Iterator for Parameters<'a> {
    type Item = Result<Parameter<'a>, Unacceptable>;

    fn next(&mut self) -> Option<Self::Item> {
        // a parameter may be empty: `application/json;`
        let text = self
            .rest
            .trim_start_matches(|next| next == ';' || is_space(next));
        if text.is_empty() {
            return None;
        }
        let read = Self::read(text);
        self.rest = read.map_or("", |(_, rest)| rest);
        Some(read.map(|(parameter, _)| parameter).ok_or(Unacceptable))
    }
}

impl ParameterValue<'_> {
    /// Returns whether the value is this text without a backslash, in any case.
    pub(crate) fn equals_ignoring_case(self, other: &str) -> bool {
        match self {
            Self::Token(text) => text.eq_ignore_ascii_case(other),
            Self::Quoted(text) => {
                let mut characters = text.bytes();
                let unescaped = std::iter::from_fn(|| match characters.next()? {
                    b'\\' => characters.next(),
                    byte => Some(byte),
                });
                unescaped
                    .map(|byte| byte.to_ascii_lowercase())
                    .eq(other.bytes().map(|byte| byte.to_ascii_lowercase()))
            }
        }
    }
}

/// Splits a text after its token, which is not empty ([RFC 9110 §5.6.2]).
///
/// [RFC 9110 §5.6.2]: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
fn token(text: &str) -> Option<(&str, &str)> {
    let is_token = |next: char| next.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(next);
    let end = text
        .find(|next: char| !is_token(next))
        .unwrap_or(text.len());
    text.split_at_checked(end)
        .filter(|(token, _)| !token.is_empty())
}

/// Splits a text at the double quote that ends it ([RFC 9110 §5.6.4]).
///
/// [RFC 9110 §5.6.4]: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4
fn quoted(text: &str) -> Option<(&str, &str)> {
    let mut characters = text.char_indices();
    while let Some((at, next)) = characters.next() {
        match next {
            '"' => return Some((text.get(..at)?, text.get(at + 1..)?)),
            '\\' => characters.next().filter(|(_, next)| is_text(*next))?.1,
            next if is_text(next) => next,
            _ => return None,
        };
    }
    None
}

fn is_text(character: char) -> bool {
    character == '\t' || character == ' ' || character.is_ascii_graphic()
}

fn is_space(character: char) -> bool {
    character == ' ' || character == '\t'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (&str, Option<Vec<(&str, &str)>>) {
        let (value, parameters) = Parameters::split(text);
        let parameters = parameters.map(|parameter| {
            let Parameter { name, value } = parameter.ok()?;
            let (ParameterValue::Token(value) | ParameterValue::Quoted(value)) = value;
            Some((name, value))
        });
        (value, parameters.collect())
    }

    #[test]
    fn empty_parameters_and_space_are_skipped() {
        for text in ["a/b", "a/b;", " a/b ;", "a/b; ", "a/b;;\t; ;", "\ta/b"] {
            assert_eq!(read(text), ("a/b", Some(vec![])), "{text:?}");
        }
        for text in ["a/b;c=d", "a/b ; c=d ", "a/b;;c=d;", "a/b; ;\tc=\"d\"\t;"] {
            assert_eq!(read(text), ("a/b", Some(vec![("c", "d")])), "{text:?}");
        }
        let several = read("a/b; c=\"x; y=\\\"z\\\\\";d=e");
        let parameters = vec![("c", "x; y=\\\"z\\\\"), ("d", "e")];
        assert_eq!(several, ("a/b", Some(parameters)));
    }

    #[test]
    fn malformed_parameter_is_none() {
        for text in [
            "a/b;c",
            "a/b;c=",
            "a/b;=d",
            "a/b;c =d",
            "a/b;c= d",
            "a/b;c=d e",
            "a/b;c=\"d",
            "a/b;c=d\"",
            "a/b;c=\"d\"e",
            "a/b;c=\"d\\",
            "a/b;c=\"\\\u{e9}\"",
            "a/b;c=\"\u{7f}\"",
            "a/b;c=d,e",
            "a/b;c=d;e",
            "a/b;\u{b}c=d",
            "a/b;c=\u{e9}",
        ] {
            assert_eq!(read(text), ("a/b", None), "{text:?}");
        }
    }

    #[test]
    fn quoted_value_is_compared_without_backslashes() {
        let equals = |value: ParameterValue<'_>| value.equals_ignoring_case("utf-8");
        for value in ["utf-8", "UTF\\-8", "\\u\\t\\f-8"] {
            assert!(equals(ParameterValue::Quoted(value)), "{value}");
        }
        for value in ["utf-88", "utf", "\\\\utf-8", ""] {
            assert!(!equals(ParameterValue::Quoted(value)), "{value}");
        }
        assert!(equals(ParameterValue::Token("Utf-8")));
        assert!(!equals(ParameterValue::Token("utf8")));
    }
}
