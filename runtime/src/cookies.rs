//! The pairs of the `Cookie` fields (RFC 6265 §4.2.1).

use http::HeaderMap;
use http::header::COOKIE;

/// Returns the name and the value of each cookie, in the order of the request.
///
/// HTTP/2 sends several fields (RFC 9113 §8.2.3). Whitespace around a name belongs to no name, so that a second spelling does
/// not hide a duplicate; quotes and whitespace at the start of a value belong to the value. Text without `=` is no cookie.
/// The bytes are not checked: other applications of the host set cookies, too.
pub(crate) fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    let fields = headers.get_all(COOKIE).iter();
    let pairs = fields.flat_map(|field| field.as_bytes().split(|byte| *byte == b';'));
    pairs.filter_map(pair)
}

fn pair(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii();
    let equals = text.iter().position(|byte| *byte == b'=')?;
    let (name, value) = text.split_at_checked(equals)?;
    Some((name.trim_ascii_end(), value.get(1..)?))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(fields: &[&[u8]]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let field = |field: &&[u8]| (COOKIE, HeaderValue::from_bytes(field).unwrap());
        let headers: HeaderMap = fields.iter().map(field).collect();
        let pairs = pairs(&headers);
        pairs
            .map(|(name, value)| (name.to_vec(), value.to_vec()))
            .collect()
    }

    #[test]
    fn cookies_are_split_into_names_and_values() {
        for (field, expected) in [
            ("a=1", "a:1"),
            ("a=1; b=2", "a:1 b:2"),
            ("a=1;b=2", "a:1 b:2"),
            (" a=1 ;\tb=2\t", "a:1 b:2"),
            ("a=1; a=2", "a:1 a:2"),
            ("a=b=c==", "a:b=c=="),
            ("A=1; a=2", "A:1 a:2"),
        ] {
            let pairs = read(&[field.as_bytes()]).into_iter();
            let text = |bytes| String::from_utf8(bytes).unwrap();
            let pairs = pairs.map(|(name, value)| format!("{}:{}", text(name), text(value)));
            assert_eq!(pairs.collect::<Vec<_>>().join(" "), expected, "{field}");
        }
    }

    #[test]
    fn cookies_of_all_fields_are_found_in_order() {
        let pairs = read(&[b"a=1; b=2", b"", b"c=3", b"a=4"]);
        let names: Vec<_> = pairs.iter().map(|(name, _)| name.as_slice()).collect();
        assert_eq!(names, [b"a", b"b", b"c", b"a"]);
        assert_eq!(read(&[]), []);
    }

    #[test]
    fn empty_names_and_values_are_pairs_and_text_without_an_equals_sign_is_not() {
        let pair = |name: &[u8], value: &[u8]| (name.to_vec(), value.to_vec());
        assert_eq!(read(&[b"a="]), [pair(b"a", b"")]);
        assert_eq!(read(&[b"=; =1"]), [pair(b"", b""), pair(b"", b"1")]);
        assert_eq!(read(&[b"a; ; ;;b=2;"]), [pair(b"b", b"2")]);
    }

    #[test]
    fn quotes_and_leading_whitespace_belong_to_the_value() {
        let value = |field: &[u8]| read(&[field]).pop().unwrap().1;
        assert_eq!(value(b"a=\"1\""), b"\"1\"");
        assert_eq!(value(b"a=\"1"), b"\"1");
        assert_eq!(value(b"a= 1"), b" 1");
        // a quote does not protect a semicolon
        assert_eq!(read(&[b"a=\"1;b=2\""]).len(), 2);
    }

    /// `session =x` must count as a second `session`.
    #[test]
    fn whitespace_around_a_name_is_removed() {
        for field in [&b"a =1"[..], b"a\t=1", b"  a  =1"] {
            assert_eq!(read(&[field]), [(b"a".to_vec(), b"1".to_vec())]);
        }
        assert_eq!(read(&[b"a b=1"]), [(b"a b".to_vec(), b"1".to_vec())]);
    }

    #[test]
    fn bytes_beyond_ascii_are_kept() {
        assert_eq!(
            read(&[b"\xff=\xc3\xa9; a=1"]),
            [
                (b"\xff".to_vec(), b"\xc3\xa9".to_vec()),
                (b"a".to_vec(), b"1".to_vec())
            ]
        );
    }
}
