//! `ReturnTo`: a path of this application, for redirects after a login or logout.

use std::borrow::Cow;
use std::fmt;

use http::Uri;
use percent_encoding::percent_decode_str;

use crate::input::types::textual::{Textual, textual};
use crate::text::is_forbidden_in_line;

/// The maximum length, in bytes: the value is part of a cookie while a login is pending.
pub(super) const MAX_LEN: usize = 1024;

/// A path of this application with an optional query, to which a browser is redirected.
///
/// A redirect to text of the request is an *open redirect* ([RFC 9700 §4.11]) unless the text can only be a
/// path. Parsers of URLs disagree about many texts, so this type has a small grammar instead of a list of
/// forbidden prefixes:
///
/// - at most 1,024 characters of [RFC 3986 §3.3 and §3.4]: no backslash, control character, space, quote,
///   fragment or character outside ASCII;
/// - a path that starts with `/`, without empty segments (`//`) and dot segments (`.`, `..`, also `%2e` and
///   `..;`), and without `:` in its first segment;
/// - percent-encoding that is complete, decodes to UTF-8, and hides no control character; in the path, no `/`,
///   `\`, `%` or Unicode character that looks like a delimiter either.
///
/// The default is `/`. A field of this type needs no rule: `#[garde(skip)]`.
///
/// # Security
///
/// The URL that a browser resolves from the value always has the origin of the application. The query is the
/// application's own: a page that redirects to a parameter of its query must check that parameter too.
///
/// # Examples
///
/// ```
/// use palisade::relying_party::ReturnTo;
///
/// let page: ReturnTo = "/orders?page=2".parse()?;
/// assert_eq!(page.as_str(), "/orders?page=2");
/// for text in ["https://evil.example", "//evil.example", "/\\evil.example", "/%2f%2fevil.example", "/a/../.."] {
///     assert!(text.parse::<ReturnTo>().is_err(), "{text}");
/// }
/// assert_eq!(ReturnTo::default().as_str(), "/");
/// # Ok::<(), palisade::relying_party::ReturnToError>(())
/// ```
///
/// As a parameter of a declared handler:
///
/// ```
/// use palisade::prelude::*;
/// use palisade::relying_party::ReturnTo;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Begin {
///     #[serde(default)]
///     #[garde(skip)]
///     return_to: ReturnTo,
/// }
///
/// #[public(reason = "begins a login")]
/// async fn begin(Valid(Query(begin)): Valid<Query<Begin>>) -> String {
///     begin.return_to.into_string()
/// }
/// # let _ = SecureRouter::<()>::new().route("/begin", get(begin));
/// ```
///
/// [RFC 9700 §4.11]: https://www.rfc-editor.org/rfc/rfc9700#section-4.11
/// [RFC 3986 §3.3 and §3.4]: https://www.rfc-editor.org/rfc/rfc3986#section-3.3
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReturnTo(String);

/// The reason why a text is not a [`ReturnTo`]; clients see its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReturnToError {
    /// The text has more than 1,024 characters.
    TooLong,
    /// The text does not start with `/`.
    NotAPath,
    /// The text has a character that is not allowed in a path or query, or a fragment.
    Character,
    /// The path has an empty segment, a dot segment, or `:` in its first segment.
    Segment,
    /// A percent-encoding is incomplete, is not UTF-8, or hides a character that could be a delimiter.
    Encoding,
}

impl Textual for ReturnTo {
    type Error = ReturnToError;

    fn parse(text: Cow<'_, str>) -> Result<Self, ReturnToError> {
        if text.len() > MAX_LEN {
            return Err(ReturnToError::TooLong);
        }
        if !text.starts_with('/') {
            return Err(ReturnToError::NotAPath);
        }
        if !text.bytes().all(is_allowed) {
            return Err(ReturnToError::Character);
        }
        let (path, query) = match text.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (&*text, None),
        };
        check_path(path)?;
        query.map_or(Ok(()), check_query)?;
        Ok(Self(text.into_owned()))
    }
}

/// Returns whether a byte is a `pchar` of RFC 3986 §3.3, `%`, `/` or `?`.
fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%/?".contains(&byte)
}

