//! The parser of lock files.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::lock::access::Formula;
use crate::lock::entry::{
    ApiEntry, ExceptionEntry, InputEntry, IssuerEntry, LIMITS, LockedGrants, RouteEntry, RouteKey,
    Selection, pattern,
};
use crate::lock::parse_error::{LockParseError, LockParseErrorKind};
use crate::lock::render::VERSION;
use crate::lock::schema::LockedSchema;
use crate::lock::snapshot::Lock;
use crate::lock::word::split_word;

/// A line without its indentation, and its number.
#[derive(Clone, Copy)]
struct Line<'a> {
    number: usize,
    text: &'a str,
}

/// The lines of a block: the first one, and the indented ones after it.
struct Block<'a> {
    title: Line<'a>,
    facts: Vec<Fact<'a>>,
}

/// A line of a block, with the lines that are indented further.
struct Fact<'a> {
    line: Line<'a>,
    details: Vec<Line<'a>>,
}

impl FromStr for Lock {
    type Err = LockParseError;

    fn from_str(text: &str) -> Result<Self, LockParseError> {
        let mut blocks = blocks(text)?.into_iter();
        let version = blocks.next().ok_or(LockParseError {
            line: 1,
            kind: LockParseErrorKind::MissingVersion,
        })?;
        check_version(&version)?;
        let mut lock = Self {
            api: ApiEntry::default(),
            issuers: Vec::new(),
            routes: Vec::new(),
        };
        let mut has_api = false;
        for block in blocks {
            let title = block.title;
            if title.text == "api" {
                if has_api {
                    return Err(title.error(LockParseErrorKind::Duplicate));
                }
                has_api = true;
                lock.api = parse_api(&block)?;
            } else if let Some(url) = title.text.strip_prefix("issuer ") {
                let issuer = parse_issuer(&block, title.word(url, "issuer")?)?;
                if lock.issuers.iter().any(|other| other.url == issuer.url) {
                    return Err(title.error(LockParseErrorKind::Duplicate));
                }
                lock.issuers.push(issuer);
            } else {
                let route = parse_route(&block)?;
                if lock.routes.iter().any(|other| other.key == route.key) {
                    return Err(title.error(LockParseErrorKind::Duplicate));
                }
                lock.routes.push(route);
            }
        }
        lock.issuers.sort();
        lock.routes.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(lock)
    }
}

impl<'a> Line<'a> {
    fn error(self, kind: LockParseErrorKind) -> LockParseError {
        LockParseError {
            line: self.number,
            kind,
        }
    }

    fn malformed(self, name: &'static str) -> LockParseError {
        self.error(LockParseErrorKind::Malformed(name))
    }

    /// Splits the first word from the rest.
    fn split(self) -> (&'a str, &'a str) {
        self.text.split_once(' ').unwrap_or((self.text, ""))
    }

    /// Parses a text that is one word.
    fn word(self, text: &str, name: &'static str) -> Result<String, LockParseError> {
        match split_word(text) {
            Some((word, _, "")) => Ok(word),
            _ => Err(self.malformed(name)),
        }
    }

    fn number(self, text: &str, unit: &str, name: &'static str) -> Result<u64, LockParseError> {
        let digits = text.strip_suffix(unit);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse().ok());
        number.ok_or_else(|| self.malformed(name))
    }
}

