//! An input that was refused behind the guard, told once for a request.

use crate::audit::Reason;
use crate::input::{InputError, InputLocation, Violation};
use crate::policy::Declaration;
use crate::token::VerifiedToken;

/// What operators are told of it: nothing that the client wrote, and no name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefusedInput {
    reason: Reason,
    location: Option<InputLocation>,
    /// The names of the broken rules, each once.
    rules: Vec<&'static str>,
}

impl RefusedInput {
    /// By an extractor that is not ours; only its status is known.
    pub(crate) const BY_EXTRACTOR: Self = Self {
        reason: Reason::RejectedByExtractor,
        location: None,
        rules: Vec::new(),
    };

    /// None for the API's own fault.
    pub(crate) fn of(error: &InputError) -> Option<Self> {
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
            InputError::TooSlow(_) => (Reason::BodyTimeout, InputLocation::Body, &[][..]),
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
            InputError::HandlerMismatch => return None,
        };
        let mut rules: Vec<_> = violations.iter().map(told).collect();
        rules.sort_unstable();
        rules.dedup();
        let location = Some(location);
        Some(Self {
            reason,
            location,
            rules,
        })
    }

    /// Tells it; `token` is there where the handler asks for one.
    #[cfg_attr(
        not(feature = "tracing"),
        allow(
            unused_variables,
            reason = "only an event names the handler and the token"
        )
    )]
    pub(crate) fn tell(&self, declaration: &'static Declaration, token: Option<&VerifiedToken>) {
        #[cfg(feature = "tracing")]
        crate::audit::event::tell_input(
            declaration,
            self.reason,
            self.location,
            &self.rules,
            token,
        );
        #[cfg(feature = "metrics")]
        crate::audit::meter::count_input(self.reason, self.location);
    }
}

fn told(violation: &Violation) -> &'static str {
    violation.written_rule().unwrap_or("custom")
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn invalid(rules: &[Cow<'static, str>]) -> RefusedInput {
        let violations = rules
            .iter()
            .map(|rule| Violation::new("/hunter2", rule.clone(), "hunter2"));
        RefusedInput::of(&InputError::Invalid(
            InputLocation::Body,
            violations.collect(),
        ))
        .unwrap()
    }

    #[test]
    fn each_rule_is_told_once_and_no_name_that_was_put_together() {
        let rules = ["range", "length", "range"].map(Cow::Borrowed);
        assert_eq!(invalid(&rules).rules, ["length", "range"]);
        let owned = Cow::Owned("hunter2".to_owned());
        let told = invalid(&[owned]);
        assert_eq!(told.rules, ["custom"]);
        assert!(!format!("{told:?}").contains("hunter2"));
    }

    #[test]
    fn the_apis_own_fault_is_no_refused_input() {
        assert_eq!(RefusedInput::of(&InputError::HandlerMismatch), None);
    }
}
