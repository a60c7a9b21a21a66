//! The results of the attacks on one route.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::evidence::{AttackClass, EvidenceError};

/// The results of the attacks on one method of one route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteResults {
    pub(super) method: String,
    pub(super) path: String,
    /// The header fields that choose the handler among several of the method and path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) selection: Option<String>,
    /// The SHA-256 of the declaration that was attacked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) declaration: Option<String>,
    /// Whether the test states who may call the route, and the kit attacked it as other callers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    has_expectation: bool,
    /// The paths of the objects that other owners tried to access on the route, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    objects: Vec<String>,
    pub(super) classes: Vec<ClassResults>,
}

/// The results of one class of attacks on a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassResults {
    class: AttackClass,
    sent: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    refused: Vec<RefusalCount>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    admitted: Vec<Admission>,
    /// The reason for which the test accepts every attack of the class that was admitted or not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    excused: Option<String>,
    /// The reasons for which some attacks could not be sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    not_covered: Vec<String>,
}

/// The number of refusals with one status and one challenge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusalCount {
    status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    challenge: Option<String>,
    count: u32,
}

/// An attack that was not refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admission {
    attack: String,
    status: u16,
    /// The reason for which the test accepts this attack, if it names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    excused: Option<String>,
}

/// Returns the method and the path of an endpoint, and the header fields that choose its handler.
pub(crate) fn endpoint(method: &str, path: &str, selection: Option<&str>) -> String {
    // the fallback of the whole API has no path
    let path = if path.is_empty() { "/" } else { path };
    match selection {
        None => format!("{method} {path}"),
        Some(fields) => format!("{method} {path} for {fields}"),
    }
}

impl RouteResults {
    /// Creates the results of a route, without any class.
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            selection: None,
            declaration: None,
            has_expectation: false,
            objects: Vec::new(),
            classes: Vec::new(),
        }
    }

    /// Sets the header fields that choose the handler.
    pub(crate) fn selected_by(self, selection: Option<String>) -> Self {
        Self { selection, ..self }
    }

    /// Sets the digest of the declaration.
    pub(crate) fn declared_as(self, declaration: Option<String>) -> Self {
        Self {
            declaration,
            ..self
        }
    }

    /// Records whether there are results for the callers whom the test does not expect, so that a report demands them.
    pub(crate) fn with_expectation(self, has_expectation: bool) -> Self {
        Self {
            has_expectation,
            ..self
        }
    }

    /// Records the paths of the objects that other owners tried to access.
    pub(crate) fn with_objects(self, mut objects: Vec<String>) -> Self {
        objects.sort_unstable();
        objects.dedup();
        Self { objects, ..self }
    }

    /// Returns the paths of the objects that other owners tried to access; none if the file does not record them.
    #[cfg(feature = "report")]
    pub(crate) fn objects(&self) -> &[String] {
        &self.objects
    }

    /// Returns whether there were results for the callers whom the test does not expect.
    #[cfg(feature = "report")]
    pub(crate) fn has_expectation(&self) -> bool {
        self.has_expectation
    }

    /// Returns the method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns the path, as the inventory has it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the header fields that choose the handler, as the inventory has them; `None` if the method and path have one handler.
    pub fn selection(&self) -> Option<&str> {
        self.selection.as_deref()
    }

    /// Returns the SHA-256 of the declaration that was attacked, as 64 hexadecimal digits in lower case.
    ///
    /// The digest is that of the route's block in a lock file (`palisade::lock`): the method, the path with the names of its
    /// parameters, and the header fields that choose the handler; the access, and the access that `next` announces; whether tickets are
    /// accepted; the limits; the location, media types and schema of each input; the typed claims; and the exceptions with their
    /// reasons. If one of them changes, the results are outdated and no evidence for the security report.
    ///
    /// It does not cover the name and code of the handler, the issuers, whose settings the results have once, the listener, nor layers. It is `None` for a route without a
    /// declaration, which another router [beside](crate::Api::beside) the API serves.
    pub fn declaration(&self) -> Option<&str> {
        self.declaration.as_deref()
    }

    /// Returns the method and the path, and the header fields that choose the handler.
    pub(crate) fn name(&self) -> String {
        endpoint(&self.method, &self.path, self.selection())
    }

    /// Returns the results of each class that applies to the route, in the order of [`AttackClass::ALL`].
    pub fn classes(&self) -> &[ClassResults] {
        &self.classes
    }

    /// Returns the results of one class, or `None` if it does not apply to the route.
    pub fn class(&self, class: AttackClass) -> Option<&ClassResults> {
        self.classes.iter().find(|results| results.class == class)
    }

    /// Adds to the results of one class.
    pub(crate) fn add(&mut self, class: AttackClass, add: impl FnOnce(&mut ClassResults)) {
        let at = self.classes.iter().position(|other| other.class == class);
        let mut results = at.map_or_else(|| ClassResults::new(class), |at| self.classes.remove(at));
        add(&mut results);
        self.classes.push(results);
        self.classes.sort_by_key(ClassResults::class);
    }

    pub(super) fn check(&self) -> Result<(), EvidenceError> {
        let route = || self.name();
        if !self.declaration.as_deref().is_none_or(is_digest) {
            return Err(EvidenceError::Declaration { route: route() });
        }
        let next = self.classes.iter().skip(1);
        let is_sorted = self
            .classes
            .iter()
            .zip(next)
            .all(|(one, next)| one.class < next.class);
        if !is_sorted {
            return Err(EvidenceError::Classes { route: route() });
        }
        for class in &self.classes {
            if !class.adds_up() {
                return Err(EvidenceError::Count {
                    route: route(),
                    class: class.class,
                });
            }
        }
        Ok(())
    }
}

