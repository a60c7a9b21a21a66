//! A parser of strict JSON (RFC 8259) that shares no code with `serde_json`.

/// The maximum nesting depth of arrays and objects.
const MAX_DEPTH: usize = 32;

/// A JSON value.
#[derive(Debug)]
pub(super) enum Node {
    Null,
    Bool,
    /// The digits as in the text.
    Number(String),
    Text(String),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// Parses a text; returns `None` if it breaks any rule of strict JSON.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let mut parser = Parser {
            rest: str::from_utf8(text).ok()?,
            depth: 0,
        };
        let node = parser.value()?;
        parser.space();
        parser.rest.is_empty().then_some(node)
    }

    /// Whether a JSON Pointer (RFC 6901) resolves to a value. Escapes with `~` are not supported.
    pub(super) fn contains(&self, pointer: &str) -> bool {
        let mut current = Some(self);
        for token in pointer.split('/').skip(1) {
            current = match current {
                Some(Self::Array(items)) => token.parse().ok().and_then(|at: usize| items.get(at)),
                Some(Self::Object(members)) => {
                    let member = members.iter().find(|(name, _)| name == token);
                    member.map(|(_, node)| node)
                }
                _ => None,
            };
        }
        current.is_some()
    }
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn take(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    fn value(&mut self) -> Option<Node> {
        self.space();
        match self.rest.chars().next()? {
            'n' => self.take("null").map(|()| Node::Null),
            't' => self.take("true").map(|()| Node::Bool),
            'f' => self.take("false").map(|()| Node::Bool),
            '"' => self.string().map(Node::Text),
            '[' => self.nested(Self::array),
            '{' => self.nested(Self::object),
            _ => self.number().map(Node::Number),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Option<Node>) -> Option<Node> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let node = read(self);
        self.depth -= 1;
        node
    }

    fn array(&mut self) -> Option<Node> {
        self.take("[")?;
        let mut items = Vec::new();
        self.space();
        if self.take("]").is_some() {
            return Some(Node::Array(items));
        }
        loop {
            items.push(self.value()?);
            self.space();
            if self.take("]").is_some() {
                return Some(Node::Array(items));
            }
            self.take(",")?;
        }
    }

    fn object(&mut self) -> Option<Node> {
        self.take("{")?;
        let mut members: Vec<(String, Node)> = Vec::new();
        self.space();
        if self.take("}").is_some() {
            return Some(Node::Object(members));
        }
        loop {
            self.space();
            let name = self.string()?;
            if members.iter().any(|(other, _)| *other == name) {
                return None;
            }
            // `serde_json` marks its own types with such names
            if name.starts_with("$serde_json::private::") {
                return None;
            }
            self.space();
            self.take(":")?;
            members.push((name, self.value()?));
            self.space();
            if self.take("}").is_some() {
                return Some(Node::Object(members));
            }
            self.take(",")?;
        }
    }

    /// RFC 8259 §6. A number beyond the range of `f64` is rejected: parsers disagree about its value.
    fn number(&mut self) -> Option<String> {
        let unsigned = self.rest.strip_prefix('-').unwrap_or(self.rest);
        let whole = digits(unsigned);
        if whole == 0 || (whole > 1 && unsigned.starts_with('0')) {
            return None;
        }
        let mut rest = &unsigned[whole..];
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = some_digits(fraction)?;
        }
        if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
            rest = some_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))?;
        }
        let (number, rest) = self.rest.split_at(self.rest.len() - rest.len());
        self.rest = rest;
        let finite = number.parse().is_ok_and(f64::is_finite);
        finite.then(|| number.to_owned())
    }

    fn string(&mut self) -> Option<String> {
        self.take("\"")?;
        let mut text = String::new();
        loop {
            let letter = self.letter()?;
            text.push(match letter {
                '"' => return Some(text),
                '\\' => self.escaped()?,
                '\0'..='\x1f' => return None,
                _ => letter,
            });
        }
    }

    fn letter(&mut self) -> Option<char> {
        let mut letters = self.rest.chars();
        let letter = letters.next()?;
        self.rest = letters.as_str();
        Some(letter)
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.letter()? {
            letter @ ('"' | '\\' | '/') => letter,
            'b' => '\x08',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let unit = self.unit()?;
                if !(0xD800..0xDC00).contains(&unit) {
                    return char::from_u32(unit);
                }
                self.take("\\u")?;
                let low = self.unit()?;
                let low = (0xDC00..0xE000).contains(&low).then(|| low - 0xDC00)?;
                return char::from_u32(0x10000 + ((unit - 0xD800) << 10) + low);
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let hex = self.rest.get(..4)?;
        self.rest = &self.rest[4..];
        let is_hex = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| u32::from_str_radix(hex, 16).ok())?
    }
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn some_digits(text: &str) -> Option<&str> {
    match digits(text) {
        0 => None,
        count => Some(&text[count..]),
    }
}
