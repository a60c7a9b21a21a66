//! The content of a report, independent of its form.

use serde::Serialize;

use crate::evidence::{AttackResults, RouteResults};
use crate::policy::{Access, Limits};
use crate::report::issuer::IssuerView;
use crate::report::line::{Line, origin_gap};
use crate::report::listener::ListenerView;
use crate::report::measured::{Found, method_names};
use crate::report::objects::{AllObjects, Objects};
use crate::report::sources::Sources;
use crate::report::standard::STANDARD;
use crate::report::tested_issuer::settings_gap;
use crate::routing::Route;

/// The whole content.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    pub(super) title: String,
    /// Whether there are results of attacks.
    #[serde(skip)]
    pub(super) has_results: bool,
    /// The commit and the date of the attacks.
    pub(super) commit: Option<String>,
    pub(super) date: Option<String>,
    pub(super) gaps: Vec<String>,
    pub(super) standard: Vec<Line>,
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) issuers: Vec<IssuerView>,
    pub(super) checks_revocations: bool,
    /// `None` if the inventory does not come from a server.
    pub(super) listener: Option<ListenerView>,
    /// `None` if every host is served.
    pub(super) hosts: Option<Vec<String>>,
    pub(super) resource: Option<String>,
    /// The reasons of routers beside the API.
    pub(super) undeclared: Vec<String>,
    /// The relaxations of the API as a whole.
    pub(super) relaxations: Vec<String>,
    /// Routes that no token can reach.
    pub(super) unreachable: Vec<String>,
}

/// One method of one path.
#[derive(Debug, Serialize)]
pub(super) struct Endpoint {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) handler: String,
    pub(super) access: String,
    /// Why the route is public.
    pub(super) public_because: Option<String>,
    pub(super) checks: Vec<String>,
    pub(super) limits: Vec<String>,
    /// Relaxations and unchecked data, with their reasons.
    pub(super) exceptions: Vec<String>,
    pub(super) refused_attacks: u64,
    pub(super) attack_gaps: Vec<String>,
    /// The evidence about the objects of other callers; `None` without an identifier in the path, or without a caller.
    pub(super) objects: Option<String>,
}

impl Document {
    pub(super) fn of(title: &str, sources: &Sources<'_>) -> Self {
        let inventory = sources.inventory;
        let results = sources.measured.as_ref().map(|measured| measured.results);
        let objects = AllObjects::of(sources);
        let line = |line| Line::of(line, sources, &objects);
        let standard: Vec<Line> = STANDARD.iter().map(line).collect();
        let mut endpoints: Vec<Endpoint> = inventory
            .iter()
            .flat_map(|route| Endpoint::of(route, sources))
            .collect();
        endpoints.sort_by(|one, other| (&one.path, &one.method).cmp(&(&other.path, &other.method)));
        let is_attacked = endpoints.iter().any(|one| one.refused_attacks > 0);
        let of_origin = results.filter(|_| is_attacked).and_then(origin_gap);
        let of_lines = standard.iter().flat_map(Line::named_gaps);
        let of_issuer = results
            .filter(|_| is_attacked)
            .and_then(|results| settings_gap(inventory, results));
        let of_results = of_origin.into_iter().chain(of_issuer);
        let gaps = of_results.chain(of_lines).collect();
        Self {
            title: title.to_owned(),
            has_results: results.is_some(),
            commit: results.and_then(AttackResults::commit).map(str::to_owned),
            date: results.and_then(AttackResults::date).map(str::to_owned),
            gaps,
            standard,
            endpoints,
            issuers: inventory.issuers().iter().map(IssuerView::of).collect(),
            checks_revocations: inventory.checks_revocations(),
            listener: inventory.listener().map(ListenerView::of),
            hosts: inventory.hosts().map(<[String]>::to_vec),
            resource: inventory.resource().map(str::to_owned),
            undeclared: inventory
                .undeclared()
                .iter()
                .map(|&reason| reason.to_owned())
                .collect(),
            relaxations: inventory.relaxations().map(str::to_owned).collect(),
            unreachable: inventory
                .unreachable()
                .map(|route| route.path().to_owned())
                .collect(),
        }
    }
}

impl Document {
    /// Describes the attacks by their commit and date, each as `commit` and `date` write it.
    pub(super) fn source(
        &self,
        commit: impl FnOnce(&str) -> String,
        date: impl FnOnce(&str) -> String,
    ) -> String {
        if !self.has_results {
            return "Without attack results.".to_owned();
        }
        let is_evidence = self.commit.is_some() && self.date.is_some();
        let commit = self.commit.as_deref().map(commit);
        let commit = commit.as_deref().unwrap_or("unknown");
        let date = self.date.as_deref().map(date);
        let date = date.as_deref().unwrap_or("unknown");
        let proof = if is_evidence {
            ""
        } else {
            " Results without a commit and a date prove no line."
        };
        format!("Attacked at commit {commit}, date {date}.{proof}")
    }

