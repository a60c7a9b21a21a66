//! The facts about an API that a lock file has.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::lock::access::Formula;
use crate::lock::schema::LockedSchema;
use crate::path_parts::without_names;
use crate::policy::Limits;
use crate::routing::{
    ClaimsDescription, Exception, ExceptionKind, InputDescription, Inventory, Route,
};

/// The facts about the API as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ApiEntry {
    /// `None` if every host is served.
    pub(super) hosts: Option<BTreeSet<String>>,
    /// Whether revocations are checked; `false` in a file of version 1, which does not have it.
    pub(super) checks_revocations: bool,
    /// The reasons of the routers beside the API, sorted.
    pub(super) undeclared: Vec<String>,
    /// The relaxations of the API as a whole, sorted.
    pub(super) relaxations: Vec<String>,
}

/// The facts about one path and method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RouteEntry {
    pub(super) key: RouteKey,
    /// The path with the names of its parameters.
    pub(super) path: String,
    pub(super) access: Formula,
    /// The stricter access that will replace `access`.
    pub(super) next: Option<Formula>,
    pub(super) accepts_tickets: bool,
    /// In the order of [`LIMITS`].
    pub(super) limits: [u64; LIMITS.len()],
    /// Sorted by location.
    pub(super) inputs: Vec<InputEntry>,
    /// In the order of the arguments; empty in a file of version 1, which does not have it.
    pub(super) claims: Vec<ClaimsEntry>,
    /// Sorted.
    pub(super) exceptions: Vec<ExceptionEntry>,
}

/// The identity of a route, independent of the names of path parameters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RouteKey {
    /// The path with `{}` for each parameter and `{*}` for a wildcard.
    pub(super) pattern: String,
    /// `*` for a fallback.
    pub(super) method: String,
    pub(super) selection: Option<Selection>,
}

/// The header fields that choose one of several handlers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Selection {
    /// Each field with its value.
    Fields(Vec<(String, String)>),
    Otherwise,
}

/// The method of a fallback.
pub(super) const FALLBACK: &str = "*";

/// One checked input of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InputEntry {
    pub(super) location: String,
    pub(super) is_optional: bool,
    pub(super) media_types: BTreeSet<String>,
    /// `None` if no schema describes the input.
    pub(super) schema: Option<LockedSchema>,
}

/// The typed claims of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ClaimsEntry {
    /// Claims with known rules; the name of their type does not matter.
    Described(LockedSchema),
    /// Claims of a type without a schema, by its name with the path of its module.
    Opaque(String),
}

/// Data that reaches the handler without Palisade's checks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ExceptionEntry {
    /// The kind, with the field and the location.
    pub(super) label: String,
    pub(super) reason: String,
}

/// A limit on requests: its name in the attributes, and the unit of its value in the file.
pub(super) struct LimitName {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    /// The request that a higher limit admits, without the number.
    pub(super) request: &'static str,
}

/// The limits of a route.
pub(super) const LIMITS: [LimitName; 7] = [
    LimitName {
        name: "body_limit",
        unit: "B",
        request: "a body of",
    },
    LimitName {
        name: "body_timeout",
        unit: "ms",
        request: "a body that takes",
    },
    LimitName {
        name: "body_idle_timeout",
        unit: "ms",
        request: "a body that stalls for",
    },
    LimitName {
        name: "timeout",
        unit: "ms",
        request: "a handler that takes",
    },
    LimitName {
        name: "header_limit",
        unit: "",
        request: "a request whose header fields number",
    },
    LimitName {
        name: "parameter_limit",
        unit: "",
        request: "a query or form whose pairs number",
    },
    LimitName {
        name: "part_limit",
        unit: "",
        request: "a form whose parts number",
    },
];

