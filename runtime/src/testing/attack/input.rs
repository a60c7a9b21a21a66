//! Attacks on the input: unknown members and broken bounds.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use serde_json::Value;

use crate::evidence::AttackClass;
use crate::input::InputLocation;
use crate::testing::attack::engine::RouteAttack;
use crate::testing::attack::part::Part;
use crate::testing::attack::request::AttackRequest;
use crate::testing::attack::schema::{
    Mutation, MutationKind, Position, Variation, is_valid, mutations, variations,
};

/// The largest number of members, items, entries and alternatives that are added to one part of the request.
const MAX_VARIATIONS: usize = 1_000;

/// One part of the request under attack.
struct PartAttack<'p> {
    /// Its position among the parts.
    at: usize,
    part: &'p Part,
    schema: &'p Value,
    /// The hashes of the values that were sent.
    sent: HashSet<u64>,
}

impl RouteAttack<'_> {
    pub(super) async fn input(&mut self) {
        let parts = self.parts.clone();
        let (further, unusable) = self.target.further_parts();
        for reason in unusable {
            self.not_covered(
                AttackClass::Bound,
                &format!("a further sample cannot be used: {reason}"),
            );
        }
        for (at, part) in parts.list.iter().enumerate() {
            let Some(schema) = &part.schema else {
                continue;
            };
            let stated = further.iter().filter_map(|parts| parts.find(part.location));
            let stated: Vec<Value> = stated.map(|part| part.value.clone()).collect();
            if !stated.iter().all(|value| is_valid(schema, value)) {
                self.not_covered(
                    AttackClass::Bound,
                    &format!(
                        "a further sample cannot be used: its {} does not satisfy the schema",
                        part.location
                    ),
                );
            }
            let attack = PartAttack {
                at,
                part,
                schema,
                sent: HashSet::new(),
            };
            self.part(attack, &stated).await;
        }
        for (class, reason) in &parts.unattacked {
            self.not_covered(*class, reason);
        }
        self.unchecked(&parts).await;
    }

    /// Breaks each bound of a part, then those of each member, item, entry and alternative that it lacks.
    async fn part(&mut self, mut attack: PartAttack<'_>, stated: &[Value]) {
        let PartAttack { part, schema, .. } = attack;
        let root = Position::root(schema);
        self.break_bounds(&mut attack, &root, &part.value).await;
        let mut waiting: VecDeque<_> = variations(schema, &root, &part.value, stated).into();
        let mut count = 0;
        while let Some(variation) = waiting.pop_front() {
            count += 1;
            if self.is_exhausted() {
                return;
            }
            let gap = if count > MAX_VARIATIONS {
                format!("more than {MAX_VARIATIONS} parts that the sample lacks")
            } else {
                match self.accepted_value(attack.at, &variation).await {
                    Ok(value) => {
                        let position = &variation.position;
                        self.break_bounds(&mut attack, position, &value).await;
                        waiting.extend(variations(schema, position, &value, stated));
                        continue;
                    }
                    Err(reason) => format!("{}: {reason}", variation.name),
                }
            };
            self.not_covered(
                AttackClass::Bound,
                &format!("in the {}, {gap}", part.location),
            );
            if count > MAX_VARIATIONS {
                return;
            }
        }
    }

    /// Returns a value with the part that the sample lacks, if the API accepts it.
    ///
    /// # Errors
    ///
    /// Returns the reason if it accepts none.
    async fn accepted_value(
        &mut self,
        at: usize,
        variation: &Variation<'_>,
    ) -> Result<Value, String> {
        let mut reason =
            "no value follows from its schema; state one in a further `sample`".to_owned();
        for value in &variation.candidates {
            let request = self.target.request(&self.parts.with(at, value.clone()));
            if is_same(&request, &self.base) {
                continue;
            }
            let Some(outcome) = self.send_accepted(AttackClass::Bound, &request).await else {
                continue;
            };
            if self.target.admits(&outcome) {
                return Ok(value.clone());
            }
            reason = format!(
                "the API answers a value that follows from its schema with status {}; state one that it accepts in a further `sample`",
                outcome.status
            );
        }
        Err(reason)
    }

    /// Breaks each bound at and below a position of a value that the API accepts.
    async fn break_bounds(
        &mut self,
        attack: &mut PartAttack<'_>,
        position: &Position<'_>,
        value: &Value,
    ) {
        let PartAttack {
            at, part, schema, ..
        } = *attack;
        let accepted = self.target.request(&self.parts.with(at, value.clone()));
        let (mutations, unbroken) = mutations(schema, position, value, part.encoding());
        for mutation in mutations {
            let Some(class) = class_of(&mutation, part) else {
                continue;
            };
            let hasher = BuildHasherDefault::<DefaultHasher>::default();
            let is_new = attack
                .sent
                .insert(hasher.hash_one(mutation.value.to_string()));
            if !is_new || part.is_absent(&mutation.value) {
                continue;
            }
            let request = self.target.request(&self.parts.with(at, mutation.value));
            if is_same(&request, &accepted) {
                continue;
            }
            let description = format!("in the {}, {}", part.location, mutation.description);
            self.attempt_input(class, &description, &request).await;
        }
        for bound in unbroken {
            self.not_covered(
                AttackClass::Bound,
                &format!("in the {}, {bound}", part.location),
            );
        }
    }
}

/// Returns the class of a mutation; `None` for an unknown member where those of other layers are usual.
fn class_of(mutation: &Mutation, part: &Part) -> Option<AttackClass> {
    let is_open = matches!(
        part.location,
        InputLocation::Path | InputLocation::Header | InputLocation::Cookie
    );
    match mutation.kind {
        MutationKind::UnknownMember if is_open => None,
        MutationKind::UnknownMember => Some(AttackClass::UnknownMember),
        MutationKind::Bound => Some(AttackClass::Bound),
    }
}

/// Returns whether two requests without a token are written in the same way.
fn is_same(one: &AttackRequest, other: &AttackRequest) -> bool {
    one.target == other.target && one.headers == other.headers && one.body.bytes == other.body.bytes
}
