//! The parser of issuers.

use std::collections::BTreeSet;

use crate::lock::issuer_entry::{
    IntrospectionEntry, IssuerEntry, KeyEntry, LockedGrants, Verification,
};
use crate::lock::lines::{Block, Line, insert, set};
use crate::lock::parse_error::{LockParseError, LockParseErrorKind};
use crate::lock::word::split_word;

/// The lines about the verification of tokens, so far.
#[derive(Default)]
struct PartialVerification {
    algorithms: BTreeSet<String>,
    keys: BTreeSet<KeyEntry>,
    max_key_age: Option<u64>,
    clock_skew: Option<u64>,
    roles_claim: Option<String>,
    introspection: Option<IntrospectionEntry>,
}

pub(super) fn parse_issuer(
    block: &Block<'_>,
    url: String,
    version: u32,
) -> Result<IssuerEntry, LockParseError> {
    let (mut audiences, mut relaxations) = (BTreeSet::new(), Vec::new());
    let (mut validation, mut token_limit, mut grants) = (None, None, None);
    let mut verification = PartialVerification::default();
    for fact in &block.facts {
        let line = fact.without_details()?;
        if version > 1 && verification.parse(line)? {
            continue;
        }
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
        verification: (version > 1)
            .then(|| verification.finish(block))
            .transpose()?,
        token_limit: token_limit.ok_or_else(missing("token_limit"))?,
        grants: grants.ok_or_else(missing("grants"))?,
        relaxations,
    })
}

impl PartialVerification {
    /// Parses a line, unless it is about something else.
    fn parse(&mut self, line: Line<'_>) -> Result<bool, LockParseError> {
        let (name, value) = line.split();
        match name {
            "algorithm" => insert(&mut self.algorithms, line.word(value, "algorithm")?, line)?,
            "keys" => {
                let keys = parse_keys(value).ok_or_else(|| line.malformed("keys"))?;
                insert(&mut self.keys, keys, line)?;
            }
            "max_key_age" => {
                let age = line.number(value, "ms", "max_key_age")?;
                set(&mut self.max_key_age, age, line)?;
            }
            "clock_skew" => {
                let skew = line.number(value, "ms", "clock_skew")?;
                set(&mut self.clock_skew, skew, line)?;
            }
            "roles_claim" => set(
                &mut self.roles_claim,
                line.word(value, "roles_claim")?,
                line,
            )?,
            "introspection" => {
                let introspection = parse_introspection(line, value)?;
                set(&mut self.introspection, introspection, line)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn finish(self, block: &Block<'_>) -> Result<Verification, LockParseError> {
        let missing = |name| move || block.title.error(LockParseErrorKind::Missing(name));
        Ok(Verification {
            algorithms: self.algorithms,
            keys: self.keys,
            max_key_age: self.max_key_age,
            clock_skew: self.clock_skew.ok_or_else(missing("clock_skew"))?,
            roles_claim: self.roles_claim.ok_or_else(missing("roles_claim"))?,
            introspection: self.introspection,
        })
    }
}

fn parse_keys(text: &str) -> Option<KeyEntry> {
    match text {
        "jwks" => return Some(KeyEntry::Jwks),
        "discovered" => return Some(KeyEntry::Discovered),
        _ => {}
    }
    let (kind, rest) = text.split_once(' ')?;
    let (value, _, rest) = split_word(rest)?;
    let entry = match kind {
        "secret" => KeyEntry::Secret(value),
        "pem" => KeyEntry::Pem(value),
        "url" => KeyEntry::Url(value),
        _ => return None,
    };
    rest.is_empty().then_some(entry)
}

/// Parses `discovered cache_for=60000ms` or `url https://login.example/introspect cache_for=60000ms`.
fn parse_introspection(line: Line<'_>, text: &str) -> Result<IntrospectionEntry, LockParseError> {
    let malformed = || line.malformed("introspection");
    let (endpoint, rest) = match text.strip_prefix("url ") {
        None => (None, text.strip_prefix("discovered").ok_or_else(malformed)?),
        Some(rest) => {
            let (url, _, rest) = split_word(rest).ok_or_else(malformed)?;
            (Some(url), rest)
        }
    };
    let time = rest.strip_prefix(" cache_for=").ok_or_else(malformed)?;
    Ok(IntrospectionEntry {
        endpoint,
        cache_time: line.number(time, "ms", "introspection")?,
    })
}
