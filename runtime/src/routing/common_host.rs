//! Hosts in the usual spelling, which need no parser.

use axum::http::header::HOST;
use axum::http::{Request, Version};

/// Returns whether a request names one host in the usual way, which needs no parser.
pub(super) fn names_common_host<B>(request: &Request<B>) -> bool {
    let mut fields = request.headers().get_all(HOST).iter();
    let uri = request.uri();
    match (fields.next(), fields.next(), uri.authority()) {
        (Some(field), None, None) => uri.scheme().is_none() && is_common(field.as_bytes()),
        (None, None, Some(target)) => {
            let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
            request.version() == Version::HTTP_2 && is_http && is_common(target.as_str().as_bytes())
        }
        _ => false,
    }
}

/// Returns whether a text is a name of letters, digits, `-` and `.`, perhaps with a port of at most four digits.
fn is_common(text: &[u8]) -> bool {
    let length = text.iter().take_while(|byte| is_of_name(**byte)).count();
    let (name, port) = text.split_at(length);
    let is_port = match port {
        [] => true,
        [b':', digits @ ..] => {
            matches!(digits.len(), 1..=4) && digits.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    };
    matches!(name.len(), 1..=253) && is_port
}

/// Returns whether a byte is a letter, a digit, `-` or `.`.
fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')
}

#[cfg(test)]
mod tests {
    use axum::http::uri::Authority;

    use super::*;

    /// Returns whether a text is a host for the parser, with or without a port.
    fn is_host(text: &str) -> bool {
        text.parse::<Authority>().is_ok_and(|authority| {
            let has_port = authority.host().len() < text.len();
            !authority.host().is_empty() && has_port == authority.port_u16().is_some()
        })
    }

    #[test]
    fn common_text_is_a_host_for_the_parser_too() {
        let mut texts = vec![String::new()];
        for _ in 0..5 {
            let longer = texts.iter().flat_map(|text| {
                let characters = ["a", "1", "-", ".", ":", "@", "[", " "];
                characters.map(|character| format!("{text}{character}"))
            });
            texts = longer.collect();
            for text in &texts {
                assert!(!is_common(text.as_bytes()) || is_host(text), "{text}");
            }
        }
        for (text, is_expected) in [
            ("api.example", true),
            ("api-1.example:8443", true),
            ("127.0.0.1:80", true),
            ("", false),
            (":80", false),
            ("api.example:", false),
            ("api.example:65536", false),
            ("[::1]:80", false),
            ("a:1:2", false),
            ("bücher.example", false),
        ] {
            assert_eq!(is_common(text.as_bytes()), is_expected, "{text}");
        }
    }
}