fn is_digest(text: &str) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == 64 && text.bytes().all(is_digit)
}

impl ClassResults {
    fn new(class: AttackClass) -> Self {
        Self {
            class,
            sent: 0,
            refused: Vec::new(),
            admitted: Vec::new(),
            excused: None,
            not_covered: Vec::new(),
        }
    }

    /// Returns the class.
    pub fn class(&self) -> AttackClass {
        self.class
    }

    /// Returns the number of attacks that were sent.
    pub fn sent(&self) -> u32 {
        self.sent
    }

    /// Returns the number of attacks that were refused.
    pub fn refused(&self) -> u32 {
        self.refused.iter().map(RefusalCount::count).sum()
    }

    /// Returns the refusals by status and challenge, sorted.
    pub fn refusals(&self) -> &[RefusalCount] {
        &self.refused
    }

    /// Returns the attacks that were not refused.
    pub fn admitted(&self) -> &[Admission] {
        &self.admitted
    }

    /// Returns the reason for which the test accepts every attack of the class that was admitted or could not be sent, if it does.
    pub fn excuse(&self) -> Option<&str> {
        self.excused.as_deref()
    }

    /// Returns the reason for which the test accepts an admitted attack, alone or with its class.
    pub fn excuse_of<'a>(&'a self, admission: &'a Admission) -> Option<&'a str> {
        admission.excused.as_deref().or(self.excuse())
    }

    /// Returns the attacks that were not refused, and that the test does not accept.
    pub fn unexcused(&self) -> impl Iterator<Item = &Admission> {
        let admitted = self.admitted.iter();
        admitted.filter(|admission| self.excuse_of(admission).is_none())
    }

    /// Returns the reasons for which some attacks of the class could not be sent.
    pub fn not_covered(&self) -> &[String] {
        &self.not_covered
    }

    /// Returns whether the class is evidence: attacks were sent, all were refused, and none was left out.
    pub fn is_evidence(&self) -> bool {
        self.sent > 0 && self.admitted.is_empty() && self.not_covered.is_empty()
    }

    fn adds_up(&self) -> bool {
        let counts = self.refused.iter().map(|refusal| u64::from(refusal.count));
        let admitted = u64::try_from(self.admitted.len()).ok();
        admitted.and_then(|admitted| counts.sum::<u64>().checked_add(admitted))
            == Some(u64::from(self.sent))
    }
}
impl ClassResults {
    /// Adds a refused attack.
    pub(crate) fn add_refusal(&mut self, status: u16, challenge: Option<&str>) {
        self.sent += 1;
        let mut counts: BTreeMap<(u16, Option<String>), u32> = std::mem::take(&mut self.refused)
            .into_iter()
            .map(|refusal| ((refusal.status, refusal.challenge), refusal.count))
            .collect();
        *counts
            .entry((status, challenge.map(str::to_owned)))
            .or_default() += 1;
        let counts = counts.into_iter();
        self.refused = counts
            .map(|((status, challenge), count)| RefusalCount {
                status,
                challenge,
                count,
            })
            .collect();
    }

    /// Adds an admitted attack.
    pub(crate) fn add_admission(&mut self, attack: String, status: u16) {
        self.sent += 1;
        self.admitted.push(Admission {
            attack,
            status,
            excused: None,
        });
    }

    /// Adds a reason for which attacks could not be sent, once.
    pub(crate) fn add_not_covered(&mut self, reason: String) {
        if !self.not_covered.contains(&reason) {
            self.not_covered.push(reason);
        }
    }

    /// Sets the reason for which the test accepts every admitted attack of the class.
    pub(crate) fn excuse_admissions(&mut self, reason: &str) {
        self.excused = Some(reason.to_owned());
    }

    /// Sets the reason for which the test accepts the admitted attacks with this description.
    pub(crate) fn excuse_admission(&mut self, attack: &str, reason: &str) {
        let named = self.admitted.iter_mut();
        for admission in named.filter(|admission| admission.attack == attack) {
            admission.excused = Some(reason.to_owned());
        }
    }
}

impl RefusalCount {
    /// Returns the status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the challenge (`WWW-Authenticate`), if there is one.
    pub fn challenge(&self) -> Option<&str> {
        self.challenge.as_deref()
    }

    /// Returns the number of refusals.
    pub fn count(&self) -> u32 {
        self.count
    }
}

impl Admission {
    /// Returns the description of the attack.
    pub fn attack(&self) -> &str {
        &self.attack
    }

    /// Returns the status of the response, or 0 if there was none.
    pub fn status(&self) -> u16 {
        self.status
    }
}
