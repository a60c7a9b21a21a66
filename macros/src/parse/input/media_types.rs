//! Parses the media types of a body: `json = "application/vnd.example+json"`, `binary = "application/pdf"`.

use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Token, bracketed};

use crate::diagnostics::Diagnostics;

/// The media types that a type declares for each format of a body; empty if it declares none.
#[derive(Default)]
pub(crate) struct BodyTypes {
    pub(crate) json: Vec<String>,
    pub(crate) binary: Vec<String>,
}

/// A format of a body whose media types are declared.
pub(super) struct Format {
    missing: &'static str,
    example: &'static str,
    /// Returns the message and the help about a media type of another format.
    check: fn(&str) -> Option<(String, &'static str)>,
}

pub(super) const JSON: Format = Format {
    missing: "`json` has no media type",
    example: "write `#[secure(json = \"application/vnd.example+json\")]`, or several in brackets: `json = [\"…\", \"…\"]`",
    check: |value| {
        let help = "write `application/json`, or a type such as `application/vnd.example+json`, in lower case and without parameters";
        (!is_json(value)).then(|| (format!("`{value}` is not a media type of JSON"), help))
    },
};

pub(super) const BINARY: Format = Format {
    missing: "`binary` has no media type",
    example: "write `#[secure(binary = \"application/pdf\")]`, or several in brackets: `binary = [\"…\", \"…\"]`",
    check: |value| {
        if !is_media_type(value) {
            let help =
                "write a type such as `application/pdf`, in lower case and without parameters";
            return Some((format!("`{value}` is not a media type"), help));
        }
        let help = checked_by(value)?;
        let message = format!("`{value}` has an extractor that checks its content");
        Some((message, help))
    },
};

/// Parses `= "type"` or `= ["type", …]` after the word; returns the types without a mistake.
pub(super) fn parse(
    format: &Format,
    word: &Ident,
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
) -> syn::Result<Vec<String>> {
    if input.parse::<Option<Token![=]>>()?.is_none() {
        diagnostics.error(word.span(), format.missing, format.example);
        return Ok(Vec::new());
    }
    if !input.peek(syn::token::Bracket) {
        let one = [input.parse()?];
        return Ok(check(format, one.iter(), diagnostics));
    }
    let inside;
    let bracket = bracketed!(inside in input);
    let several = Punctuated::<LitStr, Token![,]>::parse_terminated(&inside)?;
    if several.is_empty() {
        diagnostics.error(bracket.span.join(), format.missing, format.example);
    }
    Ok(check(format, several.iter(), diagnostics))
}

fn check<'a>(
    format: &Format,
    texts: impl Iterator<Item = &'a LitStr>,
    diagnostics: &mut Diagnostics,
) -> Vec<String> {
    let mut types: Vec<String> = Vec::new();
    for text in texts {
        let value = text.value();
        if let Some((message, help)) = (format.check)(&value) {
            diagnostics.error(text.span(), message, help);
        } else if types.contains(&value) {
            diagnostics.error(
                text.span(),
                format_args!("duplicate media type `{value}`"),
                "remove one of the two",
            );
        } else {
            types.push(value);
        }
    }
    types
}

/// Returns whether a text is `application/json` or a media type with the suffix `+json` (RFC 6839 §3.1).
fn is_json(text: &str) -> bool {
    let suffix = text
        .split_once('/')
        .and_then(|(_, subtype)| subtype.strip_suffix("+json"));
    let has_suffix = suffix.is_some_and(|name| !name.is_empty());
    is_media_type(text) && (has_suffix || text == "application/json")
}

/// Returns the extractor for bodies of a media type, if there is one that checks the content.
///
/// A body of bytes would reach the handler without that check.
fn checked_by(text: &str) -> Option<&'static str> {
    if is_json(text) {
        Some("use `Valid<Json<…>>`, with `json = …` instead of `binary = …`")
    } else if text == "application/x-www-form-urlencoded" {
        Some("use `Valid<Form<…>>`")
    } else if text.starts_with("multipart/") {
        Some("use `Valid<Multipart<…>>`, whose media type has a boundary")
    } else {
        None
    }
}

/// Returns whether a text is `type/subtype`, in lower case and without parameters.
fn is_media_type(text: &str) -> bool {
    let Some((kind, subtype)) = text.split_once('/') else {
        return false;
    };
    // the names that can be registered: RFC 6838 §4.2
    let is_name = |name: &str| {
        name.len() <= 127
            && name.starts_with(|first: char| is_alphanumeric(first))
            && name
                .chars()
                .all(|next| is_alphanumeric(next) || "!#$&-^_.+".contains(next))
    };
    is_name(kind) && is_name(subtype)
}

fn is_alphanumeric(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_type_of_json_has_its_suffix() {
        for text in [
            "application/json",
            "application/vnd.acme.order+json",
            "application/vnd.acme.order-v1.2+json",
            "model/gltf+json",
            "application/a+b+json",
        ] {
            assert!(is_json(text), "{text}");
        }
        for text in [
            "",
            "json",
            "+json",
            "application/",
            "application/+json",
            "/a+json",
            "text/json",
            "application/xml",
            "application/vnd.acme.order",
            "application/jsonp",
            "application/json; charset=utf-8",
            "application/Vnd.acme+json",
            "application/*+json",
            "application/a b+json",
            "application/a/b+json",
            " application/json",
            "application/a,b+json",
        ] {
            assert!(!is_json(text), "{text}");
        }
        let long = |length: usize| format!("application/{}+json", "a".repeat(length));
        assert!(is_json(&long(122)));
        assert!(!is_json(&long(123)));
    }

    #[test]
    fn media_type_of_bytes_has_no_extractor_that_checks_its_content() {
        let is_rejected = |text| (BINARY.check)(text).is_some();
        for text in [
            "application/pdf",
            "application/octet-stream",
            "image/svg+xml",
            "text/csv",
            "text/plain",
            "application/x-ndjson",
            "application/json-seq",
        ] {
            assert!(!is_rejected(text), "{text}");
        }
        for text in [
            "",
            "pdf",
            "*/*",
            "image/*",
            "Application/PDF",
            "application/pdf; version=1.7",
            "application/pdf,image/png",
            "application/json",
            "application/problem+json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/mixed",
        ] {
            assert!(is_rejected(text), "{text}");
        }
    }
}
