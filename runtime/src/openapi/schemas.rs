//! The schemas of a document: definitions of several schemas under names that do not collide.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use crate::input::schema::decoded;

/// The prefix of every reference to a schema of the document.
const COMPONENTS: &str = "#/components/schemas/";

/// The keywords for definitions in hand-written schemas. `definitions` is from drafts before 2019-09.
const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// Keywords with one schema.
const ONE: [&str; 11] = [
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Keywords with a list of schemas.
const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];

/// Keywords with schemas by name.
const MAPS: [&str; 5] = [
    "$defs",
    "definitions",
    "dependentSchemas",
    "patternProperties",
    "properties",
];

/// A schema with the definitions that it refers to.
#[derive(Clone, Debug)]
pub(super) struct Definitions {
    pub(super) root: Value,
    by_name: Map<String, Value>,
}

/// The schemas of a document by name.
#[derive(Debug)]
pub(super) struct Schemas {
    by_name: BTreeMap<String, Value>,
    /// The name in the document of each definition, by its own name and everything that it refers to.
    names: HashMap<(String, String), String>,
}

impl Definitions {
    /// Generates a schema with its definitions.
    ///
    /// Each schema has its own generator, because schemars identifies a type by its path, which two types can share.
    pub(super) fn generate<T>(
        settings: SchemaSettings,
        describe: impl FnOnce(&mut SchemaGenerator) -> T,
    ) -> (T, Map<String, Value>) {
        let settings = settings.with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        let mut generator = settings.into_generator();
        let described = describe(&mut generator);
        (described, generator.take_definitions(true))
    }

    pub(super) fn new(root: Schema, by_name: Map<String, Value>) -> Self {
        let mut definitions = Self {
            root: root.to_value(),
            by_name,
        };
        definitions.hoist();
        definitions
    }

    /// Replaces a root that is only a reference by its definition, and collects their comments.
    pub(super) fn with_inlined_root(mut self) -> Self {
        let mut entered = BTreeSet::new();
        while let Some((name, root)) = self.inlined_root()
            // a definition that refers to itself has no other content
            && entered.insert(name)
        {
            self.root = root;
        }
        self
    }

    /// Returns the definition of a root that is only a reference, with the comments of both.
    fn inlined_root(&self) -> Option<(String, Value)> {
        let root = self.root.as_object()?;
        if root
            .keys()
            .any(|keyword| keyword != "$ref" && keyword != "$comment")
        {
            return None;
        }
        let (name, definition) = self.find(root.get("$ref")?.as_str()?)?;
        let mut definition = definition.clone();
        let comments =
            [Some(root), definition.as_object()].map(|schema| schema?.get("$comment")?.as_str());
        let comments: Vec<&str> = comments.into_iter().flatten().collect();
        let comment = Value::from(comments.join("; "));
        if let (Value::Object(keywords), false) = (&mut definition, comment == "") {
            keywords.insert("$comment".to_owned(), comment);
        }
        Some((name.clone(), definition))
    }

    /// Moves definitions inside a schema, which are written by hand, beside the others.
    fn hoist(&mut self) {
        let names = self.by_name.keys().cloned().map(Some);
        let mut owners: Vec<Option<String>> = std::iter::once(None).chain(names).collect();
        while let Some(owner) = owners.pop() {
            let schema = match &owner {
                Some(name) => self.by_name.get_mut(name),
                None => Some(&mut self.root),
            };
            let Some(Value::Object(schema)) = schema else {
                continue;
            };
            let mut inner = Vec::new();
            for keyword in DEFINITIONS {
                if let Some(Value::Object(definitions)) = schema.remove(keyword) {
                    let definitions = definitions.into_iter();
                    inner.extend(definitions.map(|(name, schema)| (keyword, name, schema)));
                }
            }
            if inner.is_empty() {
                continue;
            }
            let mut schema = Value::Object(std::mem::take(schema));
            let mut renamed: HashMap<(&str, String), String> = HashMap::new();
            for (keyword, name, _) in &inner {
                let free = free_name(name, |name| self.by_name.contains_key(name));
                // reserves the name
                self.by_name.insert(free.clone(), Value::Null);
                renamed.insert((keyword, name.clone()), free);
            }
            let rename = |target: &str| {
                let (keyword, name) = local(target)?;
                let renamed = renamed.get(&(keyword, name))?;
                Some(format!("{COMPONENTS}{renamed}"))
            };
            rewrite(&mut schema, &rename);
            for (keyword, name, mut definition) in inner {
                rewrite(&mut definition, &rename);
                if let Some(name) = renamed.get(&(keyword, name)) {
                    self.by_name.insert(name.clone(), definition);
                    owners.push(Some(name.clone()));
                }
            }
            match owner {
                Some(name) => {
                    self.by_name.insert(name, schema);
                }
                None => self.root = schema,
            }
        }
    }

