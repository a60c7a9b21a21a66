//! Heads of parts, well-formed and not.

use super::*;

fn disposition(value: &str) -> Result<(String, Option<String>), &'static str> {
    let line = format!("Content-Disposition: {value}");
    read(line.as_bytes()).map(|head| (head.name.to_owned(), head.file_name.map(str::to_owned)))
}

#[test]
fn a_part_has_a_name_and_perhaps_a_file_name() {
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

/// What one reader takes for one name and another for the next: a filter in front is passed.
#[test]
fn a_disposition_that_could_be_read_in_two_ways_is_refused() {
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
        let refused = Err("has a part without a well-formed `Content-Disposition`");
        assert_eq!(disposition(value), refused, "{value}");
    }
}

const DISPOSITION: &str = "Content-Disposition: form-data; name=\"a\"";

fn beside(line: &str) -> Result<Option<String>, &'static str> {
    let head = format!("{DISPOSITION}\r\n{line}");
    read(head.as_bytes()).map(|head| head.media_type.map(str::to_owned))
}

#[test]
fn a_label_is_read_and_what_means_nothing_is_ignored() {
    let png = Ok(Some("image/png".to_owned()));
    assert_eq!(beside("Content-Type: image/png"), png);
    assert_eq!(beside("content-type:\timage/png \t"), png);
    for line in [
        "Content-Length: 7",
        "X-Anything:",
        "Content-Transfer-Encoding: binary",
        "Content-Transfer-Encoding: 8BIT",
        "content-encoding: identity",
    ] {
        assert_eq!(beside(line), Ok(None), "{line}");
    }
}

#[test]
fn a_second_label_is_refused() {
    let twice = Err("has a part that is labelled twice");
    assert_eq!(beside(DISPOSITION), twice);
    assert_eq!(
        beside("Content-Type: image/png\r\nContent-Type: image/png"),
        twice
    );
}

/// RFC 7578 §4.7.
#[test]
fn an_encoded_part_is_refused() {
    for line in [
        "Content-Transfer-Encoding: base64",
        "content-transfer-encoding: quoted-printable",
        "Content-Transfer-Encoding:",
        "Content-Encoding: gzip",
    ] {
        assert_eq!(beside(line), Err("has a part that is encoded"), "{line}");
    }
}

#[test]
fn a_malformed_line_is_refused() {
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
            beside(line),
            Err("has a part with a malformed head"),
            "{line:?}"
        );
    }
    let head = [DISPOSITION.as_bytes(), b"\r\nX: \xff"].concat();
    assert_eq!(read(&head), Err("has a part whose head is not UTF-8"));
}

#[test]
fn a_head_has_at_most_16_lines() {
    for (lines, fits) in [(15, true), (16, true), (17, false)] {
        let others = vec!["X: a"; lines - 1].join("\r\n");
        let expected = if fits {
            Ok(None)
        } else {
            Err("has a part whose head is too large")
        };
        assert_eq!(beside(&others), expected, "{lines}");
    }
}

#[test]
fn a_head_has_at_most_2_kib() {
    for (length, fits) in [
        (MAX_BYTES - 1, true),
        (MAX_BYTES, true),
        (MAX_BYTES + 1, false),
    ] {
        let line = format!(
            "X: {}",
            "x".repeat(length - DISPOSITION.len() - "\r\nX: ".len())
        );
        let expected = if fits {
            Ok(None)
        } else {
            Err("has a part whose head is too large")
        };
        assert_eq!(beside(&line), expected, "{length}");
    }
}
