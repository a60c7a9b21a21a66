//! One line of the standard, with its evidence from an API.

use serde::Serialize;

use crate::evidence::{AttackClass, AttackResults};
use crate::report::authorization_server::ServerFacts;
use crate::report::facts::evidence;
use crate::report::listener;
use crate::report::objects::AllObjects;
use crate::report::proof::Proof;
use crate::report::sources::Sources;
use crate::report::standard::StandardLine;
use crate::report::statement::Statement;
use crate::report::tested_issuer::differences;
use crate::report::text::counted;

/// The entry about the objects of other callers, which no attack on scopes and roles is evidence for.
const OBJECT_LEVEL_AUTHORIZATION: &str = "API1:2023";

/// A line with its evidence.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) asks: &'static str,
    pub(super) asvs: &'static [&'static str],
    pub(super) top_10: Vec<&'static str>,
    pub(super) status: Status,
    /// The status in words: `proved by 12 refused attacks, commit 0123abc, 2026-11-29`.
    pub(super) basis: String,
    /// Facts from the inventory.
    pub(super) evidence: Vec<String>,
    pub(super) statement: Option<StatementView>,
    /// The statements about objects that no test attacks as another owner.
    pub(super) object_statements: Vec<StatementView>,
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

impl StatementView {
    fn of(statement: &Statement) -> Self {
        Self {
            topic: statement.topic().to_string(),
            text: statement.text().to_owned(),
            owner: statement.owner().to_owned(),
            date: statement.date().to_owned(),
        }
    }
}

impl Line {
    /// Joins the facts, proofs and statements of a line. `objects` are those of the whole API.
    pub(super) fn of(line: &StandardLine, sources: &Sources<'_>, objects: &AllObjects<'_>) -> Self {
        let objects = Some(objects).filter(|_| line.attacks.contains(&AttackClass::OtherOwner));
        let inventory = sources.inventory;
        let measured = sources.measured.as_ref();
        let proof = Proof::of(inventory, measured, line.attacks);
        let statement = line.topic.and_then(|topic| sources.statements.get(&topic));
        let mut gaps: Vec<String> = statement_gap(line, sources, statement)
            .into_iter()
            .collect();
        let attacked_on = sources.attacked_on();
        gaps.extend(
            objects
                .into_iter()
                .flat_map(|objects| objects.statement_gaps(attacked_on)),
        );
        gaps.extend(attack_gaps(sources, &proof, objects));
        let object_statements = objects.map(AllObjects::statements).unwrap_or_default();
        let statements: Vec<&Statement> = statement
            .into_iter()
            .chain(object_statements.iter().copied())
            .collect();
        let results = measured.map(|measured| measured.results);
        let differences = results
            .filter(|_| line.attacks.contains(&AttackClass::BrokenToken))
            .map(|results| differences(inventory, results))
            .unwrap_or_default();
        let limits = ProofLimits {
            excused: &proof.excused,
            has_other_issuer: !differences.is_empty(),
        };
        let (status, basis) = status(line, &proof, &limits, &statements, results, &gaps);
        let mut evidence = evidence(line.id, inventory, sources.servers);
        evidence.extend(differences);
        evidence.extend(objects.into_iter().flat_map(AllObjects::evidence));
        let is_cited = |entry: &&str| {
            *entry != OBJECT_LEVEL_AUTHORIZATION || objects.is_some_and(AllObjects::are_proved)
        };
        Self {
            id: line.id,
            title: line.title,
            asks: line.asks,
            asvs: line.asvs,
            top_10: line.top_10.iter().copied().filter(is_cited).collect(),
            status,
            basis,
            evidence,
            statement: statement.map(StatementView::of),
            object_statements: object_statements
                .iter()
                .map(|one| StatementView::of(one))
                .collect(),
            excused: proof.excused,
            gaps,
        }
    }

    pub(super) fn named_gaps(&self) -> impl Iterator<Item = String> {
        self.gaps.iter().map(|gap| format!("{}: {gap}", self.id))
    }
}

/// Returns the gap of the statement that the line needs.
fn statement_gap(
    line: &StandardLine,
    sources: &Sources<'_>,
    statement: Option<&Statement>,
) -> Option<String> {
    let topic = line.topic?;
    let is_enforced = || {
        ServerFacts::enforce(sources.servers, line.id, sources.inventory)
            || listener::enforces(line.id, sources.inventory)
    };
    match statement {
        None if is_enforced() => None,
        None => Some(format!(
            "missing statement about {topic}: {}",
            topic.question()
        )),
        Some(statement) => statement.gap(sources.attacked_on()),
    }
}