    /// Returns the definition that a reference names.
    pub(super) fn find(&self, target: &str) -> Option<(&String, &Value)> {
        let of_component = target.strip_prefix(COMPONENTS).map(decoded);
        let name = of_component.or_else(|| Some(local(target)?.1))?;
        self.by_name.get_key_value(&name)
    }

    /// Changes the schema of each member of the root, or of the definition that the root refers to.
    pub(super) fn change_members(&mut self, change: impl Fn(Value) -> Value) {
        let mut entered = BTreeSet::new();
        let mut object = None;
        let mut schema = &self.root;
        while let Some(target) = schema.get("$ref").and_then(Value::as_str)
            && let Some((name, definition)) = self.find(target)
            // a definition that refers to itself has no members
            && entered.insert(name)
        {
            object = Some(name.clone());
            schema = definition;
        }
        let object = match object {
            Some(name) => self.by_name.get_mut(&name),
            None => Some(&mut self.root),
        };
        let members = object.and_then(|object| object.get_mut("properties")?.as_object_mut());
        for member in members.into_iter().flat_map(Map::values_mut) {
            *member = change(member.take());
        }
    }

    /// Returns whether the root requires a member, so that an empty object does not match it.
    pub(super) fn requires_member(&self) -> bool {
        self.requires_member_in(&self.root, &mut BTreeSet::new())
    }

    fn requires_member_in<'a>(
        &'a self,
        schema: &'a Value,
        entered: &mut BTreeSet<&'a str>,
    ) -> bool {
        let list = |keyword| schema.get(keyword).and_then(Value::as_array);
        let count = schema.get("minProperties").and_then(Value::as_u64);
        if list("required").is_some_and(|names| !names.is_empty())
            || count.is_some_and(|min| min > 0)
        {
            return true;
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str)
            && let Some((_, definition)) = self.find(target)
            // a definition that refers to itself adds nothing
            && entered.insert(target)
        {
            let is_required = self.requires_member_in(definition, entered);
            entered.remove(target);
            if is_required {
                return true;
            }
        }
        let mut requires = |schema| self.requires_member_in(schema, entered);
        list("allOf").is_some_and(|parts| parts.iter().any(&mut requires))
            || ["anyOf", "oneOf"].iter().any(|keyword| {
                let choices = list(keyword).filter(|choices| !choices.is_empty());
                choices.is_some_and(|choices| choices.iter().all(&mut requires))
            })
    }

    /// Returns the names of the definitions that a schema refers to, directly or through others.
    fn reachable(&self, schema: &Value) -> BTreeSet<&String> {
        let mut found = BTreeSet::new();
        let mut open = vec![schema];
        while let Some(schema) = open.pop() {
            visit(schema, &mut |target| {
                if let Some((name, definition)) = self.find(target)
                    && found.insert(name)
                {
                    open.push(definition);
                }
            });
        }
        found
    }
}

impl Schemas {
    /// Creates the schemas with those of the document itself.
    pub(super) fn new(own: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let own = own.into_iter();
        Self {
            by_name: own
                .map(|(name, schema)| (name.to_owned(), schema))
                .collect(),
            names: HashMap::new(),
        }
    }

