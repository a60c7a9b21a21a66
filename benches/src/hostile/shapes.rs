//! The shapes of hostile bodies, and the valid bodies that they are compared with.

use axum::body::Bytes;

/// A body, and the handler that gets it.
pub(crate) struct Input {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    pub(crate) media_type: &'static str,
    pub(crate) body: Bytes,
    pub(crate) is_valid: bool,
}

/// A hostile body of any size.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) path: &'static str,
    pub(crate) body: fn(usize) -> String,
}

/// The format of a body.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Json,
    Form,
    Multipart,
    /// A multipart form of many parts.
    Parts,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Json, Self::Form, Self::Multipart, Self::Parts];

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
            Self::Multipart | Self::Parts => "multipart/form-data; boundary=b",
        }
    }

    /// Returns the largest size of a valid body: the longest text of a type has 1 MiB.
    pub(crate) fn max_size(self) -> usize {
        match self {
            Self::Json => usize::MAX,
            Self::Form | Self::Multipart | Self::Parts => 1 << 20,
        }
    }

    pub(crate) fn valid_name(self) -> &'static str {
        match self {
            Self::Json => "valid JSON: a list of orders",
            Self::Form => "valid form: a long text",
            Self::Multipart => "valid multipart form: a long text",
            Self::Parts => "valid multipart form: 1000 parts",
        }
    }

    fn valid_path(self) -> &'static str {
        match self {
            Self::Json => "/orders",
            Self::Form => "/form",
            Self::Multipart => "/multipart",
            Self::Parts => "/parts",
        }
    }
}

/// Returns a valid body of about `size` bytes.
pub(crate) fn valid(kind: Kind, size: usize) -> Input {
    let body = match kind {
        Kind::Json => format!(
            "{{\"orders\":[{}{ORDER}]}}",
            repeated(&format!("{ORDER},"), size)
        ),
        Kind::Form => format!("text={}", repeated(TEXT, size)),
        Kind::Multipart => text_part("text", &repeated(TEXT, size)) + "--b--\r\n",
        Kind::Parts => many_parts(size) + "--b--\r\n",
    };
    Input {
        name: kind.valid_name(),
        path: kind.valid_path(),
        media_type: kind.media_type(),
        body: body.into(),
        is_valid: true,
    }
}

const ORDER: &str = r#"{"customer":"Aroha Tāmaki","reference":"PO-2026-1183","quantity":12,"gift":false,"note":"Leave it with the neighbor.","tags":["express","fragile"]}"#;

const TEXT: &str = "Leave+it+with+the+neighbor+if+there+is+no+answer%2e+";

