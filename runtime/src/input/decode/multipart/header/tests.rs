//! Valid and malformed headers of parts.

use super::*;

fn disposition(value: &str) -> Result<(String, Option<String>), &'static str> {
    let line = format!("Content-Disposition: {value}");
    read(line.as_bytes()).map(|header| {
        let file_name = header.file_name.map(str::to_owned);
        (header.name.to_owned(), file_name)
    })
}

#[test]
fn name_and_file_name_are_read() {
    let named = |name: &str, file: Option<&str>| Ok((name.to_owned(), file.map(str::to_owned)));
    for (value, name, file) in [
        ("form-data; name=\"a\"", "a", None),
        ("form-data; name=a", "a", None),
        ("Form-Data ; name=\"a b\"", "a b", None),
        (
            "form-data;name=\"a\";filename=\"b;c=d.png\"",
            "a",
            Some("b;c=d.png"),
        ),
        (
            "form-data; filename=\"é.png\" ; name=\"a\"",
            "a",
            Some("é.png"),
        ),
        ("form-data; name=\"\"; filename=\"\"", "", Some("")),
        (
            "form-data; name=\"a\"; filename=\"x%22y\"",
            "a",
            Some("x%22y"),
        ),
        // .NET's `HttpClient`
        (
            "form-data; name=a; filename=\"b c.png\"; filename*=utf-8''b%20c.png",
            "a",
            Some("b c.png"),
        ),
    ] {
        assert_eq!(disposition(value), named(name, file), "{value}");
    }
}

/// Parsers read such a disposition in different ways, which bypasses filters in front of the API.
#[test]
fn ambiguous_disposition_is_rejected() {
    for value in [
        "",
        "form-data",
        "form-data;",
        "form-data; filename=\"a\"",
        "attachment; name=\"a\"",
        "form-data name=\"a\"",
        "form-data; name=\"a\";",
        "form-data; name=\"a\"; name=\"b\"",
        "form-data; NAME=\"a\"",
        "form-data; name=\"a\"; Name=\"b\"",
        "form-data; name=\"a\"; fileName=\"b\"",
        "form-data; name=\"a\"; filename=\"b\"; filename=\"c\"",
        "form-data; name=\"a\"; filename*=UTF-8''b",
        "form-data; name=\"a\"; filename*=UTF-8''",
        "form-data; name=\"a\"; filename=\"b\"; filename*=UTF-8''c",
        "form-data; name=\"a\"; filename=\"b\"; filename*=UTF-8''",
        "form-data; name=\"a\"; filename=\"b\"; filename*=UTF-8'en'b",
        "form-data; name=\"a\"; filename=\"b\"; filename*=ISO-8859-1''b",
        "form-data; name=\"a\"; filename=\"b\"; filename*=b",
        "form-data; name=\"a\"; filename=\"b\"; filename*=\"UTF-8''b\"; filename*=\"UTF-8''b\"",
        "form-data; name*=UTF-8''a",
        "form-data; name=\"a\"; size=3",
        "form-data; name=\"a\\\"; filename=\\\"b\"",
        "form-data; name=\"a\\b\"",
        "form-data; name=\"a",
        "form-data; name=a\"b\"",
        "form-data; name=\"a\"b",
        "form-data; name=\"a\" filename=\"b\"",
        "form-data; name=",
        "form-data; name",
        "form-data; name = \"a\"",
        "form-data; name='a b'",
        "form-data; name=a/b",
    ] {
        let rejected = Err("has a part without a valid `Content-Disposition`");
        assert_eq!(disposition(value), rejected, "{value}");
    }
}

const DISPOSITION: &str = "Content-Disposition: form-data; name=\"a\"";

fn media_type_with(line: &str) -> Result<Option<String>, &'static str> {
    let header = format!("{DISPOSITION}\r\n{line}");
    read(header.as_bytes()).map(|header| header.media_type.map(str::to_owned))
}

#[test]
fn content_type_is_read_and_unused_field_is_ignored() {
    let png = Ok(Some("image/png".to_owned()));
    assert_eq!(media_type_with("Content-Type: image/png"), png);
    assert_eq!(media_type_with("content-type:\timage/png \t"), png);
    for line in [
        "Content-Length: 7",
        "X-Anything:",
        "Content-Transfer-Encoding: binary",
        "Content-Transfer-Encoding: 8BIT",
        "content-encoding: identity",
    ] {
        assert_eq!(media_type_with(line), Ok(None), "{line}");
    }
}

#[test]
fn duplicate_field_is_rejected() {
    let duplicate = Err("has a part with a duplicate header field");
    assert_eq!(media_type_with(DISPOSITION), duplicate);
    assert_eq!(
        media_type_with("Content-Type: image/png\r\nContent-Type: image/png"),
        duplicate
    );
}

/// RFC 7578 §4.7.
#[test]
fn encoded_part_is_rejected() {
    for line in [
        "Content-Transfer-Encoding: base64",
        "content-transfer-encoding: quoted-printable",
        "Content-Transfer-Encoding:",
        "Content-Encoding: gzip",
    ] {
        assert_eq!(
            media_type_with(line),
            Err("has a part with a content encoding"),
            "{line}"
        );
    }
}

#[test]
fn malformed_line_is_rejected() {
    for line in [
        "",
        "Content-Type",
        ": image/png",
        "Content Type: image/png",
        "Content-Type : image/png",
        " folded: line",
        "X: a\n",
        "X: a\rContent-Type: image/png",
        "X: \0",
        "X: \u{7f}",
    ] {
        assert_eq!(
            media_type_with(line),
            Err("has a part with a malformed header"),
            "{line:?}"
        );
    }
    let header = [DISPOSITION.as_bytes(), b"\r\nX: \xff"].concat();
    assert_eq!(
        read(&header),
        Err("has a part whose header is not valid UTF-8")
    );
}

#[test]
fn header_over_16_lines_is_rejected() {
    for (lines, is_valid) in [(15, true), (16, true), (17, false)] {
        let others = vec!["X: a"; lines - 1].join("\r\n");
        let expected = if is_valid {
            Ok(None)
        } else {
            Err("has a part whose header is too large")
        };
        assert_eq!(media_type_with(&others), expected, "{lines}");
    }
}

#[test]
fn header_over_2_kib_is_rejected() {
    for (length, is_valid) in [
        (MAX_BYTES - 1, true),
        (MAX_BYTES, true),
        (MAX_BYTES + 1, false),
    ] {
        let line = format!(
            "X: {}",
            "x".repeat(length - DISPOSITION.len() - "\r\nX: ".len())
        );
        let expected = if is_valid {
            Ok(None)
        } else {
            Err("has a part whose header is too large")
        };
        assert_eq!(media_type_with(&line), expected, "{length}");
    }
}
