//! Describes what is wrong with a JSON text of an issuer, for the operator.

use serde_json::Error;

/// Describes why a JSON text could not be read, without quoting its values.
pub(crate) fn describe(json: &[u8], error: &Error) -> String {
    let known = match json {
        [0xEF, 0xBB, 0xBF, ..] => "it starts with a byte order mark (RFC 8259 §8.1)",
        [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] => "it is UTF-16, not UTF-8",
        [0x1F, 0x8B, ..] => "it is compressed with gzip",
        _ => match json.trim_ascii_start() {
            [] => "it is empty",
            [b'<', ..] => "it is HTML or XML, not JSON",
            _ if error.is_eof() => "it is truncated",
            [first, ..] if error.is_data() && *first != b'{' => "it is not a JSON object",
            _ => return error.to_string(),
        },
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn mistake_is_described_without_values() {
        for (text, expected) in [
            (&b"\xEF\xBB\xBF{}"[..], "byte order mark"),
            (b"\xFF\xFE{\0}\0", "UTF-16"),
            (b"\xFE\xFF\0{\0}", "UTF-16"),
            (b"\x1F\x8B\x08", "gzip"),
            (b"", "empty"),
            (b" \n", "empty"),
            (b"<!doctype html>", "HTML"),
            (b" \r\n<?xml?>", "XML"),
            (b"{\"a\":\"secret", "truncated"),
            (b"{\"a\":1", "truncated"),
            (b"{\"a\":1,\"a\":\"secret\"}", "duplicate member \"a\""),
            (b"{\"x\":{\"a\":1,\"\\u0061\":2}}", "duplicate member \"a\""),
            (b"{}secret", "trailing characters"),
            (b"secret", "expected value"),
            (b"\"\xFF\"", "invalid unicode"),
            (b"{\"a\":1e999}", "number out of range"),
            (b"[1,{\"a\":1,\"a\":2}]", "not a JSON object"),
        ] {
            let error = json::parse(text).unwrap_err();
            let description = describe(text, &error);
            assert!(description.contains(expected), "{description}");
            assert!(!description.contains("secret"), "{description}");
        }
        let deep = "{\"a\":".repeat(33);
        let error = json::parse(deep.as_bytes()).unwrap_err();
        assert!(describe(deep.as_bytes(), &error).contains("nested too deeply"));
    }
}
