//! One line of the standard, with its evidence from an API.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::evidence::AttackResults;
use crate::policy::Access;
use crate::report::authorization_server::ServerFacts;
use crate::report::listener;
use crate::report::proof::Proof;
use crate::report::standard::StandardLine;
use crate::report::statement::{Statement, Topic};
use crate::routing::Inventory;

/// A line with its evidence.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) asks: &'static str,
    pub(super) asvs: &'static [&'static str],
    pub(super) top_10: &'static [&'static str],
    pub(super) status: Status,
    /// The status in words: `proved by 12 refused attacks, commit 0123abc, 2026-11-29`.
    pub(super) basis: String,
    /// Facts from the inventory.
    pub(super) evidence: Vec<String>,
    pub(super) statement: Option<StatementView>,
    pub(super) excused: Vec<String>,
    pub(super) gaps: Vec<String>,
}

/// The state of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// Attacks confirm it.
    Proved,
    /// The code enforces it.
    Declared,
    /// A person states it.
    Stated,
    /// Something is missing.
    Gap,
}

/// A statement in the report.
#[derive(Debug, Serialize)]
pub(super) struct StatementView {
    pub(super) topic: String,
    pub(super) text: String,
    pub(super) owner: String,
    pub(super) date: String,
}

impl Line {
    pub(super) fn of(
        line: &StandardLine,
        inventory: &Inventory,
        statements: &BTreeMap<Topic, Statement>,
        results: Option<&AttackResults>,
        servers: &[ServerFacts],
    ) -> Self {
        let proof = Proof::of(inventory, results, line.attacks);
        let statement = line.topic.and_then(|topic| statements.get(&topic));
        let mut gaps = Vec::new();
        let is_enforced = ServerFacts::enforce(servers, line.id, inventory)
            || listener::enforces(line.id, inventory);
        if let Some(topic) = line.topic {
            match statement.map(Statement::missing) {
                None if is_enforced => {}
                None => gaps.push(format!(
                    "missing statement about {topic}: {}",
                    topic.question()
                )),
                Some(Some(part)) => gaps.push(format!("the statement about {topic} has no {part}")),
                Some(None) => {}
            }
        }
        if proof.is_applicable && results.is_none() {
            gaps.push("no attack results".to_owned());
        } else if proof.is_applicable {
            gaps.extend(proof.missing.iter().cloned());
        }
        let (status, basis) = status(line, &proof, statement, results, &gaps);
        Self {
            id: line.id,
            title: line.title,
            asks: line.asks,
            asvs: line.asvs,
            top_10: line.top_10,
            status,
            basis,
            evidence: evidence(line.id, inventory, servers),
            statement: statement.map(|statement| StatementView {
                topic: statement.topic().to_string(),
                text: statement.text().to_owned(),
                owner: statement.owner().to_owned(),
                date: statement.date().to_owned(),
            }),
            excused: proof.excused,
            gaps,
        }
    }

    pub(super) fn named_gaps(&self) -> impl Iterator<Item = String> {
        self.gaps.iter().map(|gap| format!("{}: {gap}", self.id))
    }
}

fn status(
    line: &StandardLine,
    proof: &Proof,
    statement: Option<&Statement>,
    results: Option<&AttackResults>,
    gaps: &[String],
) -> (Status, String) {
    let stated =
        statement.map(|statement| format!("stated by {}, {}", statement.owner(), statement.date()));
    let proved = results.filter(|_| proof.refused > 0).map(|results| {
        let commit = results.commit().map_or_else(
            || "commit unknown".to_owned(),
            |commit| format!("commit {commit}"),
        );
        let date = results.date().unwrap_or("date unknown");
        format!("{} refused attacks, {commit}, {date}", proof.refused)
    });
    if !gaps.is_empty() {
        let count = gaps.len();
        let noun = if count == 1 { "gap" } else { "gaps" };
        let partly = proved.map_or_else(String::new, |proved| format!("; {proved}"));
        return (
            Status::Gap,
            format!("{count} {noun}, otherwise declared{partly}"),
        );
    }
    match (proved, stated) {
        (Some(proved), None) => (Status::Proved, format!("proved by {proved}")),
        (Some(proved), Some(stated)) => (Status::Proved, format!("proved by {proved}; {stated}")),
        (None, Some(stated)) if line.attacks.is_empty() => (Status::Stated, stated),
        (None, stated) => {
            let stated = stated.map_or_else(String::new, |stated| format!("; {stated}"));
            (Status::Declared, format!("declared{stated}"))
        }
    }
}

/// Returns the facts about an API that a line is about.
fn evidence(id: &str, inventory: &Inventory, servers: &[ServerFacts]) -> Vec<String> {
    let facts = Facts::of(inventory);
    let mut evidence = if id.starts_with('P') {
        of_principle(id, &facts, inventory)
    } else {
        of_requirement(id, &facts, inventory)
    };
    evidence.extend(listener::evidence(id, inventory));
    evidence.extend(servers.iter().filter_map(|server| server.evidence(id)));
    if evidence.is_empty() {
        evidence.push("no fact of the API's code decides it; see the statement".to_owned());
    }
    evidence
}

