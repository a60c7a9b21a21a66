//! The header of a part: its name, its file name, and its media type.

use percent_encoding::percent_decode_str;

use crate::input::decode::media_type;

/// The fields of a part's header that a form uses.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PartHeader<'a> {
    pub(super) name: &'a str,
    pub(super) file_name: Option<&'a str>,
    pub(super) media_type: Option<&'a str>,
}

/// The maximum length of a header in bytes: room for a file name of 255 characters in any encoding.
pub(super) const MAX_BYTES: usize = 2048;

/// The maximum number of lines: more than any client writes, fewer than any parser accepts.
const MAX_LINES: usize = 16;

/// Parses the lines of a header.
///
/// Well-formed fields that forms do not use are ignored ([RFC 7578 §4.8]).
///
/// # Errors
///
/// Returns the message for the client if the header is malformed or too large.
///
/// [RFC 7578 §4.8]: https://www.rfc-editor.org/rfc/rfc7578#section-4.8
pub(super) fn read(header: &[u8]) -> Result<PartHeader<'_>, &'static str> {
    if header.len() > MAX_BYTES || memchr::memchr_iter(b'\n', header).count() >= MAX_LINES {
        return Err("has a part whose header is too large");
    }
    let header =
        str::from_utf8(header).map_err(|_| "has a part whose header is not valid UTF-8")?;
    let (mut disposition, mut media_type) = (None, None);
    for line in header.split("\r\n") {
        let (name, value) = field(line).ok_or("has a part with a malformed header")?;
        let previous = if name.eq_ignore_ascii_case("content-disposition") {
            disposition.replace(value)
        } else if name.eq_ignore_ascii_case("content-type") {
            media_type.replace(value)
        } else if is_coding(name, value) {
            return Err("has a part with a content encoding");
        } else {
            None
        };
        if previous.is_some() {
            return Err("has a part with a duplicate header field");
        }
    }
    let (name, file_name) = disposition
        .and_then(parameters)
        .ok_or("has a part without a valid `Content-Disposition`")?;
    Ok(PartHeader {
        name,
        file_name,
        media_type,
    })
}

/// Returns the name and the value of one line; a folded line is malformed.
fn field(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let is_text = |character: char| character == '\t' || !character.is_control();
    (is_token(name) && value.chars().all(is_text)).then(|| (name, value.trim_matches(BLANK)))
}

/// Returns whether a field says that the content is encoded.
///
/// Forms need no transfer encoding ([RFC 7578 §4.7]); the encodings that change nothing are harmless.
///
/// [RFC 7578 §4.7]: https://www.rfc-editor.org/rfc/rfc7578#section-4.7
fn is_coding(name: &str, value: &str) -> bool {
    let any_of = |plain: &[&str]| plain.iter().any(|plain| value.eq_ignore_ascii_case(plain));
    (name.eq_ignore_ascii_case("content-transfer-encoding") && !any_of(&["7bit", "8bit", "binary"]))
        || (name.eq_ignore_ascii_case("content-encoding") && !any_of(&[media_type::IDENTITY]))
}

const BLANK: [char; 2] = [' ', '\t'];

/// Returns `name` and `filename` of a `form-data` disposition: each once, and no other parameter.
///
/// Forms have no `filename*` ([RFC 7578 §4.2]), but .NET's `HttpClient` sends one with every file. It
/// is accepted if it equals `filename`, so that every parser sees the same name.
///
/// Names of parameters are lower case, as every client writes them: some parsers are case-sensitive
/// and would see no file in a `FileName`.
///
/// [RFC 7578 §4.2]: https://www.rfc-editor.org/rfc/rfc7578#section-4.2
fn parameters(disposition: &str) -> Option<(&str, Option<&str>)> {
    let (kind, mut rest) = disposition.split_at_checked(disposition.find(';')?)?;
    if !kind
        .trim_end_matches(BLANK)
        .eq_ignore_ascii_case("form-data")
    {
        return None;
    }
    let (mut name, mut file_name, mut extended) = (None, None, None);
    while !rest.is_empty() {
        let (key, after_key) = rest.strip_prefix(';')?.split_once('=')?;
        let (value, after_value) = value(after_key)?;
        let slot = match key.trim_start_matches(BLANK) {
            "name" => &mut name,
            "filename" => &mut file_name,
            "filename*" => &mut extended,
            _ => return None,
        };
        if slot.replace(value).is_some() {
            return None;
        }
        rest = after_value.trim_start_matches(BLANK);
    }
    let are_equal = extended.is_none_or(|extended| decodes_to(extended, file_name));
    are_equal.then_some((name?, file_name))
}

/// Returns whether an extended value ([RFC 8187 §3.2]) decodes to `text`.
///
/// The value must be in UTF-8 and have no language.
///
/// [RFC 8187 §3.2]: https://www.rfc-editor.org/rfc/rfc8187#section-3.2
fn decodes_to(extended: &str, text: Option<&str>) -> bool {
    let Some((charset, encoded)) = extended.split_once("''") else {
        return false;
    };
    let is_equal = percent_decode_str(encoded).eq(text.unwrap_or_default().bytes());
    charset.eq_ignore_ascii_case("utf-8") && text.is_some() && is_equal
}

/// Splits a quoted string or token from the text after it.
///
/// A backslash in quotes is rejected: some parsers read it as an escape ([RFC 9110 §5.6.4]), others
/// literally. Browsers write a quote as `%22`.
///
/// [RFC 9110 §5.6.4]: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4
fn value(text: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (value, after) = quoted.split_once('"')?;
        return (!value.contains('\\')).then_some((value, after));
    }
    let end = text.find([';', ' ', '\t']).unwrap_or(text.len());
    let (value, after) = text.split_at_checked(end)?;
    is_token(value).then_some((value, after))
}

/// Returns whether a text is a token ([RFC 9110 §5.6.2]).
///
/// [RFC 9110 §5.6.2]: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
fn is_token(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests;