/// Returns the gaps of the attacks that the line needs.
fn attack_gaps(
    sources: &Sources<'_>,
    proof: &Proof,
    objects: Option<&AllObjects<'_>>,
) -> Vec<String> {
    let mut missing = proof.missing.clone();
    let is_stated = |endpoint: &str| objects.is_some_and(|all| all.states_uncovered(endpoint));
    let uncovered = proof.uncovered_objects.iter();
    let uncovered = uncovered.filter(|(endpoint, _)| !is_stated(endpoint));
    missing.extend(uncovered.map(|(_, gap)| gap.clone()));
    missing.extend(objects.into_iter().flat_map(AllObjects::not_attacked));
    if sources.measured.is_none() {
        let is_needed = proof.is_applicable || !missing.is_empty();
        return is_needed
            .then(|| "no attack results".to_owned())
            .into_iter()
            .collect();
    }
    missing
}

/// Returns the gap of results without a commit or a date, which prove nothing.
pub(super) fn origin_gap(results: &AttackResults) -> Option<String> {
    let (missing, variables) = match (results.commit(), results.date()) {
        (Some(_), Some(_)) => return None,
        (None, Some(_)) => ("no commit", "`PALISADE_COMMIT`"),
        (Some(_), None) => ("no date", "`PALISADE_DATE`"),
        (None, None) => (
            "no commit and no date",
            "`PALISADE_COMMIT` and `PALISADE_DATE`",
        ),
    };
    Some(format!(
        "the attack results have {missing}, so that they prove no line; set {variables} when the attack test writes them"
    ))
}

/// The reasons for which refused attacks do not prove a line.
struct ProofLimits<'a> {
    /// The attacks that were admitted or not sent, and that the test excuses.
    excused: &'a [String],
    /// Whether a trusted issuer has other settings than the attacked one.
    has_other_issuer: bool,
}

impl ProofLimits<'_> {
    /// Returns the reasons as the end of a basis; empty without one.
    fn remarks(&self) -> String {
        let mut remarks = String::new();
        if self.has_other_issuer {
            remarks.push_str(
                "; the attacked issuer is not known to have the settings of each trusted one",
            );
        }
        if !self.excused.is_empty() {
            remarks.push_str("; excused: ");
            remarks.push_str(&self.excused.join(", "));
        }
        remarks
    }
}

fn status(
    line: &StandardLine,
    proof: &Proof,
    limits: &ProofLimits<'_>,
    statements: &[&Statement],
    results: Option<&AttackResults>,
    gaps: &[String],
) -> (Status, String) {
    let mut stated: Vec<String> = statements
        .iter()
        .map(|statement| format!("stated by {}, {}", statement.owner(), statement.date()))
        .collect();
    stated.dedup();
    let stated = Some(stated.join("; ")).filter(|stated| !stated.is_empty());
    let refused = results.filter(|_| proof.refused > 0).map(|results| {
        let commit = results.commit().map_or_else(
            || "commit unknown".to_owned(),
            |commit| format!("commit {commit}"),
        );
        let date = results.date().unwrap_or("date unknown");
        let noun = if proof.refused == 1 {
            "attack"
        } else {
            "attacks"
        };
        format!("{} refused {noun}, {commit}, {date}", proof.refused)
    });
    if !gaps.is_empty() {
        let gaps = counted(gaps.len(), "gap", "gaps");
        let partly = refused.map_or_else(String::new, |refused| format!("; {refused}"));
        return (Status::Gap, format!("{gaps}, otherwise declared{partly}"));
    }
    if let (None, Some(stated), []) = (&refused, &stated, line.attacks) {
        return (Status::Stated, stated.clone());
    }
    let stated = stated.map_or_else(String::new, |stated| format!("; {stated}"));
    let remarks = limits.remarks();
    let has_origin = results.is_some_and(|results| origin_gap(results).is_none());
    match refused {
        Some(refused) if has_origin && remarks.is_empty() => {
            (Status::Proved, format!("proved by {refused}{stated}"))
        }
        Some(refused) => (
            Status::Declared,
            format!("declared; {refused}{stated}{remarks}"),
        ),
        None => (Status::Declared, format!("declared{stated}{remarks}")),
    }
}
