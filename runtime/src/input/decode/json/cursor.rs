//! A cursor in a JSON text that is known to be valid.

use std::borrow::Cow;

/// Reads a text value by value, and builds nothing.
///
/// It finds the ends of values, and leaves their syntax to the decoder. Each method returns `None` if
/// the text has another value than expected, and then the cursor is anywhere.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'t>(&'t str);

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self(text)
    }

    /// Returns the first byte of the next token.
    pub(super) fn peek(&mut self) -> Option<u8> {
        self.0 = self.0.trim_ascii_start();
        self.0.bytes().next()
    }

    /// Skips a value.
    pub(super) fn skip(&mut self) -> Option<()> {
        let length = match self.peek()? {
            b'[' | b'{' => container_length(self.0)?,
            b'"' => string_length(self.0)?,
            _ => scalar_length(self.0),
        };
        self.0 = self.0.get(length..)?;
        Some(())
    }

    /// Skips a value; returns whether it has at most `left` items and members.
    pub(super) fn skip_small(&mut self, left: &mut usize) -> bool {
        let mut count = |cursor: &mut Self| {
            *left = left.checked_sub(1)?;
            cursor.skip_small(left).then_some(())
        };
        let skipped = match self.peek() {
            Some(b'[') => self.items(|cursor, _| count(cursor)),
            Some(b'{') => self.members(|cursor, _| count(cursor)),
            _ => self.skip(),
        };
        skipped.is_some()
    }

    /// Skips a value, a long one at once.
    pub(super) fn skip_by(&mut self, ends: &Ends) -> Option<()> {
        self.peek()?;
        match ends.length_of(self.0) {
            Some(length) => {
                self.0 = self.0.get(length..)?;
                Some(())
            }
            None => self.skip(),
        }
    }

    /// Reads a string.
    pub(super) fn string(&mut self) -> Option<Quoted<'t>> {
        if self.peek()? != b'"' {
            return None;
        }
        let (string, rest) = self.0.split_at_checked(string_length(self.0)?)?;
        self.0 = rest;
        Some(Quoted(string))
    }

    /// Returns the text of the next value.
    pub(super) fn literal(&mut self) -> Option<&'t str> {
        self.peek()?;
        let mut after = *self;
        after.skip()?;
        self.0.strip_suffix(after.0)
    }

    /// Runs `read` before each item of an array; it reads the item.
    pub(super) fn items(
        &mut self,
        mut read: impl FnMut(&mut Self, usize) -> Option<()>,
    ) -> Option<()> {
        self.token(b'[')?;
        if self.peek()? == b']' {
            return self.token(b']');
        }
        for index in 0.. {
            read(self, index)?;
            match self.peek()? {
                b',' => self.token(b',')?,
                _ => break,
            }
        }
        self.token(b']')
    }

    /// Runs `read` before the value of each member of an object; it reads the value.
    pub(super) fn members(
        &mut self,
        mut read: impl FnMut(&mut Self, Quoted<'t>) -> Option<()>,
    ) -> Option<()> {
        self.token(b'{')?;
        if self.peek()? == b'}' {
            return self.token(b'}');
        }
        loop {
            let name = self.string()?;
            self.token(b':')?;
            read(self, name)?;
            match self.peek()? {
                b',' => self.token(b',')?,
                _ => break,
            }
        }
        self.token(b'}')
    }

    fn token(&mut self, token: u8) -> Option<()> {
        if self.peek()? != token {
            return None;
        }
        self.0 = self.0.get(1..)?;
        Some(())
    }
}

/// A string with its quotes and escapes.
#[derive(Clone, Copy)]
pub(super) struct Quoted<'t>(&'t str);

impl<'t> Quoted<'t> {
    /// Decodes the string.
    pub(super) fn read(self) -> Option<Cow<'t, str>> {
        if memchr::memchr(b'\\', self.0.as_bytes()).is_some() {
            return serde_json::from_str(self.0).ok().map(Cow::Owned);
        }
        let content = self.0.strip_prefix('"')?.strip_suffix('"')?;
        Some(Cow::Borrowed(content))
    }
}

/// The ends of the long arrays and objects of a text.
///
/// The members of nested tagged enums are searched for the tag at every level. Without the ends,
/// the innermost values would be read as often as there are levels.
pub(super) struct Ends {
    /// The length of the text.
    length: usize,
    /// The start and the end of each, in the order of the starts.
    long: Vec<[u32; 2]>,
}

/// The length from which an array or object is long: the ends then take at most twice as much memory
/// as the text, however deep it is nested.
const MIN_LONG: u32 = 64;

impl Ends {
    pub(super) fn of(text: &str) -> Self {
        let (mut long, mut open) = (Vec::new(), Vec::new());
        for (at, is_start) in brackets(text) {
            // a body has at most 1 GiB
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            if is_start {
                open.push(long.len());
                long.push([at, 0]);
            } else if let Some(index) = open.pop()
                && let Some([start, end]) = long.get_mut(index)
            {
                *end = at.saturating_add(1);
                if at - *start < MIN_LONG {
                    long.truncate(index);
                }
            }
        }
        let length = text.len();
        Self { length, long }
    }