type Named = (&'static str, fn(usize) -> String);

/// Returns every hostile shape.
pub(crate) fn hostile() -> Vec<Shape> {
    let mut shapes = Vec::new();
    let mut add = |kind, path, named: &[Named]| {
        shapes.extend(named.iter().map(|(name, body)| Shape {
            name,
            kind,
            path,
            body: *body,
        }));
    };
    add(Kind::Json, "/lists", LISTS);
    add(Kind::Json, "/lists", MEMBERS);
    add(Kind::Json, "/lists", TEXTS);
    add(Kind::Json, "/deep", DEEP);
    add(Kind::Form, "/form", FORMS);
    add(Kind::Multipart, "/multipart", MULTIPART);
    add(Kind::Parts, "/parts", PARTS);
    shapes
}

const LISTS: &[Named] = &[
    ("empty strings in a list of at most 10", |size| {
        list("tags", "\"\"", size)
    }),
    ("zeros in a list of at most 10", |size| {
        list("bytes", "0", size)
    }),
    ("empty objects in a list of at most 10", |size| {
        list("nodes", "{}", size)
    }),
    ("nested options in a list of at most 10", |size| {
        list("nodes", "{\"next\":{\"next\":{}}}", size)
    }),
    ("empty lists in a list of at most 10", |size| {
        list("nested", "[]", size)
    }),
    ("unknown list of nulls", |size| {
        list("unknown", "null", size)
    }),
    ("long list in an internally tagged enum", |size| {
        let items = repeated("0,", size);
        format!("{{\"events\":[{{\"items\":[{items}0],\"type\":\"Batch\"}}]}}")
    }),
    ("long list in an adjacently tagged enum", |size| {
        let items = repeated("0,", size);
        format!("{{\"adjacent\":[{{\"content\":{{\"items\":[{items}0]}},\"type\":\"Batch\"}}]}}")
    }),
    (
        "allowed number of strings, each breaks three rules",
        |size| list("many", "\"aaaaaaaaaaaaaaaaaaaaaaaa\"", size),
    ),
];

const MEMBERS: &[Named] = &[
    ("unknown members", |size| {
        format!(
            "{{{}\"text\":\"\"}}",
            numbered(size, |n| format!("\"{n:x}\":0,"))
        )
    }),
    ("members of an unknown object", |size| {
        let members = numbered(size, |n| format!("\"{n:x}\":0,"));
        format!("{{\"unknown\":{{{members}\"last\":0}}}}")
    }),
    ("map of at most 10", |size| {
        let members = numbered(size, |n| format!("\"{n:x}\":0,"));
        format!("{{\"counts\":{{{members}\"last\":0}}}}")
    }),
    ("map of at most 10, escaped names", |size| {
        let members = numbered(size, |n| format!("\"\\u0061{n:x}\":0,"));
        format!("{{\"counts\":{{{members}\"last\":0}}}}")
    }),
    ("unknown list of objects of 33 members", |size| {
        let members: Vec<_> = (0..33).map(|n| format!("\"{n:x}\":0")).collect();
        list("unknown", &format!("{{{}}}", members.join(",")), size)
    }),
    ("long unknown name of escapes", |size| {
        format!("{{\"{}\":0}}", repeated("\\u0061", size))
    }),
];

const TEXTS: &[Named] = &[
    ("text of escapes", |size| {
        format!("{{\"text\":\"{}\"}}", repeated("\\u0061", size))
    }),
    ("number of many digits", |size| {
        format!("{{\"text\":{}}}", repeated("9", size))
    }),
    ("list of at most 10, malformed at the end", |size| {
        list("tags", "\"\"", size) + "x"
    }),
    ("opening brackets", |size| repeated("[", size)),
];

const DEEP: &[Named] = &[
    ("nested tagged enums, each tag at the end", |size| {
        let node = |nodes| format!("{{\"nodes\":[{nodes}],\"type\":\"Node\"}}");
        let text = (0..14).fold(repeated("{},", size) + "{}", |text, _| node(text));
        format!("{{\"tree\":{}}}", node(text))
    }),
    ("nested tuples in a tagged enum", |size| {
        let text = (0..27).fold(format!("[null,[{}0]]", repeated("0,", size)), |text, _| {
            format!("[{text},[]]")
        });
        format!("{{\"tree\":{{\"pair\":{text},\"nodes\":[],\"type\":\"Node\"}}}}")
    }),
    ("unknown members of a wide tagged enum", |size| {
        let members = numbered(size, |n| format!("\"{n:03x}\":0,"));
        format!("{{\"wide\":{{{members}\"type\":\"Wide\"}}}}")
    }),
    ("values behind pointers, malformed at the end", |size| {
        let chain = "{\"n\":".repeat(28) + "{}" + &"}".repeat(28);
        list("chains", &chain, size) + "x"
    }),
    ("long text with a pattern", |size| {
        format!("{{\"pattern\":\"{}\"}}", repeated("a\u{e9}", size))
    }),
    ("long text with a length in graphemes", |size| {
        format!("{{\"graphemes\":\"{}\"}}", repeated("e\u{301}", size))
    }),
];

const FORMS: &[Named] = &[
    ("form of unknown names", |size| repeated("a&", size)),
    ("form of escaped unknown names", |size| {
        repeated("%61&", size)
    }),
    ("form, unknown name at the end", |size| {
        format!("text={}&a", repeated(TEXT, size))
    }),
    ("form, malformed at the end", |size| {
        format!("text={}%", repeated(TEXT, size))
    }),
];

const MULTIPART: &[Named] = &[
    ("multipart form, unknown part at the end", |size| {
        text_part("text", &repeated(TEXT, size)) + &text_part("a", "") + "--b--\r\n"
    }),
    ("multipart form, no final boundary", |size| {
        text_part("text", &repeated(TEXT, size))
    }),
];

const PARTS: &[Named] = &[
    ("1000 parts, the last unknown", |size| {
        let last = text_part("texts", &part_content(size));
        let parts = many_parts(size);
        let others = parts.strip_suffix(&last).unwrap_or_default();
        others.to_owned() + &text_part("a", &part_content(size)) + "--b--\r\n"
    }),
    ("1000 parts with one name for a text", |size| {
        text_part("number", &part_content(size)).repeat(1000) + "--b--\r\n"
    }),
    ("1000 parts, none known", |size| {
        text_part("a", &part_content(size)).repeat(1000) + "--b--\r\n"
    }),
];

/// Returns the parts of a valid form of about `size` bytes, without the end.
fn many_parts(size: usize) -> String {
    text_part("texts", &part_content(size)).repeat(1000)
}

fn part_content(size: usize) -> String {
    let header = text_part("texts", "").len();
    "x".repeat((size / 1000).saturating_sub(header))
}

fn list(name: &str, item: &str, size: usize) -> String {
    let items = repeated(&format!("{item},"), size);
    format!("{{\"{name}\":[{items}{item}]}}")
}

fn text_part(name: &str, content: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; name={name}\r\n\r\n{content}\r\n")
}

/// Repeats `item` until the text has about `size` bytes.
fn repeated(item: &str, size: usize) -> String {
    item.repeat(size / item.len())
}

/// Repeats items that contain their number until the text has about `size` bytes.
fn numbered(size: usize, item: impl Fn(usize) -> String) -> String {
    let mut text = String::with_capacity(size);
    for n in 0.. {
        let item = item(n);
        if text.len() + item.len() > size {
            break;
        }
        text.push_str(&item);
    }
    text
}
