//! The audit of one rejected input.

use crate::audit::{Principal, Reason, RequestId};
use crate::input::{InputError, InputLocation, Violation};
use crate::policy::Declaration;
use crate::steps;

/// The audit record of a rejected input, without any text from the request.
///
/// The response carries it in its extensions until the route emits it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RejectedInput {
    reason: Reason,
    location: Option<InputLocation>,
    /// The names of the broken rules, sorted and without duplicates.
    rules: Vec<&'static str>,
}

impl RejectedInput {
    /// The record of a rejection by an extractor outside this crate.
    pub(crate) const BY_EXTRACTOR: Self = Self {
        reason: Reason::RejectedByExtractor,
        location: None,
        rules: Vec::new(),
    };

    /// Returns the record of an input error, or `None` for an error of the API itself.
    pub(crate) fn new(error: &InputError) -> Option<Self> {
        let (reason, location, violations) = match error {
            InputError::MediaType(_) => {
                (Reason::UnsupportedMediaType, InputLocation::Body, &[][..])
            }
            InputError::ContentCoding => (
                Reason::UnsupportedContentCoding,
                InputLocation::Body,
                &[][..],
            ),
            InputError::TooLarge(_) => (Reason::BodyTooLarge, InputLocation::Body, &[][..]),
            InputError::TooSlow(_) | InputError::Stalled(_) => {
                (Reason::BodyTimeout, InputLocation::Body, &[][..])
            }
            InputError::Incomplete => (Reason::IncompleteBody, InputLocation::Body, &[][..]),
            InputError::Malformed(location, violation) => (
                Reason::MalformedInput,
                *location,
                std::slice::from_ref(violation),
            ),
            InputError::TypeMismatch(location, violation) => (
                Reason::TypeMismatch,
                *location,
                std::slice::from_ref(violation),
            ),
            InputError::Invalid(location, violations) => {
                (Reason::InvalidInput, *location, violations.as_slice())
            }
            InputError::StorageUnavailable | InputError::HandlerMismatch => return None,
        };
        let mut rules: Vec<_> = violations.iter().map(rule_name).collect();
        rules.sort_unstable();
        rules.dedup();
        let location = Some(location);
        Some(Self {
            reason,
            location,
            rules,
        })
    }

    /// Emits the event and counts it, with the token if the handler requires one.
    #[cfg_attr(
        not(feature = "tracing"),
        allow(
            unused_variables,
            clippy::unused_self,
            reason = "events and metrics use the record; only events, the declaration, the token and the id"
        )
    )]
    pub(crate) fn emit(
        &self,
        declaration: &'static Declaration,
        principal: Option<Principal<'_>>,
        request_id: Option<&RequestId>,
    ) {
        steps::decide(self.reason.as_str(), true);
        #[cfg(feature = "tracing")]
        crate::audit::event::emit_rejected_input(
            declaration,
            self.reason,
            self.location,
            &self.rules,
            principal,
            request_id,
        );
        #[cfg(feature = "metrics")]
        crate::audit::metrics::record_rejected_input(self.reason, self.location);
    }
}

/// Returns the name of the rule, or `custom` if the name was built at run time.
fn rule_name(violation: &Violation) -> &'static str {
    violation.static_rule().unwrap_or("custom")
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn invalid(rules: &[Cow<'static, str>]) -> RejectedInput {
        let violations = rules
            .iter()
            .map(|rule| Violation::new("/hunter2", rule.clone(), "hunter2"));
        RejectedInput::new(&InputError::Invalid(
            InputLocation::Body,
            violations.collect(),
        ))
        .unwrap()
    }

    #[test]
    fn rejected_input_lists_each_static_rule_name_once() {
        let rules = ["range", "length", "range"].map(Cow::Borrowed);
        assert_eq!(invalid(&rules).rules, ["length", "range"]);
        let owned = Cow::Owned("hunter2".to_owned());
        let rejected = invalid(&[owned]);
        assert_eq!(rejected.rules, ["custom"]);
        assert!(!format!("{rejected:?}").contains("hunter2"));
    }

    #[test]
    fn handler_mismatch_is_not_a_rejected_input() {
        assert_eq!(RejectedInput::new(&InputError::HandlerMismatch), None);
    }
}
