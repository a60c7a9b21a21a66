//! Parses the media types of a JSON body: `json = "application/vnd.example+json"`.

use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Token, bracketed};

use crate::diagnostics::Diagnostics;

const EXAMPLE: &str = "write `#[secure(json = \"application/vnd.example+json\")]`, or several in brackets: `json = [\"…\", \"…\"]`";

/// Parses `= "type"` or `= ["type", …]` after the word; returns the types without a mistake.
pub(super) fn parse(
    word: &Ident,
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
) -> syn::Result<Vec<String>> {
    if input.parse::<Option<Token![=]>>()?.is_none() {
        diagnostics.error(word.span(), "`json` has no media type", EXAMPLE);
        return Ok(Vec::new());
    }
    if !input.peek(syn::token::Bracket) {
        let one = [input.parse()?];
        return Ok(check(one.iter(), diagnostics));
    }
    let inside;
    let bracket = bracketed!(inside in input);
    let several = Punctuated::<LitStr, Token![,]>::parse_terminated(&inside)?;
    if several.is_empty() {
        diagnostics.error(bracket.span.join(), "`json` has no media type", EXAMPLE);
    }
    Ok(check(several.iter(), diagnostics))
}

fn check<'a>(
    texts: impl Iterator<Item = &'a LitStr>,
    diagnostics: &mut Diagnostics,
) -> Vec<String> {
    let mut types: Vec<String> = Vec::new();
    for text in texts {
        let value = text.value();
        if !is_json(&value) {
            let help = "write `application/json`, or a type such as `application/vnd.example+json`, in lower case and without parameters";
            let message = format_args!("`{value}` is not a media type of JSON");
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
    let suffix = subtype.strip_suffix("+json");
    let has_suffix = suffix.is_some_and(|name| !name.is_empty());
    is_name(kind) && is_name(subtype) && (has_suffix || text == "application/json")
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
}
