//! The head of a part: what it is called, and what it is labelled as.

use percent_encoding::percent_decode_str;

use crate::input::decode::media_type;

/// What a part says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head<'a> {
    pub(super) name: &'a str,
    pub(super) file_name: Option<&'a str>,
    pub(super) media_type: Option<&'a str>,
}

/// The most bytes of a head: room for a file's name of 255 characters, however they are encoded.
const MAX_BYTES: usize = 2048;

/// The most lines of a head: more than any client writes, fewer than any reader takes.
const MAX_LINES: usize = 16;

/// Reads the lines of a head; fails with what is wrong.
///
/// Fields that mean nothing to a form are ignored ([RFC 7578 §4.8]), once they are well-formed.
///
/// [RFC 7578 §4.8]: https://www.rfc-editor.org/rfc/rfc7578#section-4.8
pub(super) fn read(head: &[u8]) -> Result<Head<'_>, &'static str> {
    if head.len() > MAX_BYTES || memchr::memchr_iter(b'\n', head).count() >= MAX_LINES {
        return Err("has a part whose head is too large");
    }
    let head = str::from_utf8(head).map_err(|_| "has a part whose head is not UTF-8")?;
    let (mut disposition, mut media_type) = (None, None);
    for line in head.split("\r\n") {
        let (name, value) = field(line).ok_or("has a part with a malformed head")?;
        let earlier = if name.eq_ignore_ascii_case("content-disposition") {
            disposition.replace(value)
        } else if name.eq_ignore_ascii_case("content-type") {
            media_type.replace(value)
        } else if is_coded(name, value) {
            return Err("has a part that is encoded");
        } else {
            None
        };
        if earlier.is_some() {
            return Err("has a part that is labelled twice");
        }
    }
    let (name, file_name) = disposition
        .and_then(parameters)
        .ok_or("has a part without a well-formed `Content-Disposition`")?;
    Ok(Head {
        name,
        file_name,
        media_type,
    })
}

/// The name and the value of one line; a line that goes on from the one before is malformed.
fn field(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let is_text = |character: char| character == '\t' || !character.is_control();
    (is_token(name) && value.chars().all(is_text)).then(|| (name, value.trim_matches(BLANK)))
}

/// Whether a field says that the content is not what it stands for.
///
/// Forms need no transfer encoding ([RFC 7578 §4.7]); who names one of those that change
/// nothing does no harm.
///
/// [RFC 7578 §4.7]: https://www.rfc-editor.org/rfc/rfc7578#section-4.7
fn is_coded(name: &str, value: &str) -> bool {
    let any_of = |plain: &[&str]| plain.iter().any(|plain| value.eq_ignore_ascii_case(plain));
    (name.eq_ignore_ascii_case("content-transfer-encoding") && !any_of(&["7bit", "8bit", "binary"]))
        || (name.eq_ignore_ascii_case("content-encoding") && !any_of(&[media_type::IDENTITY]))
}

const BLANK: [char; 2] = [' ', '\t'];

/// `name` and `filename` of a `form-data`, each once, and no other parameter.
///
/// Forms have no `filename*` ([RFC 7578 §4.2]), but .NET's `HttpClient` sends one with every file. It is
/// taken where it says what `filename` says: whichever a reader knows, it sees the same.
///
/// In small letters, as every client writes them: some readers know no others, and see no file
/// in a `FileName`.
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
        let (key, behind) = rest.strip_prefix(';')?.split_once('=')?;
        let (value, behind) = value(behind)?;
        let slot = match key.trim_start_matches(BLANK) {
            "name" => &mut name,
            "filename" => &mut file_name,
            "filename*" => &mut extended,
            _ => return None,
        };
        if slot.replace(value).is_some() {
            return None;
        }
        rest = behind.trim_start_matches(BLANK);
    }
    let agree = extended.is_none_or(|extended| says(extended, file_name));
    agree.then_some((name?, file_name))
}

/// Whether an extended value ([RFC 8187 §3.2]) is in UTF-8, of no language, and stands for a text.
///
/// [RFC 8187 §3.2]: https://www.rfc-editor.org/rfc/rfc8187#section-3.2
fn says(extended: &str, text: Option<&str>) -> bool {
    let Some((charset, encoded)) = extended.split_once("''") else {
        return false;
    };
    let said = percent_decode_str(encoded).eq(text.unwrap_or_default().bytes());
    charset.eq_ignore_ascii_case("utf-8") && text.is_some() && said
}

/// A quoted text or a token, and what stands behind it.
///
/// A backslash in quotes is refused: it escapes the next character for some readers
/// ([RFC 9110 §5.6.4]) and is itself for others. Browsers write a quote as `%22`.
///
/// [RFC 9110 §5.6.4]: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.4
fn value(text: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (value, behind) = quoted.split_once('"')?;
        return (!value.contains('\\')).then_some((value, behind));
    }
    let end = text.find([';', ' ', '\t']).unwrap_or(text.len());
    let (value, behind) = text.split_at_checked(end)?;
    is_token(value).then_some((value, behind))
}

/// [RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
fn is_token(text: &str) -> bool {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_legal)
}

#[cfg(test)]
mod tests;
