//! Certificates with names, and malformed ones.

use super::*;

/// Returns a DER value.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut der = vec![tag];
    match u8::try_from(content.len()) {
        Ok(len) if len < 0x80 => der.push(len),
        _ => {
            der.push(0x82);
            der.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
        }
    }
    der.extend(content);
    der
}

/// Returns a certificate with a subject, the content of its `[3]`, and values after its signature.
fn certificate(subject: &[u8], extensions: &[u8], trailer: &[u8]) -> Vec<u8> {
    let empty = der(SEQUENCE, &[]);
    let fields = [
        &*der(VERSION, &[&der(0x02, &[&[2]])]),
        &der(0x02, &[&[1]]),
        &empty,
        &empty,
        &empty,
        subject,
        &empty,
        &der(EXTENSIONS, &[extensions]),
    ];
    let signature = der(0x03, &[&[0]]);
    der(
        SEQUENCE,
        &[&der(SEQUENCE, &fields), &empty, &signature, trailer],
    )
}

/// Returns the names of a certificate with the content of its `[3]`.
fn names(extensions: &[u8]) -> Option<Names> {
    Names::read(&certificate(&der(SEQUENCE, &[]), extensions, &[]))
}

fn extension(id: &[u8], names: &[&[u8]]) -> Vec<u8> {
    let names = der(OCTET_STRING, &[&der(SEQUENCE, names)]);
    der(SEQUENCE, &[&der(OBJECT_IDENTIFIER, &[id]), &names])
}

fn dns(name: &[u8]) -> Vec<u8> {
    der(0x82, &[name])
}

#[test]
fn alternative_names_are_those_of_their_extension() {
    let name = dns(b"a.example");
    let own = extension(SUBJECT_ALT_NAME, &[&name]);
    let id = der(OBJECT_IDENTIFIER, &[SUBJECT_ALT_NAME]);
    let value = der(OCTET_STRING, &[&der(SEQUENCE, &[&name])]);
    let critical = der(SEQUENCE, &[&id, &der(BOOLEAN, &[&[0xff]]), &value]);
    // `issuerAltName`, and identifiers that are almost the right one
    let others = [
        &[0x55, 0x1d, 0x12][..],
        &[0x55, 0x1d],
        &[0x55, 0x1d, 0x11, 1],
    ];
    let others = others.map(|id| extension(id, &[&name]));
    for (extensions, expected) in [
        (vec![&own], 1),
        (vec![&critical], 1),
        (vec![&others[0]], 0),
        (vec![&others[1]], 0),
        (vec![&others[2]], 0),
        (vec![&others[0], &own], 1),
        (vec![&own, &others[0]], 1),
        (vec![], 0),
    ] {
        let extensions: Vec<_> = extensions.into_iter().map(Vec::as_slice).collect();
        let names = names(&der(SEQUENCE, &extensions)).unwrap();
        assert_eq!(names.dns, vec!["a.example"; expected], "{extensions:x?}");
    }
}

#[test]
fn certificate_with_a_malformed_value_has_no_names() {
    let id = der(OBJECT_IDENTIFIER, &[SUBJECT_ALT_NAME]);
    let (null, text) = (der(0x05, &[]), der(0x0c, &[b"a"]));
    let list = der(SEQUENCE, &[&dns(b"a.example")]);
    let extension = extension(SUBJECT_ALT_NAME, &[&dns(b"a.example")]);
    let extensions = der(SEQUENCE, &[&extension]);
    assert!(names(&extensions).is_some());
    let of = |extension: &[u8]| der(SEQUENCE, &[extension]);
    let with_list = |list: &[u8]| of(&der(SEQUENCE, &[&id, &der(OCTET_STRING, &[list])]));
    assert!(names(&with_list(&list)).is_some());
    let with_name = |name: &[u8]| with_list(&der(SEQUENCE, &[name]));
    let value = der(OCTET_STRING, &[&list]);
    // the length 0x80 is the indefinite length of BER
    let indefinite = [&[0x82, 0x80][..], &[b'a'; 128]].concat();
    for (problem, malformed) in [
        (
            "value after the extensions",
            [extensions.clone(), null.clone()].concat(),
        ),
        (
            "value after the names of the extension",
            of(&der(SEQUENCE, &[&id, &value, &null])),
        ),
        (
            "value after the names",
            with_list(&[list.clone(), null.clone()].concat()),
        ),
        (
            "name that is not ASCII",
            with_name(&dns("\u{e9}.example".as_bytes())),
        ),
        ("name that is not UTF-8", with_name(&dns(b"\xff.example"))),
        (
            "email that is not ASCII",
            with_name(&der(0x81, &["\u{e9}@a".as_bytes()])),
        ),
        ("indefinite length", with_name(&indefinite)),
        (
            "extension without an identifier",
            of(&der(SEQUENCE, &[&value])),
        ),
        ("no extension", of(&text)),
    ] {
        assert!(names(&malformed).is_none(), "{problem}");
    }
    let subject = der(SEQUENCE, &[]);
    assert!(Names::read(&certificate(&subject, &extensions, &null)).is_none());
    let attribute = [der(OBJECT_IDENTIFIER, &[&[0x55, 4, 3]]), text.clone(), text].concat();
    let subject = der(SEQUENCE, &[&der(SET, &[&der(SEQUENCE, &[&attribute])])]);
    assert!(Names::read(&certificate(&subject, &extensions, &[])).is_none());
}

/// Returns the subject of a certificate with one attribute.
fn subject_with(id: &[u8], tag: u8, value: &[u8]) -> String {
    let attribute = [der(OBJECT_IDENTIFIER, &[id]), der(tag, &[value])].concat();
    let subject = der(SEQUENCE, &[&der(SET, &[&der(SEQUENCE, &[&attribute])])]);
    let names = Names::read(&certificate(&subject, &der(SEQUENCE, &[]), &[]));
    names.unwrap().subject
}

/// RFC 4514 §3.
#[test]
fn attribute_with_a_short_name_has_its_text() {
    let pilot = [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1];
    for (id, name) in [
        (vec![0x55, 4, 3], "CN"),
        (vec![0x55, 4, 6], "C"),
        (vec![0x55, 4, 7], "L"),
        (vec![0x55, 4, 8], "ST"),
        (vec![0x55, 4, 9], "STREET"),
        (vec![0x55, 4, 10], "O"),
        (vec![0x55, 4, 11], "OU"),
        ([&pilot[..], &[1]].concat(), "UID"),
        ([&pilot[..], &[25]].concat(), "DC"),
    ] {
        for tag in TEXTS {
            assert_eq!(subject_with(&id, tag, b"a,b"), format!("{name}=a\\,b"));
        }
        // not text: a `BMPString`, and bytes that are not UTF-8
        assert_eq!(subject_with(&id, 0x1e, b"\0a"), format!("{name}=#1e020061"));
        assert_eq!(subject_with(&id, 0x0c, b"\xff"), format!("{name}=#0c01ff"));
    }
}

/// Two attributes never have the same text.
#[test]
fn attribute_without_a_short_name_has_its_identifier() {
    let email = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];
    for (id, expected) in [
        (&[0x55, 4, 97][..], "2.5.4.97"),
        (&email, "1.2.840.113549.1.9.1"),
        (&[0x88, 0x37, 3], "2.999.3"),
        (&[0x78], "2.40"),
        (&[0x27], "0.39"),
        (&[0x28], "1.0"),
    ] {
        assert_eq!(subject_with(id, 0x16, b"a"), format!("{expected}=#160161"));
    }
}