impl ApiEntry {
    pub(super) fn of(inventory: &Inventory) -> Self {
        let mut undeclared: Vec<_> = inventory
            .undeclared()
            .iter()
            .map(|&reason| reason.to_owned())
            .collect();
        undeclared.sort();
        let mut relaxations: Vec<_> = inventory.relaxations().map(str::to_owned).collect();
        relaxations.sort();
        Self {
            hosts: inventory
                .hosts()
                .map(|hosts| hosts.iter().cloned().collect()),
            checks_revocations: inventory.checks_revocations(),
            undeclared,
            relaxations,
        }
    }
}

impl RouteEntry {
    /// Returns an entry for each method of a route.
    pub(super) fn of(route: &Route) -> Vec<Self> {
        let methods: Vec<String> = if route.is_fallback() {
            vec![FALLBACK.to_owned()]
        } else {
            route.methods().iter().map(ToString::to_string).collect()
        };
        let selection = route.selection().map(|selection| {
            if selection.is_fallback() {
                return Selection::Otherwise;
            }
            let fields = selection.values();
            Selection::Fields(
                fields
                    .map(|(name, value)| (name.to_string(), value.to_owned()))
                    .collect(),
            )
        });
        let mut inputs: Vec<_> = route.inputs().map(|input| InputEntry::of(&input)).collect();
        // stable: several inputs of one location keep the order of the arguments
        inputs.sort_by(|one, other| one.location.cmp(&other.location));
        let mut exceptions: Vec<_> = route
            .exceptions()
            .map(|exception| ExceptionEntry::of(&exception))
            .collect();
        exceptions.sort();
        let entry = |method| Self {
            key: RouteKey {
                pattern: without_names(route.path()),
                method,
                selection: selection.clone(),
            },
            path: route.path().to_owned(),
            access: Formula::of(&route.declaration().access),
            next: route.declaration().next.as_ref().map(Formula::of),
            accepts_tickets: route.accepts_tickets(),
            limits: values(route.limits()),
            inputs: inputs.clone(),
            claims: route
                .claims()
                .map(|claims| ClaimsEntry::of(&claims))
                .collect(),
            exceptions: exceptions.clone(),
        };
        methods.into_iter().map(entry).collect()
    }
}

impl InputEntry {
    fn of(input: &InputDescription) -> Self {
        Self {
            location: input.location().to_string(),
            is_optional: input.is_optional(),
            media_types: input
                .media_types()
                .iter()
                .map(|&name| name.to_owned())
                .collect(),
            schema: input
                .schema()
                .map(|schema| LockedSchema::of(schema.as_value())),
        }
    }
}

impl ClaimsEntry {
    fn of(claims: &ClaimsDescription) -> Self {
        match claims.schema() {
            Some(schema) => Self::Described(LockedSchema::of(schema.as_value())),
            None => Self::Opaque(claims.type_path().to_owned()),
        }
    }
}

impl ExceptionEntry {
    /// The label has the type of an unvalidated argument, which says what it reads of the request. Other types are the
    /// API's own, and their names do not matter.
    fn of(exception: &Exception) -> Self {
        let kind = exception.kind();
        let mut label = kind.name().to_owned();
        if kind == ExceptionKind::UnvalidatedArgument {
            label.push(' ');
            label.push_str(exception.argument());
        }
        if let Some(field) = exception.field().filter(|field| !field.is_empty()) {
            label.push(' ');
            label.push_str(field);
        }
        if let Some(location) = exception.location() {
            label.push_str(" in the ");
            label.push_str(location.as_str());
        }
        Self {
            label,
            reason: exception.reason().to_owned(),
        }
    }
}

/// Returns the limits in the order and units of [`LIMITS`].
fn values(limits: Limits) -> [u64; LIMITS.len()] {
    [
        saturating(limits.body_limit),
        millis(limits.body_timeout),
        millis(limits.body_idle_timeout),
        millis(limits.timeout),
        saturating(limits.header_limit),
        saturating(limits.parameter_limit),
        saturating(limits.part_limit),
    ]
}

pub(super) fn saturating(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
