//! Texts that may be open redirects: each kind of prefix, host and suffix, in each encoding.

/// The parts of prefixes: delimiters, what parsers read as delimiters, and what they remove.
const PARTS: [&str; 56] = [
    "",
    "/",
    "\\",
    "a",
    "a/",
    ".",
    "..",
    "./",
    "../",
    ";",
    "..;/",
    "~",
    "@",
    ":",
    "?",
    "#",
    "*",
    "https:",
    "https://",
    "HtTp:",
    "javascript:",
    "data:",
    "blob:https://",
    "app.example",
    "app.example@",
    "app.example:443@",
    "user:pass@",
    // removed, or read as the end
    " ",
    "\t",
    "\n",
    "\r",
    "\0",
    "\u{b}",
    "\u{7f}",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{2028}",
    "\u{feff}",
    // look-alikes of delimiters, and letters that are two delimiters after normalization
    "\u{ff0f}",
    "\u{2215}",
    "\u{2044}",
    "\u{29f8}",
    "\u{ff3c}",
    "\u{ff0e}",
    "\u{3002}",
    "\u{ff1a}",
    "\u{ff20}",
    "\u{ff1f}",
    "\u{ff03}",
    "\u{2100}",
    "\u{2105}",
    // not UTF-8, or longer than necessary
    "%c0%af",
    "%e0%80%af",
    "%u002f",
    "%",
];

/// The ends: hosts, and pages with a host in their query.
const ENDS: [&str; 8] = [
    "evil.example",
    "evil.example/%2e%2e",
    "user:pass@evil.example:8443/",
    "evil\u{3002}example",
    "b\u{fc}cher.example",
    "xn--bcher-kva.example",
    "[::1]/",
    "2130706433?next=//evil.example",
];

/// The encodings of a prefix.
const ENCODINGS: [fn(&str) -> String; 5] = [
    str::to_owned,
    |text| encode(text, |byte| !byte.is_ascii_alphanumeric(), "%"),
    |text| encode(text, |byte| !byte.is_ascii_alphanumeric(), "%25"),
    |text| encode(text, |byte| byte == b'/' || byte == b'\\', "%"),
    |text| encode(text, |byte| byte != b'/', "%"),
];

/// Percent-encodes the bytes for which a condition is true.
fn encode(text: &str, is_encoded: fn(u8) -> bool, percent: &str) -> String {
    let encode = |byte| match byte {
        byte if is_encoded(byte) => format!("{percent}{byte:02x}").into_bytes(),
        byte => vec![byte],
    };
    let encoded: Vec<u8> = text.bytes().flat_map(encode).collect();
    String::from_utf8_lossy(&encoded).into_owned()
}

/// Returns the texts: two parts, encoded, before and after a slash, and an end.
pub(crate) fn texts() -> impl Iterator<Item = String> {
    let pairs = PARTS
        .into_iter()
        .flat_map(|first| PARTS.map(|second| [first, second].concat()));
    let encoded = pairs.flat_map(|pair| ENCODINGS.map(|encode| encode(&pair)));
    let prefixes = encoded.flat_map(|prefix| [format!("/{prefix}"), format!("{prefix}/"), prefix]);
    prefixes.flat_map(|prefix| ENDS.map(|end| [prefix.as_str(), end].concat()))
}