fn of_principle(id: &str, facts: &Facts, inventory: &Inventory) -> Vec<String> {
    let routes = facts.routes;
    match id {
        "P1" => vec![
            format!("{routes} handlers with a declared path and method; every other request gets 404 or 405"),
            facts.public_routes(),
            undeclared(inventory),
            match inventory.hosts() {
                Some(hosts) => format!("requests for other hosts than {} are refused", hosts.join(", ")),
                None => "requests for every host are served".to_owned(),
            },
        ],
        "P2" => vec![
            "a handler without a declaration does not compile".to_owned(),
            format!("{} relaxations and {} exceptions, each with a reason", facts.relaxations, facts.exceptions),
        ],
        "P3" => vec![
            format!("the access rules of the handlers: {}", facts.rules.join("; ")),
            facts.grants(inventory),
            match inventory.unreachable().count() {
                0 => "no handler is out of reach for every issuer".to_owned(),
                count => format!("{count} handlers require scopes or roles that no issuer grants"),
            },
        ],
        "P4" => vec![
            "each request passes the limits of the route, the validation of its token, its authorization, and the validation of its input, in this order".to_owned(),
            format!("{} handlers have limits that differ from the defaults", facts.limited),
        ],
        "P5" => vec![
            "each refusal is a problem document without details of the cause; a panic is a 500 without its text".to_owned(),
            "no valid token without current keys: an issuer that does not answer refuses with 503".to_owned(),
        ],
        "P6" => vec![
            facts.issuers(inventory),
            format!("{} handlers receive data without Palisade's checks, each with a reason", facts.unchecked_handlers),
        ],
        "P7" => vec![format!("{} handlers require a role", facts.role_handlers)],
        "P8" => vec![
            "access depends on declarations and tokens, never on a secret path".to_owned(),
            facts.public_routes(),
        ],
        "P9" => vec![
            format!("one declaration at each of {routes} handlers; {} different access rules", facts.rules.len()),
        ],
        "P10" => vec!["the lock file and the attacks are tests of the declarations, and fail when one weakens".to_owned()],
        _ => Vec::new(),
    }
}

fn of_requirement(id: &str, facts: &Facts, inventory: &Inventory) -> Vec<String> {
    let routes = facts.routes;
    match id {
        "R2" => vec![
            format!("{} handlers have input, which is decoded strictly and checked field by field", facts.input_handlers),
            format!("{} exceptions, each with a reason", facts.exceptions),
        ],
        "R5" => vec!["an ID token is refused as an access token".to_owned()],
        "R6" => vec![
            facts.issuers(inventory),
            format!("{} handlers require a token or a login", routes - facts.public),
        ],
        "R7" => {
            let relaxations = inventory.issuers().iter().flat_map(|issuer| {
                let texts = issuer.relaxations();
                texts.map(move |text| format!("{}: {text}", issuer.issuer()))
            });
            let lifetime = "a token that lives longer than 30 minutes is refused, unless a relaxation of its issuer says otherwise";
            std::iter::once(lifetime.to_owned()).chain(relaxations).collect()
        }
        "R8" => vec!["a refusal names the scopes of the route and no others, so that clients can request them one by one".to_owned()],
        _ => Vec::new(),
    }
}

/// Counts of an inventory.
struct Facts {
    routes: usize,
    public: usize,
    exceptions: usize,
    relaxations: usize,
    limited: usize,
    input_handlers: usize,
    unchecked_handlers: usize,
    role_handlers: usize,
    /// Sorted, each once.
    rules: Vec<String>,
}

impl Facts {
    fn of(inventory: &Inventory) -> Self {
        let count = |condition: &dyn Fn(&crate::routing::Route) -> bool| {
            inventory.iter().filter(|route| condition(route)).count()
        };
        let mut rules: Vec<String> = inventory
            .iter()
            .map(|route| route.declaration().access.to_string())
            .collect();
        rules.sort();
        rules.dedup();
        Self {
            routes: inventory.routes().len(),
            public: count(&|route| route.declaration().is_public()),
            exceptions: inventory
                .iter()
                .map(|route| route.exceptions().count())
                .sum(),
            relaxations: {
                let issuers = inventory.issuers().iter();
                let of_issuers: usize = issuers.map(|issuer| issuer.relaxations().count()).sum();
                of_issuers + inventory.relaxations().count()
            },
            limited: count(&|route| route.limits() != crate::policy::Limits::DEFAULT),
            input_handlers: count(&|route| route.inputs().next().is_some()),
            unchecked_handlers: count(&|route| route.exceptions().next().is_some()),
            role_handlers: count(&|route| {
                matches!(
                    route.declaration().access,
                    Access::Roles(_) | Access::ScopesAndRoles(..)
                )
            }),
            rules,
        }
    }

    fn public_routes(&self) -> String {
        format!(
            "{} of {} handlers are public, each with a reason",
            self.public, self.routes
        )
    }

    fn issuers(&self, inventory: &Inventory) -> String {
        let issuers = inventory.issuers();
        if issuers.is_empty() {
            return "no issuer is known: this is the report of a router without a resource server"
                .to_owned();
        }
        let names: Vec<String> = issuers
            .iter()
            .map(|issuer| format!("{} by {}", issuer.issuer(), issuer.validation()))
            .collect();
        format!(
            "tokens of {}; {} relaxations",
            names.join(", "),
            self.relaxations
        )
    }

    fn grants(&self, inventory: &Inventory) -> String {
        let grants: Vec<String> = inventory
            .issuers()
            .iter()
            .filter_map(|issuer| Some(format!("{}: {}", issuer.issuer(), issuer.grants()?)))
            .collect();
        if grants.is_empty() {
            format!(
                "at most one issuer is trusted, so its grants are not limited; access rules: {}",
                self.rules.len()
            )
        } else {
            format!("issuers may grant: {}", grants.join("; "))
        }
    }
}

fn undeclared(inventory: &Inventory) -> String {
    match inventory.undeclared() {
        [] => "no routes without a guard beside the API".to_owned(),
        reasons => format!(
            "{} routers without a guard beside the API: {}",
            reasons.len(),
            reasons.join("; ")
        ),
    }
}