/// Splits a file into blocks by indentation; comments and empty lines have no meaning.
fn blocks(text: &str) -> Result<Vec<Block<'_>>, LockParseError> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for (index, raw) in text.lines().enumerate() {
        let text = raw.trim_start_matches(' ');
        let line = Line {
            number: index + 1,
            text,
        };
        let markers = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"];
        if markers.iter().any(|marker| raw.starts_with(marker)) {
            return Err(line.error(LockParseErrorKind::Conflict));
        }
        if raw.is_empty() || raw.starts_with('#') {
            continue;
        }
        let unexpected = || line.error(LockParseErrorKind::Unexpected);
        match raw.len() - text.len() {
            _ if text.starts_with(char::is_whitespace) => return Err(unexpected()),
            0 => blocks.push(Block {
                title: line,
                facts: Vec::new(),
            }),
            2 => {
                let block = blocks.last_mut().ok_or_else(unexpected)?;
                block.facts.push(Fact {
                    line,
                    details: Vec::new(),
                });
            }
            4 => {
                let block = blocks.last_mut().ok_or_else(unexpected)?;
                let fact = block.facts.last_mut().ok_or_else(unexpected)?;
                fact.details.push(line);
            }
            _ => return Err(unexpected()),
        }
    }
    Ok(blocks)
}

fn check_version(block: &Block<'_>) -> Result<(), LockParseError> {
    let title = block.title;
    let Some(version) = title.text.strip_prefix("version ") else {
        return Err(title.error(LockParseErrorKind::MissingVersion));
    };
    if version != VERSION.to_string() {
        return Err(title.error(LockParseErrorKind::UnknownVersion(version.to_owned())));
    }
    match block.facts.first() {
        Some(fact) => Err(fact.line.error(LockParseErrorKind::Unexpected)),
        None => Ok(()),
    }
}

fn parse_api(block: &Block<'_>) -> Result<ApiEntry, LockParseError> {
    let mut api = ApiEntry::default();
    for fact in &block.facts {
        let line = fact.without_details()?;
        match line.split() {
            ("host", host) => {
                let hosts = api.hosts.get_or_insert_default();
                insert(hosts, line.word(host, "host")?, line)?;
            }
            ("undeclared", reason) => api.undeclared.push(line.word(reason, "undeclared")?),
            ("relaxation", text) => api.relaxations.push(line.word(text, "relaxation")?),
            _ => return Err(line.error(LockParseErrorKind::Unexpected)),
        }
    }
    api.undeclared.sort();
    api.relaxations.sort();
    Ok(api)
}

fn parse_issuer(block: &Block<'_>, url: String) -> Result<IssuerEntry, LockParseError> {
    let (mut audiences, mut relaxations) = (BTreeSet::new(), Vec::new());
    let (mut validation, mut token_limit, mut grants) = (None, None, None);
    for fact in &block.facts {
        let line = fact.without_details()?;
        let (name, value) = line.split();
        match name {
            "audience" => insert(&mut audiences, line.word(value, "audience")?, line)?,
            "validation" => set(&mut validation, line.word(value, "validation")?, line)?,
            "token_limit" => set(
                &mut token_limit,
                line.number(value, "B", "token_limit")?,
                line,
            )?,
            "grants" => match value {
                "everything" => set(&mut grants, None, line)?,
                "listed" => set(&mut grants, Some(LockedGrants::default()), line)?,
                _ => return Err(line.malformed("grants")),
            },
            "scope" | "role" => {
                let Some(Some(grants)) = &mut grants else {
                    return Err(line.error(LockParseErrorKind::Unexpected));
                };
                let granted = if name == "scope" {
                    &mut grants.scopes
                } else {
                    &mut grants.roles
                };
                insert(granted, line.word(value, "grants")?, line)?;
            }
            "relaxation" => relaxations.push(line.word(value, "relaxation")?),
            _ => return Err(line.error(LockParseErrorKind::Unexpected)),
        }
    }
    relaxations.sort();
    let missing = |name| move || block.title.error(LockParseErrorKind::Missing(name));
    Ok(IssuerEntry {
        url,
        audiences,
        validation: validation.ok_or_else(missing("validation"))?,
        token_limit: token_limit.ok_or_else(missing("token_limit"))?,
        grants: grants.ok_or_else(missing("grants"))?,
        relaxations,
    })
}