    /// Returns the length of the array or object at the start of the rest of the text, if it is long.
    fn length_of(&self, rest: &str) -> Option<usize> {
        let start = u32::try_from(self.length.checked_sub(rest.len())?).ok()?;
        let found = self.long.binary_search_by_key(&start, |[start, _]| *start);
        let [start, end] = self.long.get(found.ok()?)?;
        usize::try_from(end.checked_sub(*start)?).ok()
    }
}

/// Returns the offsets of the brackets and braces outside strings, and whether each opens.
fn brackets(text: &str) -> impl Iterator<Item = (usize, bool)> {
    let (mut is_string, mut is_escaped) = (false, false);
    text.bytes().enumerate().filter_map(move |(at, byte)| {
        match byte {
            b'\\' if is_string && !is_escaped => is_escaped = true,
            b'"' if !is_escaped => is_string = !is_string,
            b'[' | b'{' if !is_string => return Some((at, true)),
            b']' | b'}' if !is_string => return Some((at, false)),
            _ => is_escaped = false,
        }
        None
    })
}

/// Returns the length of the array or object at the start of a text.
fn container_length(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, is_start) in brackets(text) {
        depth = if is_start {
            depth + 1
        } else {
            depth.checked_sub(1)?
        };
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// Returns the length of the string at the start of a text.
fn string_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            // the escaped character
            _ => at += 2,
        }
    }
}

/// Returns the length of the number, boolean or null at the start of a text.
fn scalar_length(text: &str) -> usize {
    let is_end = |byte| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r');
    text.bytes().position(is_end).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the text of the items, and the names and values of the members.
    fn read(text: &str) -> Option<Vec<String>> {
        let (mut cursor, mut found) = (Cursor::new(text), Vec::new());
        let rest = |from: &str, to: &Cursor<'_>| from.strip_suffix(to.0).map(str::to_owned);
        match cursor.peek()? {
            b'[' => cursor.items(|cursor, index| {
                let start = cursor.0;
                cursor.skip()?;
                found.push(format!("{index}={}", rest(start, cursor)?.trim()));
                Some(())
            })?,
            b'{' => cursor.members(|cursor, name| {
                let start = cursor.0;
                cursor.skip()?;
                let (name, value) = (name.read()?, rest(start, cursor)?);
                found.push(format!("{name}={}", value.trim()));
                Some(())
            })?,
            _ => cursor.skip()?,
        }
        cursor.peek().is_none().then_some(found)
    }

    #[test]
    fn items_and_members_are_visited_in_order() {
        assert_eq!(
            read(" [ 1 ,\"a,]\\\"\",{\"x\":[]} , -1.5e3,null,[[],[1]]] ").unwrap(),
            [
                "0=1",
                "1=\"a,]\\\"\"",
                "2={\"x\":[]}",
                "3=-1.5e3",
                "4=null",
                "5=[[],[1]]"
            ]
        );
        assert_eq!(
            read("{\"a\" : 1, \"\\u0062\":{\"c\":true}\n,\"\":[0]}").unwrap(),
            ["a=1", "b={\"c\":true}", "=[0]"]
        );
        assert_eq!(read("[]").unwrap(), [""; 0]);
        assert_eq!(read(" { } ").unwrap(), [""; 0]);
        assert_eq!(read("7").unwrap(), [""; 0]);
    }

    #[test]
    fn escapes_and_brackets_in_strings_are_not_structure() {
        assert_eq!(
            read(r#"["\\","[{",["}\\"],"\\\"]"]"#).unwrap(),
            [r#"0="\\""#, r#"1="[{""#, r#"2=["}\\"]"#, r#"3="\\\"]""#]
        );
    }

    #[test]
    fn other_text_is_not_read() {
        for text in [
            "[1",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":1,}",
            "{1:1}",
            "[1}",
            "",
            "\"a",
            "[[]",
            "[\"]",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn long_value_is_skipped_at_once() {
        let item = |length: usize| format!("[{}]", "7".repeat(length - 2));
        for length in [2, 62, 63, 64, 65, 66, 1000] {
            let nested = format!(
                "[{}, {{\"a\\\"]\": {}}}, \"]\"]",
                item(length),
                item(length)
            );
            for text in [item(length), nested] {
                let whole = format!("[0, {text}, {text}]");
                let ends = Ends::of(&whole);
                for (start, _) in brackets(&whole).filter(|(_, is_start)| *is_start) {
                    let (mut slow, rest) = (Cursor::new(&whole[start..]), &whole[start..]);
                    let mut fast = slow;
                    slow.skip().unwrap();
                    fast.skip_by(&ends).unwrap();
                    assert_eq!(fast.0, slow.0, "{rest}");
                    let is_long = rest.len() - slow.0.len() > 64;
                    assert_eq!(ends.length_of(rest).is_some(), is_long, "{rest}");
                }
            }
        }
    }

    #[test]
    fn escapes_do_not_end_a_string() {
        for string in [
            r#""""#,
            r#""a""#,
            r#""\\""#,
            r#""\"""#,
            r#""\\\"]""#,
            r#""\u0061\n""#,
        ] {
            let text = format!("{string},1");
            let mut cursor = Cursor::new(&text);
            let read = cursor.string().unwrap().read().unwrap();
            assert_eq!(serde_json::from_str::<String>(string).unwrap(), read);
            assert_eq!(cursor.0, ",1", "{string}");
        }
        for text in ["\"", "\"\\", "\"\\\"", "\"a\\\\\\"] {
            assert!(Cursor::new(text).string().is_none(), "{text}");
        }
    }
}