    /// Adds the definitions that a schema refers to, and rewrites its references.
    ///
    /// Definitions of several schemas share a name if they are equal, with everything that they refer to.
    pub(super) fn lift(&mut self, mut schema: Value, definitions: &Definitions) -> Value {
        let reachable = definitions.reachable(&schema);
        let names: HashMap<&String, String> = reachable
            .into_iter()
            .map(|name| (name, self.name(name, definitions)))
            .collect();
        let rename = |target: &str| {
            let (name, _) = definitions.find(target)?;
            Some(format!("{COMPONENTS}{}", names.get(name)?))
        };
        rewrite(&mut schema, &rename);
        for (name, new_name) in &names {
            if !self.by_name.get(new_name).is_none_or(Value::is_null) {
                continue;
            }
            if let Some(mut definition) = definitions.by_name.get(*name).cloned() {
                rewrite(&mut definition, &rename);
                self.by_name.insert(new_name.clone(), definition);
            }
        }
        schema
    }

    /// Adds the schema itself, too.
    pub(super) fn lift_root(&mut self, definitions: &Definitions) -> Value {
        self.lift(definitions.root.clone(), definitions)
    }

    pub(super) fn into_map(self) -> BTreeMap<String, Value> {
        self.by_name
    }

    /// Returns the name of a definition in the document, and reserves it.
    fn name(&mut self, name: &String, definitions: &Definitions) -> String {
        let Some(definition) = definitions.by_name.get(name) else {
            return name.clone();
        };
        let mut content: BTreeMap<&String, &Value> = BTreeMap::new();
        content.insert(name, definition);
        for name in definitions.reachable(definition) {
            content.extend(definitions.by_name.get_key_value(name));
        }
        let content = serde_json::to_string(&content).unwrap_or_default();
        let key = (name.clone(), content);
        if let Some(known) = self.names.get(&key) {
            return known.clone();
        }
        let new_name = free_name(name, |name| self.by_name.contains_key(name));
        self.by_name.insert(new_name.clone(), Value::Null);
        self.names.insert(key, new_name.clone());
        new_name
    }
}

/// Returns a name that is allowed for a component and not used: `Order`, `Order2`, `Order3`.
fn free_name(name: &str, is_used: impl Fn(&str) -> bool) -> String {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = name
        .chars()
        .map(|c| if is_allowed(c) { c } else { '_' })
        .collect();
    let name = if name.is_empty() { "_" } else { &*name };
    let numbered = (2_u32..).map(|number| format!("{name}{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !is_used(name)).unwrap_or_default()
}

/// Returns the keyword and the name of a reference to a definition inside the schema.
fn local(target: &str) -> Option<(&'static str, String)> {
    let (keyword, name) = target.strip_prefix("#/")?.split_once('/')?;
    let keyword = DEFINITIONS.into_iter().find(|known| *known == keyword)?;
    Some((keyword, decoded(name)))
}

/// Calls a function for every reference of a schema. Values that are no schemas, such as examples, have none.
fn visit<'a>(schema: &'a Value, each: &mut impl FnMut(&'a str)) {
    let Value::Object(keywords) = schema else {
        return;
    };
    for (keyword, value) in keywords {
        match value {
            Value::String(target) if keyword == "$ref" => each(target),
            Value::Array(schemas) if has_schemas(keyword, &LISTS) => {
                for schema in schemas {
                    visit(schema, each);
                }
            }
            Value::Object(schemas) if has_schemas(keyword, &MAPS) => {
                for schema in schemas.values() {
                    visit(schema, each);
                }
            }
            schema if has_schemas(keyword, &ONE) => visit(schema, each),
            _ => {}
        }
    }
}

/// Changes every reference of a schema for which the function returns another.
fn rewrite(schema: &mut Value, rename: &impl Fn(&str) -> Option<String>) {
    let Value::Object(keywords) = schema else {
        return;
    };
    for (keyword, value) in keywords.iter_mut() {
        match value {
            Value::String(target) if keyword == "$ref" => {
                if let Some(renamed) = rename(target) {
                    *target = renamed;
                }
            }
            Value::Array(schemas) if has_schemas(keyword, &LISTS) => {
                for schema in schemas {
                    rewrite(schema, rename);
                }
            }
            Value::Object(schemas) if has_schemas(keyword, &MAPS) => {
                for schema in schemas.values_mut() {
                    rewrite(schema, rename);
                }
            }
            schema if has_schemas(keyword, &ONE) => rewrite(schema, rename),
            _ => {}
        }
    }
}

fn has_schemas(keyword: &str, keywords: &[&str]) -> bool {
    keywords.contains(&keyword)
}

#[cfg(test)]
mod tests;
