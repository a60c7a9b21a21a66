//! The parser of lock files.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::lock::access::Formula;
use crate::lock::entry::{
    ApiEntry, ClaimsEntry, ExceptionEntry, InputEntry, LIMITS, RouteEntry, RouteKey, Selection,
};
use crate::lock::lines::{Block, Fact, Line, blocks, insert, set};
use crate::lock::parse_error::{LockParseError, LockParseErrorKind};
use crate::lock::parse_issuer::parse_issuer;
use crate::lock::schema::LockedSchema;
use crate::lock::snapshot::{Lock, OLDEST_VERSION, VERSION};
use crate::lock::word::split_word;
use crate::path_parts::without_names;

impl FromStr for Lock {
    type Err = LockParseError;

    fn from_str(text: &str) -> Result<Self, LockParseError> {
        // some editors write a byte order mark
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut blocks = blocks(text)?.into_iter();
        let version = blocks.next().ok_or(LockParseError {
            line: 1,
            kind: LockParseErrorKind::MissingVersion,
        })?;
        let version = parse_version(&version)?;
        let mut lock = Self {
            version,
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
                lock.api = parse_api(&block, version)?;
            } else if let Some(url) = title.text.strip_prefix("issuer ") {
                let issuer = parse_issuer(&block, title.word(url, "issuer")?, version)?;
                if lock.issuers.iter().any(|other| other.url == issuer.url) {
                    return Err(title.error(LockParseErrorKind::Duplicate));
                }
                lock.issuers.push(issuer);
            } else {
                let route = parse_route(&block, version)?;
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

fn parse_version(block: &Block<'_>) -> Result<u32, LockParseError> {
    let title = block.title;
    let Some(text) = title.text.strip_prefix("version ") else {
        return Err(title.error(LockParseErrorKind::MissingVersion));
    };
    let version = (OLDEST_VERSION..=VERSION).find(|version| text == version.to_string());
    let unknown = || title.error(LockParseErrorKind::UnknownVersion(text.to_owned()));
    let version = version.ok_or_else(unknown)?;
    match block.facts.first() {
        Some(fact) => Err(fact.line.error(LockParseErrorKind::Unexpected)),
        None => Ok(version),
    }
}

fn parse_api(block: &Block<'_>, version: u32) -> Result<ApiEntry, LockParseError> {
    let mut api = ApiEntry::default();
    let mut revocations = None;
    for fact in &block.facts {
        let line = fact.without_details()?;
        match line.split() {
            ("host", host) => {
                let hosts = api.hosts.get_or_insert_default();
                insert(hosts, line.word(host, "host")?, line)?;
            }
            ("revocations", "") if version > 1 => set(&mut revocations, (), line)?,
            ("undeclared", reason) => api.undeclared.push(line.word(reason, "undeclared")?),
            ("relaxation", text) => api.relaxations.push(line.word(text, "relaxation")?),
            _ => return Err(line.error(LockParseErrorKind::Unexpected)),
        }
    }
    api.checks_revocations = revocations.is_some();
    api.undeclared.sort();
    api.relaxations.sort();
    Ok(api)
}

fn parse_route(block: &Block<'_>, version: u32) -> Result<RouteEntry, LockParseError> {
    let title = block.title;
    let (path, key) =
        parse_title(title.text).ok_or_else(|| title.error(LockParseErrorKind::Unexpected))?;
    let (mut access, mut next, mut limits, mut accepts_tickets) = (None, None, None, None);
    let (mut inputs, mut exceptions): (Vec<InputEntry>, Vec<_>) = (Vec::new(), Vec::new());
    let mut claims = Vec::new();
    for fact in &block.facts {
        let line = fact.line;
        match line.split() {
            ("input", value) => {
                inputs.push(parse_input(fact, value)?);
                continue;
            }
            ("claims", "") if version > 1 => {
                claims.push(ClaimsEntry::Described(parse_schema(fact)?));
                continue;
            }
            ("claims", name) if version > 1 => {
                claims.push(ClaimsEntry::Opaque(line.word(name, "claims")?));
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
        claims,
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
        pattern: without_names(&path),
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
        [only] if only.text == "opaque" => None,
        _ => Some(parse_schema(fact)?),
    };
    Ok(InputEntry {
        location,
        is_optional,
        media_types,
        schema,
    })
}

/// Joins the lines of a schema: the root, its members, then the definitions in order.
fn parse_schema(fact: &Fact<'_>) -> Result<LockedSchema, LockParseError> {
    let name = if fact.line.text == "claims" {
        "claims"
    } else {
        "input"
    };
    let mut schemas: Vec<Value> = Vec::new();
    for line in &fact.details {
        let malformed = || line.malformed(name);
        let (position, text) = match line.text.strip_prefix("type ") {
            Some(rest) => {
                let (number, rest) = rest.split_once(' ').ok_or_else(malformed)?;
                (line.number(number, "", name)?, rest)
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
    let missing = || fact.line.error(LockParseErrorKind::Missing("."));
    let root = schemas.next().ok_or_else(missing)?;
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