    /// Returns every exception and relaxation of the API, each with its subject and its reason.
    pub(super) fn exceptions(&self) -> Vec<String> {
        let of_endpoints = self.endpoints.iter().flat_map(|endpoint| {
            let exceptions = endpoint.exceptions.iter();
            exceptions.map(move |text| format!("{} {}: {text}", endpoint.method, endpoint.path))
        });
        let of_issuers = self.issuers.iter().flat_map(|issuer| {
            let relaxations = issuer.relaxations.iter();
            relaxations.map(move |text| format!("{}: {text}", issuer.url))
        });
        let beside = self.undeclared.iter();
        let beside =
            beside.map(|reason| format!("routes without a guard beside the API: {reason}"));
        let of_api = self.relaxations.iter();
        let of_api = of_api.map(|text| format!("the API: {text}"));
        of_endpoints
            .chain(of_issuers)
            .chain(of_api)
            .chain(beside)
            .collect()
    }
}

impl Endpoint {
    fn of(route: &Route, sources: &Sources<'_>) -> Vec<Self> {
        let declaration = route.declaration();
        let mut exceptions: Vec<String> = route
            .exceptions()
            .map(|exception| exception.to_string())
            .collect();
        if route.accepts_tickets() {
            exceptions
                .push("accepts a single-use ticket in the query instead of a token".to_owned());
        }
        let view = |method: &str| {
            let (refused_attacks, attack_gaps) = attacks(sources.find(method, route));
            let objects = Objects::of(route, method, sources);
            Self {
                path: endpoint_path(route),
                handler: format!("{}::{}", declaration.module, declaration.handler),
                access: declaration.access.to_string(),
                public_because: match declaration.access {
                    Access::Public { reason } => Some(reason.to_owned()),
                    _ => None,
                },
                checks: checks(route),
                limits: limits(route.limits()),
                exceptions: exceptions.clone(),
                refused_attacks,
                attack_gaps,
                objects: objects.map(|objects| objects.to_string()),
                method: method.to_owned(),
            }
        };
        method_names(route).into_iter().map(view).collect()
    }
}

fn endpoint_path(route: &Route) -> String {
    let mut path = if route.is_fallback() {
        format!("{}/… (fallback)", route.path())
    } else {
        route.path().to_owned()
    };
    if let Some(selection) = route.selection() {
        path.push_str(" for ");
        path.push_str(&selection.to_string());
    }
    path
}

/// Returns the number of refused attacks, and the admitted ones; or the reason why the results are outdated.
fn attacks(found: Found<'_>) -> (u64, Vec<String>) {
    match found {
        Found::Nothing => (0, Vec::new()),
        Found::Outdated(reason, _) => (0, vec![format!("outdated: the endpoint {reason}")]),
        Found::Current(results) => outcomes(results),
    }
}

fn outcomes(route: &RouteResults) -> (u64, Vec<String>) {
    let refused = route
        .classes()
        .iter()
        .map(|class| u64::from(class.refused()));
    let admitted = route.classes().iter().flat_map(|class| {
        let attacks = class.admitted().iter();
        let name = class.class();
        attacks.map(move |admission| {
            let reason = class.excuse_of(admission);
            let excuse = reason.map_or_else(String::new, |reason| format!(" (excused: {reason})"));
            format!("admitted: {name}: {}{excuse}", admission.attack())
        })
    });
    (refused.sum(), admitted.collect())
}

/// Describes the checks before the handler runs.
fn checks(route: &Route) -> Vec<String> {
    let mut checks = Vec::new();
    match &route.declaration().access {
        Access::Public { .. } => {}
        Access::Login => checks.push("the session of a login".to_owned()),
        access => checks.push(format!("a valid access token: {access}")),
    }
    for input in route.inputs() {
        let location = input.location();
        let optional = if input.is_optional() {
            ", optional"
        } else {
            ""
        };
        let types = input.media_types();
        let types = if types.is_empty() {
            String::new()
        } else {
            format!(" as {}", types.join(" or "))
        };
        checks.push(format!(
            "the {location}{types}: decoded strictly, each field within its bounds{optional}"
        ));
    }
    checks
}

fn limits(limits: Limits) -> Vec<String> {
    let default = Limits::DEFAULT;
    let changed = limits.to_string();
    if limits == default {
        vec!["the defaults: 64 KiB in 30 s, a response within 30 s".to_owned()]
    } else {
        vec![changed, "otherwise the defaults".to_owned()]
    }
}
