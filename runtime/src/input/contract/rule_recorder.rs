//! What garde tells of broken rules, and which rule told it.
//!
//! garde's errors are texts. It asks for each text by the rule's name, so who writes the
//! texts can remember the rule.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt::Display;

use garde::i18n::{I18n, InvalidCreditCard, InvalidEmail, InvalidPhoneNumber, InvalidUrl, IpKind};

use crate::input::contract::bounded::NOT_FINITE;

/// The rule of every text that was told in one validation.
#[derive(Default)]
pub(crate) struct Told(RefCell<Vec<(&'static str, Cow<'static, str>)>>);

impl Told {
    /// The rule that told this; `custom` where nobody remembers.
    pub(crate) fn rule_of(&self, detail: &str) -> &'static str {
        if detail == NOT_FINITE {
            return "finite";
        }
        let told = self.0.borrow();
        told.iter()
            .find(|(_, text)| text == detail)
            .map_or("custom", |(rule, _)| rule)
    }

    fn tell(&self, rule: &'static str, text: impl Into<Cow<'static, str>>) -> Cow<'static, str> {
        let text = text.into();
        self.0.borrow_mut().push((rule, text.clone()));
        text
    }
}

impl I18n for Told {
    fn length_lower_than(&self, min: usize) -> Cow<'static, str> {
        self.tell("length", format!("must have a length of at least {min}"))
    }

    fn length_greater_than(&self, max: usize) -> Cow<'static, str> {
        self.tell("length", format!("must have a length of at most {max}"))
    }

    fn range_lower_than(&self, min: &dyn Display) -> Cow<'static, str> {
        self.tell("range", format!("must be at least {min}"))
    }

    fn range_greater_than(&self, max: &dyn Display) -> Cow<'static, str> {
        self.tell("range", format!("must be at most {max}"))
    }

    fn credit_card_invalid(&self, _: InvalidCreditCard) -> Cow<'static, str> {
        self.tell("credit_card", "must be a credit card number")
    }

    fn pattern_no_match(&self, pattern: &dyn Display) -> Cow<'static, str> {
        self.tell("pattern", format!("must match the pattern `{pattern}`"))
    }

    fn contains_missing(&self, part: &dyn Display) -> Cow<'static, str> {
        self.tell("contains", format!("must contain `{part}`"))
    }

    fn url_invalid(&self, _: InvalidUrl) -> Cow<'static, str> {
        self.tell("url", "must be a URL")
    }

    fn prefix_missing(&self, prefix: &dyn Display) -> Cow<'static, str> {
        self.tell("prefix", format!("must begin with `{prefix}`"))
    }

    fn suffix_missing(&self, suffix: &dyn Display) -> Cow<'static, str> {
        self.tell("suffix", format!("must end with `{suffix}`"))
    }

    fn phone_number_invalid(&self, _: InvalidPhoneNumber) -> Cow<'static, str> {
        self.tell("phone_number", "must be a phone number")
    }

    fn ip_invalid(&self, kind: IpKind) -> Cow<'static, str> {
        self.tell("ip", format!("must be an {kind} address"))
    }

    fn matches_field_mismatch(&self, field: &dyn Display) -> Cow<'static, str> {
        self.tell("matches", format!("must be the same as `{field}`"))
    }

    fn email_invalid(&self, _: InvalidEmail) -> Cow<'static, str> {
        self.tell("email", "must be an e-mail address")
    }

    fn ascii_invalid(&self) -> Cow<'static, str> {
        self.tell("ascii", "must be ASCII")
    }

    fn alphanumeric_invalid(&self) -> Cow<'static, str> {
        self.tell("alphanumeric", "must have letters and digits only")
    }

    fn required_not_set(&self) -> Cow<'static, str> {
        self.tell("required", "must not be null")
    }
}

#[cfg(test)]
mod tests {
    use garde::Validate;
    use garde::i18n::with_i18n;

    use super::*;

    #[derive(Validate)]
    struct Each {
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
    fn each_rule_is_known_by_its_name_whoever_wrote_the_text() {
        let value = Each {
            length: "",
            range: 4,
            text: "\u{e9}",
            other: "-",
            required: None,
            custom: 1,
        };
        let told = Told::default();
        let report = with_i18n(&told, || value.validate().unwrap_err());
        let rules: Vec<_> = report
            .iter()
            .map(|(path, error)| (path.to_string(), told.rule_of(error.message())))
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
        let mut known: Vec<_> = rules
            .iter()
            .map(|(at, rule)| (at.as_str(), *rule))
            .collect();
        let mut expected = expected.to_vec();
        known.sort_unstable();
        expected.sort_unstable();
        assert_eq!(known, expected);
    }

    #[test]
    fn each_rule_is_documented() {
        let document = include_str!("../../../PROBLEMS.md");
        let told = Told::default();
        let number: &dyn Display = &1;
        let texts = [
            told.length_lower_than(1),
            told.length_greater_than(1),
            told.range_lower_than(number),
            told.range_greater_than(number),
            told.credit_card_invalid(InvalidCreditCard::Other),
            told.pattern_no_match(number),
            told.contains_missing(number),
            told.url_invalid(InvalidUrl::Other),
            told.prefix_missing(number),
            told.suffix_missing(number),
            told.phone_number_invalid(InvalidPhoneNumber::Other),
            told.ip_invalid(IpKind::Any),
            told.matches_field_mismatch(number),
            told.email_invalid(InvalidEmail::Empty),
            told.ascii_invalid(),
            told.alphanumeric_invalid(),
            told.required_not_set(),
            NOT_FINITE.into(),
        ];
        for text in texts {
            let rule = told.rule_of(&text);
            assert_ne!(rule, "custom", "{text}");
            assert!(document.contains(&format!("`{rule}`")), "{rule}");
        }
    }
}