fn check_path(path: &str) -> Result<(), ReturnToError> {
    let segments = path.strip_prefix('/').unwrap_or(path);
    if segments.is_empty() {
        return Ok(());
    }
    let mut segments = segments.split('/').enumerate().peekable();
    while let Some((index, segment)) = segments.next() {
        let decoded = decode(segment)?;
        if decoded.contains(['/', '\\', '%']) || decoded.chars().any(looks_like_delimiter) {
            return Err(ReturnToError::Encoding);
        }
        // some servers ignore the parameters of a segment, and spaces around its name
        let name = decoded.split(';').next().unwrap_or_default().trim();
        let is_empty = match segments.peek() {
            Some(_) => name.is_empty(),
            // the last segment of `/orders/` is empty
            None => name.is_empty() && !segment.is_empty(),
        };
        if is_empty || matches!(name, "." | "..") || (index == 0 && segment.contains(':')) {
            return Err(ReturnToError::Segment);
        }
    }
    Ok(())
}

fn check_query(query: &str) -> Result<(), ReturnToError> {
    let decoded = decode(query)?;
    // `%250a`: a second decoding would reveal another character
    let mut after_percent = decoded.split('%').skip(1);
    if after_percent.any(starts_with_hex_digits) {
        return Err(ReturnToError::Encoding);
    }
    Ok(())
}

/// Decodes percent-encodings, all of which must be complete and free of control characters.
fn decode(text: &str) -> Result<Cow<'_, str>, ReturnToError> {
    let mut encodings = text.split('%').skip(1);
    let is_complete = encodings.all(starts_with_hex_digits);
    if !is_complete {
        return Err(ReturnToError::Encoding);
    }
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|_| ReturnToError::Encoding)?;
    if decoded.chars().any(is_forbidden_in_line) {
        return Err(ReturnToError::Encoding);
    }
    Ok(decoded)
}

fn starts_with_hex_digits(text: &str) -> bool {
    let digits = text.as_bytes().get(..2);
    digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

/// Returns whether a character looks like a delimiter of URLs, or is one after compatibility normalization.
fn looks_like_delimiter(character: char) -> bool {
    matches!(
        character,
        // solidus and backslash
        '\u{2044}' | '\u{2215}' | '\u{2216}' | '\u{2571}' | '\u{2572}' | '\u{27cb}' | '\u{27cd}' | '\u{29f5}'
            | '\u{29f6}' | '\u{29f8}' | '\u{29f9}' | '\u{fe68}' | '\u{ff0f}' | '\u{ff3c}'
            // full stops and leaders
            | '\u{2024}'..='\u{2026}' | '\u{3002}' | '\u{fe12}' | '\u{fe19}' | '\u{fe52}' | '\u{ff0e}' | '\u{ff61}'
            // colon, at sign, question mark, number sign, percent sign
            | '\u{2236}' | '\u{a789}' | '\u{fe13}' | '\u{fe30}' | '\u{fe55}' | '\u{ff1a}'
            | '\u{fe6b}' | '\u{ff20}'
            | '\u{203d}' | '\u{2047}'..='\u{2049}' | '\u{fe16}' | '\u{fe56}' | '\u{ff1f}'
            | '\u{fe5f}' | '\u{ff03}'
            | '\u{2030}' | '\u{fe6a}' | '\u{ff05}'
            // symbols that contain a solidus: a/c, a/s, c/o, c/u
            | '\u{2100}' | '\u{2101}' | '\u{2105}' | '\u{2106}'
            // invisible characters, which some parsers remove
            | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'
    ) || (character.is_whitespace() && character != ' ')
}

textual!([] ReturnTo, ReturnToError);

impl Default for ReturnTo {
    /// Returns `/`.
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl TryFrom<&Uri> for ReturnTo {
    type Error = ReturnToError;

    /// Returns the path and query of a request, to return to the page that was requested.
    fn try_from(uri: &Uri) -> Result<Self, ReturnToError> {
        let path = uri.path_and_query().map_or("", |path| path.as_str());
        Self::parse(Cow::Borrowed(path))
    }
}

impl fmt::Display for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for ReturnToError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "must have at most {MAX_LEN} characters"),
            Self::NotAPath => f.write_str("must be a path of this application, starting with `/`"),
            Self::Character => {
                f.write_str("must contain only characters of a path and query, without a fragment")
            }
            Self::Segment => {
                f.write_str("must not contain empty or dot segments, or `:` in the first segment")
            }
            Self::Encoding => {
                f.write_str("must not contain encoded delimiters or control characters")
            }
        }
    }
}

impl std::error::Error for ReturnToError {}

#[cfg(test)]
mod tests;
