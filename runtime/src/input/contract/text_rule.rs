//! The rules of garde about text, as functions that generated code calls; see `rule`.

use std::marker::PhantomData;

use garde::rules;
use garde::rules::ip::IpKind;
use garde::rules::pattern::Matcher;

/// Says that the rules about text apply to a type: `String`, `Cow<str>`, and an `Option` of these.
///
/// They are `ascii`, `alphanumeric`, `prefix`, `suffix`, `contains`, `pattern`, `ip`, `ipv4`, `ipv6`,
/// `email`, `url`, `credit_card` and `phone_number`.
///
/// # Fix
///
/// Remove the rule, or write the field as a `String`. On a list of texts, write the rule in `inner(…)`.
#[diagnostic::on_unimplemented(
    message = "this rule does not apply to `{Self}`",
    label = "`{Self}` is not a text",
    note = "help: remove the rule, or write the field as a `String`; on a list of texts, write the rule in `inner(…)`"
)]
pub trait IsText<Rule: TextRule> {
    /// Applies the rule.
    ///
    /// # Errors
    ///
    /// The text breaks the rule.
    #[doc(hidden)]
    fn check_text(&self, arguments: Rule::Arguments<'_>) -> garde::Result;
}

/// A rule about text.
pub trait TextRule {
    /// The arguments of the rule.
    type Arguments<'a>;
}

/// The rule `pattern`.
pub struct Pattern<M>(PhantomData<M>);

impl<M: 'static> TextRule for Pattern<M> {
    type Arguments<'a> = (&'a M,);
}

#[diagnostic::do_not_recommend]
impl<T: rules::pattern::Pattern, M: Matcher + 'static> IsText<Pattern<M>> for T {
    #[inline]
    fn check_text(&self, matcher: (&M,)) -> garde::Result {
        rules::pattern::apply(self, matcher)
    }
}

/// Applies `pattern(…)`.
///
/// # Errors
///
/// The text does not match.
#[inline]
pub fn pattern<T, M>(value: &T, matcher: (&M,)) -> garde::Result
where
    T: IsText<Pattern<M>>,
    M: Matcher + 'static,
{
    value.check_text(matcher)
}

macro_rules! text_rules {
    ($($name:ident $rule:ident ($($argument:tt)*);)*) => {$(
        #[doc = concat!("The rule `", stringify!($name), "`.")]
        pub enum $rule {}

        impl TextRule for $rule {
            type Arguments<'a> = ($($argument)*);
        }

        #[diagnostic::do_not_recommend]
        impl<T: rules::$name::$rule> IsText<$rule> for T {
            #[inline]
            fn check_text(&self, arguments: <$rule as TextRule>::Arguments<'_>) -> garde::Result {
                rules::$name::apply(self, arguments)
            }
        }
    )*};
}

text_rules! {
    ascii Ascii ();
    alphanumeric Alphanumeric ();
    prefix Prefix (&'a str,);
    suffix Suffix (&'a str,);
    contains Contains (&'a str,);
    ip Ip (IpKind,);
}

/// Applies a rule about text.
///
/// # Errors
///
/// The text breaks the rule.
#[inline]
pub fn check_text<R: TextRule, T: IsText<R>>(
    value: &T,
    arguments: R::Arguments<'_>,
) -> garde::Result {
    value.check_text(arguments)
}

/// Returns the value of a rule that garde has with a feature only: it must be a text.
#[inline]
pub fn text<T: IsText<Ascii>>(value: &T) -> &T {
    value
}