fn parse_route(block: &Block<'_>) -> Result<RouteEntry, LockParseError> {
    let title = block.title;
    let (path, key) =
        parse_title(title.text).ok_or_else(|| title.error(LockParseErrorKind::Unexpected))?;
    let (mut access, mut next, mut limits, mut accepts_tickets) = (None, None, None, None);
    let (mut inputs, mut exceptions): (Vec<InputEntry>, Vec<_>) = (Vec::new(), Vec::new());
    for fact in &block.facts {
        let line = fact.line;
        match line.split() {
            ("input", value) => {
                inputs.push(parse_input(fact, value)?);
                continue;
            }
            ("access", value) => {
                let formula = Formula::parse(value).ok_or_else(|| line.malformed("access"))?;
                set(&mut access, formula, line)?;
            }
            ("next", value) => {
                let formula = Formula::parse(value).ok_or_else(|| line.malformed("next"))?;
                set(&mut next, formula, line)?;
            }
            ("limits", value) => set(&mut limits, parse_limits(line, value)?, line)?,
            ("tickets", "") => set(&mut accepts_tickets, (), line)?,
            ("exception", value) => {
                exceptions.push(parse_exception(value).ok_or_else(|| line.malformed("exception"))?);
            }
            _ => return Err(line.error(LockParseErrorKind::Unexpected)),
        }
        fact.without_details()?;
    }
    inputs.sort_by(|one, other| one.location.cmp(&other.location));
    exceptions.sort();
    let missing = |name| move || title.error(LockParseErrorKind::Missing(name));
    Ok(RouteEntry {
        key,
        path,
        access: access.ok_or_else(missing("access"))?,
        next,
        accepts_tickets: accepts_tickets.is_some(),
        limits: limits.ok_or_else(missing("limits"))?,
        inputs,
        exceptions,
    })
}

/// Parses `GET /orders`, `* /admin`, and either with a selection of header fields.
fn parse_title(text: &str) -> Option<(String, RouteKey)> {
    let (method, rest) = text.split_once(' ')?;
    let is_method = method == "*"
        || method
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    if method.is_empty() || !is_method {
        return None;
    }
    let (path, is_quoted, rest) = split_word(rest)?;
    if !(path.starts_with('/') || is_quoted && path.is_empty()) {
        return None;
    }
    let key = RouteKey {
        pattern: pattern(&path),
        method: method.to_owned(),
        selection: match rest {
            "" => None,
            " otherwise" => Some(Selection::Otherwise),
            fields => Some(Selection::Fields(parse_fields(
                fields.strip_prefix(" when ")?,
            )?)),
        },
    };
    Some((path, key))
}

fn parse_fields(mut text: &str) -> Option<Vec<(String, String)>> {
    let mut fields = Vec::new();
    loop {
        let (name, _, rest) = split_word(text)?;
        let (value, _, rest) = split_word(rest.strip_prefix(' ')?)?;
        fields.push((name, value));
        if rest.is_empty() {
            return Some(fields);
        }
        text = rest.strip_prefix(", ")?;
    }
}

fn parse_limits(line: Line<'_>, text: &str) -> Result<[u64; LIMITS.len()], LockParseError> {
    let mut values = [0; LIMITS.len()];
    let mut words = text.split(' ');
    for (limit, value) in LIMITS.iter().zip(&mut values) {
        let word = words.next().and_then(|word| word.split_once('='));
        match word {
            Some((name, number)) if name == limit.name => {
                *value = line.number(number, limit.unit, "limits")?;
            }
            _ => return Err(line.malformed("limits")),
        }
    }
    match words.next() {
        Some(_) => Err(line.malformed("limits")),
        None => Ok(values),
    }
}

fn parse_exception(text: &str) -> Option<ExceptionEntry> {
    let (label, _, rest) = split_word(text)?;
    let (reason, _, rest) = split_word(rest.strip_prefix(' ')?)?;
    rest.is_empty().then_some(ExceptionEntry { label, reason })
}

