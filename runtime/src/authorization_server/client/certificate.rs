//! The names in an X.509 certificate (RFC 5280 §4), which the listener has verified.

use crate::text::hexadecimal;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_IDENTIFIER: u8 = 0x06;
const OCTET_STRING: u8 = 0x04;
const BOOLEAN: u8 = 0x01;
/// `[0] EXPLICIT`, the version.
const VERSION: u8 = 0xa0;
/// `[3] EXPLICIT`, the extensions.
const EXTENSIONS: u8 = 0xa3;

/// The extension `subjectAltName`, 2.5.29.17.
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];

/// The strings that are text: `UTF8String`, `PrintableString` and `IA5String`.
const TEXTS: [u8; 3] = [0x0c, 0x13, 0x16];

/// The attributes with a short name (RFC 4514 §3).
const SHORT_NAMES: [(&[u8], &str); 9] = [
    (&[0x55, 4, 3], "CN"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 8], "ST"),
    (&[0x55, 4, 10], "O"),
    (&[0x55, 4, 11], "OU"),
    (&[0x55, 4, 6], "C"),
    (&[0x55, 4, 9], "STREET"),
    (
        &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25],
        "DC",
    ),
    (
        &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1],
        "UID",
    ),
];

/// The names of a certificate.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The subject in the form of RFC 4514.
    pub(super) subject: String,
    pub(super) dns: Vec<String>,
    pub(super) uris: Vec<String>,
    pub(super) emails: Vec<String>,
    pub(super) ips: Vec<Vec<u8>>,
}

impl Names {
    /// Reads the names of a certificate in DER; returns `None` if it is malformed.
    pub(super) fn read(certificate: &[u8]) -> Option<Self> {
        let mut outer = Der(certificate);
        let mut certificate = Der(outer.expect(SEQUENCE)?);
        outer.end()?;
        let mut fields = Der(certificate.expect(SEQUENCE)?);
        // the signature algorithm and the signature
        certificate.expect(SEQUENCE)?;
        certificate.next()?;
        certificate.end()?;
        fields.optional(VERSION)?;
        // the serial number, the signature algorithm, the issuer and the validity
        for _ in 0..4 {
            fields.next()?;
        }
        let subject = fields.expect(SEQUENCE)?;
        let mut names = Self {
            subject: subject_text(subject)?,
            ..Self::default()
        };
        while !fields.is_empty() {
            let (tag, content) = fields.next()?;
            if tag == EXTENSIONS {
                let mut wrapper = Der(content);
                let mut extensions = Der(wrapper.expect(SEQUENCE)?);
                wrapper.end()?;
                while !extensions.is_empty() {
                    names.read_extension(extensions.expect(SEQUENCE)?)?;
                }
            }
        }
        Some(names)
    }

    fn read_extension(&mut self, extension: &[u8]) -> Option<()> {
        let mut fields = Der(extension);
        let id = fields.expect(OBJECT_IDENTIFIER)?;
        fields.optional(BOOLEAN)?;
        let value = fields.expect(OCTET_STRING)?;
        fields.end()?;
        if id != SUBJECT_ALT_NAME {
            return Some(());
        }
        let mut outer = Der(value);
        let mut names = Der(outer.expect(SEQUENCE)?);
        outer.end()?;
        while !names.is_empty() {
            let (tag, content) = names.next()?;
            let text = || {
                let text = std::str::from_utf8(content).ok();
                text.filter(|text| text.is_ascii()).map(str::to_owned)
            };
            match tag {
                0x81 => self.emails.push(text()?),
                0x82 => self.dns.push(text()?),
                0x86 => self.uris.push(text()?),
                0x87 => self.ips.push(content.to_vec()),
                _ => {}
            }
        }
        Some(())
    }
}

/// Returns a name in the form of RFC 4514, the last attribute first.
fn subject_text(name: &[u8]) -> Option<String> {
    let mut parts = Der(name);
    let mut texts = Vec::new();
    while !parts.is_empty() {
        let mut attributes = Der(parts.expect(SET)?);
        let mut values = Vec::new();
        while !attributes.is_empty() {
            values.push(attribute_text(attributes.expect(SEQUENCE)?)?);
        }
        texts.push(values.join("+"));
    }
    texts.reverse();
    Some(texts.join(","))
}

fn attribute_text(attribute: &[u8]) -> Option<String> {
    let mut fields = Der(attribute);
    let id = fields.expect(OBJECT_IDENTIFIER)?;
    let encoded = fields.0;
    let (tag, value) = fields.next()?;
    fields.end()?;
    let short = SHORT_NAMES.iter().find(|(own, _)| *own == id);
    let text = TEXTS
        .contains(&tag)
        .then(|| std::str::from_utf8(value).ok());
    match (short, text.flatten()) {
        (Some((_, name)), Some(text)) => Some(format!("{name}={}", escaped(text))),
        (short, _) => {
            let name = short.map(|(_, name)| (*name).to_owned());
            let name = name.or_else(|| dotted(id))?;
            Some(format!("{name}=#{}", hexadecimal(encoded)))
        }
    }
}

/// Escapes a value (RFC 4514 §2.4).
fn escaped(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut text = String::with_capacity(value.len());
    for (index, character) in value.chars().enumerate() {
        let is_special = match character {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => true,
            ' ' => index == 0 || index == last,
            '#' => index == 0,
            _ => false,
        };
        if is_special {
            text.push('\\');
        }
        match character {
            '\0' => text.push_str("\\00"),
            _ => text.push(character),
        }
    }
    text
}

/// Returns an object identifier in its dotted form.
fn dotted(id: &[u8]) -> Option<String> {
    let mut numbers: Vec<u64> = Vec::new();
    let mut number: u64 = 0;
    for byte in id {
        number = number
            .checked_mul(128)?
            .checked_add(u64::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            if numbers.is_empty() {
                let first = (number / 40).min(2);
                numbers.push(first);
                number -= first * 40;
            }
            numbers.push(number);
            number = 0;
        }
    }
    let numbers: Vec<_> = numbers.iter().map(u64::to_string).collect();
    Some(numbers.join("."))
}

/// Values in DER (X.690), one after the other.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// Returns the tag and the content of the next value; `None` if it is malformed or missing.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        // a length of 128 or more follows in one to three bytes; names have no tags of several bytes
        let (len, rest) = match *first {
            len if len < 0x80 => (usize::from(len), rest),
            count @ 0x81..=0x83 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(count & 0x7f))?;
                let len = bytes
                    .iter()
                    .fold(0, |len, byte| len << 8 | usize::from(*byte));
                (len, rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(len)?;
        self.0 = rest;
        Some((*tag, content))
    }

    fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, content) = self.next()?;
        (found == tag).then_some(content)
    }

    /// Skips a value with this tag.
    fn optional(&mut self, tag: u8) -> Option<()> {
        if self.0.first() == Some(&tag) {
            self.next()?;
        }
        Some(())
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn end(&self) -> Option<()> {
        self.is_empty().then_some(())
    }
}

#[cfg(test)]
mod tests;
