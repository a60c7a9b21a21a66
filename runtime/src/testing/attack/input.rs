//! Attacks on the input: unknown members and broken bounds.

use crate::evidence::AttackClass;
use crate::input::InputLocation;
use crate::testing::attack::engine::RouteAttack;
use crate::testing::attack::request::Outcome;
use crate::testing::attack::schema::{MutationKind, mutations};

impl RouteAttack<'_> {
    pub(super) async fn input(&mut self) {
        let parts = self.parts.clone();
        for (at, part) in parts.parts.iter().enumerate() {
            let Some(schema) = part.schema.clone() else {
                continue;
            };
            let (mutations, unbroken) = mutations(&schema, &part.value, part.encoding());
            for mutation in mutations {
                let class = match mutation.kind {
                    MutationKind::UnknownMember
                        if matches!(
                            part.location,
                            InputLocation::Path | InputLocation::Header | InputLocation::Cookie
                        ) =>
                    {
                        continue;
                    }
                    MutationKind::UnknownMember => AttackClass::UnknownMember,
                    MutationKind::Bound => AttackClass::Bound,
                };
                if part.is_absent(&mutation.value) {
                    continue;
                }
                let request = self.target.request(&parts.with(at, mutation.value));
                if request.target == self.base.target
                    && request.headers == self.base.headers
                    && request.body.bytes == self.base.body.bytes
                {
                    continue;
                }
                let description = format!("in the {}, {}", part.location, mutation.description);
                let request = self.authorized(&request);
                self.attempt(class, &description, &request, &Outcome::is_refused)
                    .await;
            }
            for bound in unbroken {
                self.not_covered(
                    AttackClass::Bound,
                    &format!("in the {}, {bound}", part.location),
                );
            }
        }
        self.unchecked(&parts).await;
    }
}
