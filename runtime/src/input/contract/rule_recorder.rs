//! The message of each garde rule, and the rule that a message belongs to.
//!
//! garde's errors are texts without the name of the rule. garde requests each text by the rule's name
//! though, so the code that writes the texts can record the rule.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt::Display;

use garde::i18n::{I18n, InvalidCreditCard, InvalidEmail, InvalidPhoneNumber, InvalidUrl, IpKind};

use crate::input::contract::bounded::NOT_FINITE;
use crate::input::contract::violation::MAX_VIOLATIONS;

/// The maximum number of texts of one validation: many rules with different limits.
const MAX_TEXTS: usize = 16 * MAX_VIOLATIONS;

/// Writes the texts of one validation and records the rule of each text once.
#[derive(Default)]
pub(crate) struct RuleRecorder(RefCell<Vec<(&'static str, Cow<'static, str>)>>);

impl RuleRecorder {
    /// Returns the rule of a message; `custom` if it was not recorded.
    pub(crate) fn rule_of(&self, detail: &str) -> &'static str {
        if detail == NOT_FINITE {
            return "finite";
        }
        let rules = self.0.borrow();
        rules
            .iter()
            .find(|(_, text)| text == detail)
            .map_or("custom", |(rule, _)| rule)
    }

    fn record(&self, rule: &'static str, text: impl Into<Cow<'static, str>>) -> Cow<'static, str> {
        let text = text.into();
        let mut recorded = self.0.borrow_mut();
        if recorded.len() < MAX_TEXTS && !recorded.iter().any(|(_, known)| *known == text) {
            recorded.push((rule, text.clone()));
        }
        text
    }
}

impl I18n for RuleRecorder {
    fn length_lower_than(&self, min: usize) -> Cow<'static, str> {
        self.record("length", format!("must have a length of at least {min}"))
    }

    fn length_greater_than(&self, max: usize) -> Cow<'static, str> {
        self.record("length", format!("must have a length of at most {max}"))
    }

    fn range_lower_than(&self, min: &dyn Display) -> Cow<'static, str> {
        self.record("range", format!("must be at least {min}"))
    }

    fn range_greater_than(&self, max: &dyn Display) -> Cow<'static, str> {
        self.record("range", format!("must be at most {max}"))
    }

    fn credit_card_invalid(&self, _: InvalidCreditCard) -> Cow<'static, str> {
        self.record("credit_card", "must be a credit card number")
    }

    fn pattern_no_match(&self, pattern: &dyn Display) -> Cow<'static, str> {
        self.record("pattern", format!("must match the pattern `{pattern}`"))
    }

    fn contains_missing(&self, part: &dyn Display) -> Cow<'static, str> {
        self.record("contains", format!("must contain `{part}`"))
    }

    fn url_invalid(&self, _: InvalidUrl) -> Cow<'static, str> {
        self.record("url", "must be a URL")
    }

    fn prefix_missing(&self, prefix: &dyn Display) -> Cow<'static, str> {
        self.record("prefix", format!("must start with `{prefix}`"))
    }

    fn suffix_missing(&self, suffix: &dyn Display) -> Cow<'static, str> {
        self.record("suffix", format!("must end with `{suffix}`"))
    }

    fn phone_number_invalid(&self, _: InvalidPhoneNumber) -> Cow<'static, str> {
        self.record("phone_number", "must be a phone number")
    }

    fn ip_invalid(&self, kind: IpKind) -> Cow<'static, str> {
        self.record("ip", format!("must be an {kind} address"))
    }

    fn matches_field_mismatch(&self, field: &dyn Display) -> Cow<'static, str> {
        self.record("matches", format!("must be the same as `{field}`"))
    }

    fn email_invalid(&self, _: InvalidEmail) -> Cow<'static, str> {
        self.record("email", "must be an email address")
    }

    fn ascii_invalid(&self) -> Cow<'static, str> {
        self.record("ascii", "must be ASCII")
    }

    fn alphanumeric_invalid(&self) -> Cow<'static, str> {
        self.record("alphanumeric", "must contain only letters and digits")
    }

    fn required_not_set(&self) -> Cow<'static, str> {
        self.record("required", "must not be null")
    }
}

#[cfg(test)]
mod tests {
    use garde::Validate;
    use garde::i18n::with_i18n;

    use super::*;

    #[derive(Validate)]
    struct EveryRule {
        #[garde(length(min = 1, max = 3))]
        length: &'static str,
        #[garde(range(min = 1, max = 3))]
        range: u8,
        #[garde(contains("x"), prefix("p"), suffix("s"), ascii)]
        text: &'static str,
        #[garde(alphanumeric, ip, matches(text))]
        other: &'static str,
        #[garde(required)]
        required: Option<u8>,
        #[garde(custom(|_: &u8, (): &()| Err::<(), _>(garde::Error::new("is odd"))))]
        custom: u8,
    }

    #[test]
    fn rule_of_recorded_message_is_its_name() {
        let value = EveryRule {
            length: "",
            range: 4,
            text: "\u{e9}",
            other: "-",
            required: None,
            custom: 1,
        };
        let recorder = RuleRecorder::default();
        let report = with_i18n(&recorder, || value.validate().unwrap_err());
        let rules: Vec<_> = report
            .iter()
            .map(|(path, error)| (path.to_string(), recorder.rule_of(error.message())))
            .collect();
        let expected = [
            ("length", "length"),
            ("range", "range"),
            ("text", "contains"),
            ("text", "prefix"),
            ("text", "suffix"),
            ("text", "ascii"),
            ("other", "alphanumeric"),
            ("other", "ip"),
            ("other", "matches"),
            ("required", "required"),
            ("custom", "custom"),
        ];
        let mut actual: Vec<_> = rules
            .iter()
            .map(|(at, rule)| (at.as_str(), *rule))
            .collect();
        let mut expected = expected.to_vec();
        actual.sort_unstable();
        expected.sort_unstable();
        assert_eq!(actual, expected);
    }

    #[test]
    fn every_rule_is_documented() {
        let document = include_str!("../../../PROBLEMS.md");
        let recorder = RuleRecorder::default();
        let number: &dyn Display = &1;
        let texts = [
            recorder.length_lower_than(1),
            recorder.length_greater_than(1),
            recorder.range_lower_than(number),
            recorder.range_greater_than(number),
            recorder.credit_card_invalid(InvalidCreditCard::Other),
            recorder.pattern_no_match(number),
            recorder.contains_missing(number),
            recorder.url_invalid(InvalidUrl::Other),
            recorder.prefix_missing(number),
            recorder.suffix_missing(number),
            recorder.phone_number_invalid(InvalidPhoneNumber::Other),
            recorder.ip_invalid(IpKind::Any),
            recorder.matches_field_mismatch(number),
            recorder.email_invalid(InvalidEmail::Empty),
            recorder.ascii_invalid(),
            recorder.alphanumeric_invalid(),
            recorder.required_not_set(),
            NOT_FINITE.into(),
        ];
        for text in texts {
            let rule = recorder.rule_of(&text);
            assert_ne!(rule, "custom", "{text}");
            assert!(document.contains(&format!("`{rule}`")), "{rule}");
        }
    }
}
