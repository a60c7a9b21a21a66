//! One entry of `X-Forwarded-For` or `Forwarded`: a node on the way of a request.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The header fields of a request contradict each other, or are malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) struct UnreliableFields;

/// A node ([RFC 7239 §6]).
///
/// [RFC 7239 §6]: https://www.rfc-editor.org/rfc/rfc7239#section-6
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// An address. The port is 0 if it is not known.
    Address(SocketAddr),
    /// `unknown`, or an identifier that begins with `_`.
    Hidden,
}

impl Node {
    /// Parses an address with an optional port, or the name of a hidden node.
    ///
    /// An IPv6 address is in brackets if a port follows. In `X-Forwarded-For`, it may be without brackets.
    pub(super) fn parse(text: &str, allows_bare_ipv6: bool) -> Result<Self, UnreliableFields> {
        if text.eq_ignore_ascii_case("unknown") || is_obfuscated(text) {
            return Ok(Self::Hidden);
        }
        if allows_bare_ipv6 && let Ok(address) = text.parse::<Ipv6Addr>() {
            return Ok(Self::new(IpAddr::V6(address), 0));
        }
        if let Some(rest) = text.strip_prefix('[') {
            let (address, port) = rest.split_once(']').ok_or(UnreliableFields)?;
            let address: Ipv6Addr = address.parse().map_err(|_| UnreliableFields)?;
            return Ok(Self::new(IpAddr::V6(address), parse_port(port)?));
        }
        let (address, port) = match text.find(':') {
            Some(colon) => text.split_at(colon),
            None => (text, ""),
        };
        if address.eq_ignore_ascii_case("unknown") || is_obfuscated(address) {
            parse_port(port)?;
            return Ok(Self::Hidden);
        }
        let address: Ipv4Addr = address.parse().map_err(|_| UnreliableFields)?;
        Ok(Self::new(IpAddr::V4(address), parse_port(port)?))
    }

    fn new(address: IpAddr, port: u16) -> Self {
        Self::Address(SocketAddr::new(address.to_canonical(), port))
    }
}

/// Parses nothing, `:` and a number, or `:` and an obfuscated port, which is 0.
fn parse_port(text: &str) -> Result<u16, UnreliableFields> {
    if text.is_empty() {
        return Ok(0);
    }
    let port = text.strip_prefix(':').ok_or(UnreliableFields)?;
    if is_obfuscated(port) {
        return Ok(0);
    }
    let is_number = (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| port.parse().ok()).flatten();
    number.ok_or(UnreliableFields)
}

fn is_obfuscated(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    text.strip_prefix('_')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_part))
}

/// Splits a list at its commas, from the last element to the first. Empty elements are ignored (RFC 9110 §5.6.1).
///
/// # Errors
///
/// Returns an error if a quoted string does not end.
pub(super) fn split(text: &str) -> Result<Vec<&str>, UnreliableFields> {
    let mut elements: Vec<&str> = split_outside_quotes(text, ',')?;
    elements.retain(|element| !element.is_empty());
    elements.reverse();
    Ok(elements)
}

/// Returns the node of the parameter `for` of an element of `Forwarded` ([RFC 7239 §4]). An element without it is of a
/// proxy that hides the node.
///
/// [RFC 7239 §4]: https://www.rfc-editor.org/rfc/rfc7239#section-4
pub(super) fn forwarded_for(element: &str) -> Result<Node, UnreliableFields> {
    let mut node = None;
    for pair in split_outside_quotes(element, ';')? {
        let (name, value) = pair.split_once('=').ok_or(UnreliableFields)?;
        let value = unquote(value)?;
        if !name.eq_ignore_ascii_case("for") {
            continue;
        }
        if node.replace(Node::parse(&value, false)?).is_some() {
            return Err(UnreliableFields);
        }
    }
    Ok(node.unwrap_or(Node::Hidden))
}

fn split_outside_quotes(text: &str, separator: char) -> Result<Vec<&str>, UnreliableFields> {
    let mut parts = Vec::new();
    let (mut start, mut is_quoted, mut is_escaped) = (0, false, false);
    for (index, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if character == separator && !is_quoted => {
                parts.push(
                    text.get(start..index)
                        .unwrap_or_default()
                        .trim_matches([' ', '\t']),
                );
                start = index + 1;
            }
            _ => {}
        }
    }
    if is_quoted {
        return Err(UnreliableFields);
    }
    parts.push(
        text.get(start..)
            .unwrap_or_default()
            .trim_matches([' ', '\t']),
    );
    Ok(parts)
}

/// Returns the value of a token or quoted string.
fn unquote(value: &str) -> Result<String, UnreliableFields> {
    let Some(rest) = value.strip_prefix('"') else {
        let is_token = !value.is_empty() && !value.contains(['"', ' ', '\t', '\\', '[', ']', ',']);
        return is_token.then(|| value.to_owned()).ok_or(UnreliableFields);
    };
    let inner = rest.strip_suffix('"').ok_or(UnreliableFields)?;
    let mut unquoted = String::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => unquoted.push(characters.next().ok_or(UnreliableFields)?),
            '"' => return Err(UnreliableFields),
            _ => unquoted.push(character),
        }
    }
    Ok(unquoted)
}
