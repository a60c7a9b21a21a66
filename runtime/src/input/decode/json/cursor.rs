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
            b'[' | b'{' | b'"' => delimited_length(self.0)?,
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

    /// Reads a string.
    pub(super) fn string(&mut self) -> Option<Cow<'t, str>> {
        if self.peek()? != b'"' {
            return None;
        }
        let (string, rest) = self.0.split_at_checked(delimited_length(self.0)?)?;
        self.0 = rest;
        if string.contains('\\') {
            return serde_json::from_str(string).ok().map(Cow::Owned);
        }
        let content = string.strip_prefix('"')?.strip_suffix('"')?;
        Some(Cow::Borrowed(content))
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
        mut read: impl FnMut(&mut Self, Cow<'t, str>) -> Option<()>,
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

/// Returns the length of the string, array or object at the start of a text.
fn delimited_length(text: &str) -> Option<usize> {
    let (mut depth, mut is_string, mut is_escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\\' if is_string && !is_escaped => is_escaped = true,
            b'"' if !is_escaped => is_string = !is_string,
            b'[' | b'{' if !is_string => depth += 1,
            b']' | b'}' if !is_string => depth = depth.checked_sub(1)?,
            _ => is_escaped = false,
        }
        if depth == 0 && !is_string {
            return Some(at + 1);
        }
    }
    None
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
                found.push(format!("{name}={}", rest(start, cursor)?.trim()));
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
}
