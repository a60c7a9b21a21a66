//! The text of a lock file.

use std::fmt;

use serde_json::{Map, Value};

use crate::lock::entry::{
    ApiEntry, ClaimsEntry, InputEntry, LIMITS, RouteEntry, RouteKey, Selection,
};
use crate::lock::issuer_entry::{
    IntrospectionEntry, IssuerEntry, KeyEntry, LockedGrants, Verification,
};
use crate::lock::schema::LockedSchema;
use crate::lock::snapshot::Lock;
use crate::lock::word::{ascii_json, quoted, word};

const HEADER: &str = "\
# Which callers each route admits, and which input it accepts; a test compares it with the code.
# `PALISADE_LOCK=update cargo test` rewrites this file. Review its changes like code.";

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nversion {}", self.version)?;
        if self.api != ApiEntry::default() {
            write!(f, "\n{}", self.api)?;
        }
        for issuer in &self.issuers {
            write!(f, "\n{issuer}")?;
        }
        for route in &self.routes {
            write!(f, "\n{route}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ApiEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "api")?;
        for host in self.hosts.iter().flatten() {
            writeln!(f, "  host {}", word(host, &[]))?;
        }
        if self.checks_revocations {
            writeln!(f, "  revocations")?;
        }
        for reason in &self.undeclared {
            writeln!(f, "  undeclared {}", quoted(reason))?;
        }
        for relaxation in &self.relaxations {
            writeln!(f, "  relaxation {}", quoted(relaxation))?;
        }
        Ok(())
    }
}

impl fmt::Display for IssuerEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "issuer {}", word(&self.url, &[]))?;
        for audience in &self.audiences {
            writeln!(f, "  audience {}", word(audience, &[]))?;
        }
        writeln!(f, "  validation {}", quoted(&self.validation))?;
        if let Some(verification) = &self.verification {
            write!(f, "{verification}")?;
        }
        writeln!(f, "  token_limit {}B", self.token_limit)?;
        match &self.grants {
            None => writeln!(f, "  grants everything")?,
            Some(grants) => write!(f, "{grants}")?,
        }
        for relaxation in &self.relaxations {
            writeln!(f, "  relaxation {}", quoted(relaxation))?;
        }
        Ok(())
    }
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for algorithm in &self.algorithms {
            writeln!(f, "  algorithm {}", word(algorithm, &[]))?;
        }
        for keys in &self.keys {
            writeln!(f, "  keys {keys}")?;
        }
        if let Some(age) = self.max_key_age {
            writeln!(f, "  max_key_age {age}ms")?;
        }
        writeln!(f, "  clock_skew {}ms", self.clock_skew)?;
        writeln!(f, "  roles_claim {}", word(&self.roles_claim, &[]))?;
        if let Some(introspection) = &self.introspection {
            writeln!(f, "  introspection {introspection}")?;
        }
        Ok(())
    }
}

impl fmt::Display for KeyEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(algorithm) => write!(f, "secret {}", word(algorithm, &[])),
            Self::Pem(algorithm) => write!(f, "pem {}", word(algorithm, &[])),
            Self::Jwks => f.write_str("jwks"),
            Self::Url(url) => write!(f, "url {}", word(url, &[])),
            Self::Discovered => f.write_str("discovered"),
        }
    }
}

impl fmt::Display for IntrospectionEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.endpoint {
            Some(url) => write!(f, "url {}", word(url, &[]))?,
            None => f.write_str("discovered")?,
        }
        write!(f, " cache_for={}ms", self.cache_time)
    }
}

impl fmt::Display for LockedGrants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  grants listed")?;
        for scope in &self.scopes {
            writeln!(f, "  scope {}", word(scope, &[]))?;
        }
        for role in &self.roles {
            writeln!(f, "  role {}", word(role, &[]))?;
        }
        Ok(())
    }
}

impl RouteEntry {
    /// Returns the first line of the block, which names the route in sentences too.
    pub(super) fn title(&self) -> String {
        title(&self.path, &self.key)
    }
}

fn title(path: &str, key: &RouteKey) -> String {
    let mut title = format!("{} {}", key.method, word(path, &[]));
    match &key.selection {
        None => {}
        Some(Selection::Otherwise) => title.push_str(" otherwise"),
        Some(Selection::Fields(fields)) => {
            for (at, (name, value)) in fields.iter().enumerate() {
                title.push_str(if at == 0 { " when " } else { ", " });
                title.push_str(&word(name, &[]));
                title.push(' ');
                title.push_str(&quoted(value));
            }
        }
    }
    title
}

impl fmt::Display for RouteEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n  access {}", self.title(), self.access)?;
        if let Some(next) = &self.next {
            writeln!(f, "  next {next}")?;
        }
        if self.accepts_tickets {
            writeln!(f, "  tickets")?;
        }
        f.write_str("  limits")?;
        for (limit, value) in LIMITS.iter().zip(self.limits) {
            write!(f, " {}={value}{}", limit.name, limit.unit)?;
        }
        writeln!(f)?;
        for input in &self.inputs {
            write!(f, "{input}")?;
        }
        for claims in &self.claims {
            write!(f, "{claims}")?;
        }
        for exception in &self.exceptions {
            let (label, reason) = (quoted(&exception.label), quoted(&exception.reason));
            writeln!(f, "  exception {label} {reason}")?;
        }
        Ok(())
    }
}

impl fmt::Display for InputEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  input {}", self.location)?;
        if self.is_optional {
            f.write_str(" optional")?;
        }
        for media_type in &self.media_types {
            write!(f, " {}", quoted(media_type))?;
        }
        writeln!(f)?;
        match &self.schema {
            None => writeln!(f, "    opaque"),
            Some(schema) => write!(f, "{schema}"),
        }
    }
}

impl fmt::Display for ClaimsEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Described(schema) => write!(f, "  claims\n{schema}"),
            Self::Opaque(name) => writeln!(f, "  claims {}", quoted(name)),
        }
    }
}

/// Each member of an object on its own line, so that a review sees which one changed.
impl fmt::Display for LockedSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_schema(f, "", &self.root)?;
        for (index, definition) in self.definitions.iter().enumerate() {
            write_schema(f, &format!("type {} ", index + 1), definition)?;
        }
        Ok(())
    }
}

fn write_schema(f: &mut fmt::Formatter<'_>, prefix: &str, schema: &Value) -> fmt::Result {
    let mut lines = Vec::new();
    flatten(schema, String::new(), &mut lines);
    for (path, rest) in lines {
        let path = if path.is_empty() {
            ".".to_owned()
        } else {
            word(&path, &[])
        };
        writeln!(f, "    {prefix}{path} {}", ascii_json(&rest))?;
    }
    Ok(())
}

/// Splits the members of an object from its other keywords, at every depth of objects in objects.
fn flatten(schema: &Value, path: String, lines: &mut Vec<(String, Value)>) {
    let Value::Object(keywords) = schema else {
        lines.push((path, schema.clone()));
        return;
    };
    let members = keywords.get("properties").and_then(Value::as_object);
    let Some(members) = members.filter(|members| !members.is_empty()) else {
        lines.push((path, schema.clone()));
        return;
    };
    let others = keywords
        .iter()
        .filter(|(keyword, _)| *keyword != "properties");
    let others: Map<_, _> = others
        .map(|(keyword, value)| (keyword.clone(), value.clone()))
        .collect();
    lines.push((path.clone(), Value::Object(others)));
    for (name, member) in members {
        let name = name.replace('~', "~0").replace('/', "~1");
        flatten(member, format!("{path}/{name}"), lines);
    }
}