fn parse_input(fact: &Fact<'_>, text: &str) -> Result<InputEntry, LockParseError> {
    let line = fact.line;
    let malformed = || line.malformed("input");
    let (location, _, mut rest) = split_word(text).ok_or_else(malformed)?;
    let (mut is_optional, mut media_types) = (false, BTreeSet::new());
    while !rest.is_empty() {
        let after = rest.strip_prefix(' ').ok_or_else(malformed)?;
        let (word, is_quoted, after) = split_word(after).ok_or_else(malformed)?;
        match (word.as_str(), is_quoted) {
            ("optional", false) if !is_optional && media_types.is_empty() => is_optional = true,
            (_, true) => insert(&mut media_types, word, line)?,
            _ => return Err(malformed()),
        }
        rest = after;
    }
    let schema = match fact.details.as_slice() {
        [] => return Err(line.error(LockParseErrorKind::Missing("."))),
        [only] if only.text == "opaque" => None,
        lines => Some(parse_schema(lines)?),
    };
    Ok(InputEntry {
        location,
        is_optional,
        media_types,
        schema,
    })
}

/// Joins the lines of a schema: the root, its members, then the definitions in order.
fn parse_schema(lines: &[Line<'_>]) -> Result<LockedSchema, LockParseError> {
    let mut schemas: Vec<Value> = Vec::new();
    for line in lines {
        let malformed = || line.malformed("input");
        let (position, text) = match line.text.strip_prefix("type ") {
            Some(rest) => {
                let (number, rest) = rest.split_once(' ').ok_or_else(malformed)?;
                (line.number(number, "", "input")?, rest)
            }
            None => (0, line.text),
        };
        let (path, _, json) = split_word(text).ok_or_else(malformed)?;
        let json = json.strip_prefix(' ').ok_or_else(malformed)?;
        let value: Value = serde_json::from_str(json).map_err(|_| malformed())?;
        let count = u64::try_from(schemas.len()).unwrap_or(u64::MAX);
        if path == "." && position == count {
            schemas.push(value);
        } else if position + 1 == count {
            let schema = schemas.last_mut().ok_or_else(malformed)?;
            insert_member(schema, &path, value).ok_or_else(malformed)?;
        } else {
            return Err(malformed());
        }
    }
    let mut schemas = schemas.into_iter();
    let root = schemas.next().unwrap_or_default();
    Ok(LockedSchema {
        root,
        definitions: schemas.collect(),
    })
}

/// Adds a member at its path of names; the schema of its object is already there.
fn insert_member(schema: &mut Value, path: &str, member: Value) -> Option<()> {
    let (parents, name) = path.rsplit_once('/')?;
    let decoded = |name: &str| name.replace("~1", "/").replace("~0", "~");
    let mut object = schema;
    for parent in parents.split('/').skip(1) {
        object = object.get_mut("properties")?.get_mut(decoded(parent))?;
    }
    let members = object
        .as_object_mut()?
        .entry("properties")
        .or_insert_with(|| Value::Object(Map::new()));
    let previous = members.as_object_mut()?.insert(decoded(name), member);
    previous.is_none().then_some(())
}

impl<'a> Fact<'a> {
    fn without_details(&self) -> Result<Line<'a>, LockParseError> {
        match self.details.first() {
            Some(detail) => Err(detail.error(LockParseErrorKind::Unexpected)),
            None => Ok(self.line),
        }
    }
}

fn set<T>(slot: &mut Option<T>, value: T, line: Line<'_>) -> Result<(), LockParseError> {
    match slot.replace(value) {
        Some(_) => Err(line.error(LockParseErrorKind::Duplicate)),
        None => Ok(()),
    }
}

fn insert(
    names: &mut BTreeSet<String>,
    name: String,
    line: Line<'_>,
) -> Result<(), LockParseError> {
    if names.insert(name) {
        Ok(())
    } else {
        Err(line.error(LockParseErrorKind::Duplicate))
    }
}
