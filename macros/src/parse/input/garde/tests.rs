//! The rules of garde, and the mistakes in them.

use syn::parse_quote;

use super::*;

fn rules(attribute: Attribute) -> (FieldRules, Vec<String>) {
    let mut diagnostics = Diagnostics::default();
    let rules = FieldRules::parse(&[attribute], &mut diagnostics);
    (rules, diagnostics.into_messages())
}

#[test]
fn equal_is_both_ends_of_a_length() {
    let (field, messages) = rules(parse_quote!(#[garde(length(bytes, equal = 8))]));
    assert!(messages.is_empty(), "{messages:?}");
    let [GardeRule { kind, .. }] = &field.rules[..] else {
        panic!("not one rule");
    };
    assert!(matches!(
        kind,
        RuleKind::Length(
            Measure::Bytes,
            Ends {
                min: Some(_),
                max: Some(_)
            }
        )
    ));
}

#[test]
fn condition_of_if_is_not_a_rule() {
    let (field, _) = rules(parse_quote!(#[garde(if(cond = self.a, ascii, dive))]));
    let [GardeRule { kind, .. }] = &field.rules[..] else {
        panic!("not one rule");
    };
    assert!(matches!(kind, RuleKind::If(_, rules) if rules.len() == 2));
}

/// A mistake in `#[garde(…)]`, its message and its help.
const MISTAKES: [(&str, &str, &str); 21] = [
    ("asci", "unknown rule `asci`", "write `ascii`"),
    ("lenght(max = 9)", "unknown rule `lenght`", "write `length`"),
    (
        "length",
        "`length` has no arguments",
        "write `length(chars, max = 64)`",
    ),
    (
        "length()",
        "`length` has no arguments",
        "write `length(chars, max = 64)`",
    ),
    (
        "length(64)",
        "`length` is malformed: expected `min`, `max` or `equal`",
        "write `length(chars, max = 64)`",
    ),
    (
        "length(max = )",
        "`length` is malformed: expected an expression",
        "write `length(chars, max = 64)`",
    ),
    (
        "length(max)",
        "`max` has no value",
        "write `length(chars, max = 64)`",
    ),
    (
        "length(max = 1, max = 2)",
        "duplicate argument `max`",
        "remove one `max`",
    ),
    (
        "length(chars, bytes, max = 2)",
        "`bytes` is a second unit",
        "write one unit in each `length(…)`",
    ),
    (
        "length(maximum = 1)",
        "unknown argument `maximum` of `length`",
        "write `length(chars, max = 64)`",
    ),
    (
        r#"length(max = "9")"#,
        "a length is not a whole number",
        "write a number of at least 0: `length(chars, max = 64)`",
    ),
    (
        "length(min = 9, max = 1)",
        "`min` is larger than `max`",
        "write `min = 1` or less, or `max = 9` or more",
    ),
    (
        "range(maximum = 1)",
        "unknown argument `maximum` of `range`",
        "write `range(min = 1, max = 100)`",
    ),
    (
        "range(min = 1, equal = 1)",
        "`equal` is beside `min` or `max`",
        "write either `equal`, or `min` and `max`",
    ),
    (
        r#"range(max = "b")"#,
        "an end of a range is not a number",
        "write numbers: `range(min = 1, max = 100)`",
    ),
    (
        "ascii(true)",
        "`ascii` has arguments",
        "write `ascii` alone",
    ),
    (
        "prefix",
        "`prefix` has no arguments",
        "write `prefix(\"text\")`",
    ),
    (
        "if(ascii)",
        "`if` has no `cond`",
        "write `if(cond = self.is_gift, length(chars, max = 20))`",
    ),
    (
        "if(cond = self.a)",
        "`if` has no rules",
        "write `if(cond = self.is_gift, length(chars, max = 20))`",
    ),
    (
        "inner",
        "`inner` has no arguments",
        "write `inner(length(chars, max = 64))`",
    ),
    (
        "length(chars)",
        "`length` has no limit",
        "write `length(chars, max = 64)`",
    ),
];

#[test]
fn misused_rule_is_one_mistake() {
    for (rule, message, help) in MISTAKES {
        let rule: proc_macro2::TokenStream = rule.parse().unwrap();
        let (field, messages) = rules(parse_quote!(#[garde(#rule)]));
        assert!(messages.is_empty(), "{messages:?}");
        let Some(RuleKind::Rejected(rejection)) = field.rules.first().map(|rule| &rule.kind) else {
            panic!("accepted: {message}");
        };
        assert_eq!(rejection.message, message);
        assert_eq!(rejection.help, help);
    }
}

#[test]
fn malformed_attribute_is_reported() {
    let (field, messages) = rules(parse_quote!(#[garde(length(max = 9) ascii)]));
    assert!(field.is_malformed);
    assert_eq!(messages, ["expected `,`"]);
}

fn item(attribute: Attribute) -> ItemRules {
    let mut diagnostics = Diagnostics::default();
    let rules = ItemRules::parse(&[attribute], &mut diagnostics);
    assert!(diagnostics.into_compile_errors().is_none());
    rules
}

#[test]
fn context_has_a_type_and_a_name() {
    let parse = |attribute: Attribute| {
        let rules = item(attribute);
        (rules.context.is_some(), rules.context_name.to_string())
    };
    assert_eq!(
        parse(parse_quote!(#[garde(context(Limits as limits))])),
        (true, "limits".to_owned())
    );
    assert_eq!(
        parse(parse_quote!(#[garde(context(Limits))])),
        (true, DEFAULT_CONTEXT_NAME.to_owned())
    );
    assert_eq!(
        parse(parse_quote!(#[garde(transparent)])),
        (false, DEFAULT_CONTEXT_NAME.to_owned())
    );
}

#[test]
fn wrong_word_on_a_type_is_a_mistake() {
    let cases: [(Attribute, &str); 4] = [
        (
            parse_quote!(#[garde(ascii)]),
            "unknown word `ascii` in `garde` on a type",
        ),
        (
            parse_quote!(#[garde(context)]),
            "`context` has no arguments",
        ),
        (
            parse_quote!(#[garde(transparent, transparent)]),
            "duplicate word `transparent`",
        ),
        (
            parse_quote!(#[garde(custom(a b))]),
            "`custom` is malformed: unexpected token",
        ),
    ];
    for (attribute, message) in cases {
        let rules = item(attribute);
        let messages: Vec<_> = rules.rejections.iter().map(|r| &r.message[..]).collect();
        assert_eq!(messages, [message]);
    }
}
