//! The code that checks rules, by the public functions of garde.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Ident, Path};

use crate::expand::Private;
use crate::expand::input::proof::written_at;
use crate::model::{Check, CheckKind, Checks, TextFormat, Unit};

/// Emits checks of `__palisade_value`, which is reported at `__palisade_at`.
pub(super) struct Emitter<'a> {
    pub(super) private: Private<'a>,
    /// The module that replaces garde's checks.
    pub(super) adapter: Option<&'a Path>,
    /// Whether limits must be constants.
    pub(super) constant: bool,
}

impl Emitter<'_> {
    // Input:  length(max = 10), inner(length(chars, max = 20))
    // Output: let __palisade_fits = true
    //             & record(rule::length(__palisade_value, (0, 10)), …);
    //         if __palisade_fits {
    //             rule::inner(__palisade_value, |__palisade_value, __palisade_key| { … });
    //         }
    /// The checks of bounds, and `nested` afterwards. A value that is too long is not entered.
    pub(super) fn bounds(&self, checks: &Checks, nested: &TokenStream) -> TokenStream {
        let private = self.private;
        let inside = checks.inner.as_ref().map(|inner| {
            let items = self.bounds(&inner.checks, &TokenStream::new());
            self.inner(inner.span, &items)
        });
        if checks.rules.is_empty() {
            return quote!(#inside #nested);
        }
        let rules = checks.rules.iter().map(|check| {
            let result = self.result(check);
            quote!(& #private::record(#result, __palisade_at, __palisade_report))
        });
        if inside.is_none() && nested.is_empty() {
            return quote!(let _ = true #(#rules)*;);
        }
        quote! {
            let __palisade_fits = true #(#rules)*;
            if __palisade_fits {
                #inside
                #nested
            }
        }
    }

    // Input:  length(max = 10), inner(length(chars, max = 20)), custom(f)
    // Output: if is_entered(|| rule::length(__palisade_value, (0, 10))) {
    //             rule::inner(__palisade_value, |__palisade_value, __palisade_key| { … });
    //         }
    //         if let Err(error) = f(__palisade_value, &__garde_user_ctx) { … }
    //         record(rule::length(__palisade_value, (0, 10)), …);
    /// The checks of all rules, in garde's order; `nested` are those of `dive`.
    pub(super) fn rules(&self, checks: &Checks, nested: Option<TokenStream>) -> TokenStream {
        let inside = checks.inner.as_ref().map(|inner| {
            let items = self.items(&inner.checks);
            self.inner(inner.span, &items)
        });
        let inside = inside
            .or(nested)
            .map(|inside| self.if_entered(checks, &inside));
        let outer = self.outer(checks);
        quote!(#inside #outer)
    }

    /// The checks of an item; garde checks its own items last.
    fn items(&self, checks: &Checks) -> TokenStream {
        let outer = self.outer(checks);
        let inside = checks.inner.as_ref().map(|inner| {
            let items = self.items(&inner.checks);
            let inside = self.inner(inner.span, &items);
            self.if_entered(checks, &inside)
        });
        quote!(#outer #inside)
    }

    fn outer(&self, checks: &Checks) -> TokenStream {
        let private = self.private;
        let fits = self.fits(checks);
        let if_fits = |tokens: TokenStream| match &fits {
            Some(_) => quote!(if __palisade_fits { #tokens }),
            None => tokens,
        };
        let custom = checks.custom.iter().map(|function| {
            if_fits(quote! {
                if let ::core::result::Result::Err(__palisade_error) =
                    (#function)(&*__palisade_value, &__garde_user_ctx)
                {
                    __palisade_report.append(__palisade_at(), __palisade_error);
                }
            })
        });
        let rules = checks.rules.iter().map(|check| {
            let result = self.result(check);
            let rule = quote!(#private::record(#result, __palisade_at, __palisade_report););
            if is_costly(&check.kind) {
                if_fits(rule)
            } else {
                rule
            }
        });
        let conditional = checks.conditional.iter().map(|(condition, checks)| {
            let checks = self.items(checks);
            if_fits(quote!(if #condition { #checks }))
        });
        quote!(#fits #(#custom)* #(#rules)* #(#conditional)*)
    }

    // Input:  length(max = 20), pattern("^a+$")
    // Output: let __palisade_fits = is_entered(|| rule::length(__palisade_value, (0, 20)));
    /// Whether a value is short enough for rules that cost more than reading it, if it has such rules.
    fn fits(&self, checks: &Checks) -> Option<TokenStream> {
        let private = self.private;
        let is_costly = !checks.custom.is_empty()
            || !checks.conditional.is_empty()
            || checks.rules.iter().any(|check| is_costly(&check.kind));
        let is_length = |check: &&Check| {
            matches!(check.kind, CheckKind::Length { .. }) && !self::is_costly(&check.kind)
        };
        let lengths = checks.rules.iter().filter(is_length);
        let lengths: Vec<_> = lengths.map(|check| self.result(check)).collect();
        (is_costly && !lengths.is_empty())
            .then(|| quote!(let __palisade_fits = #(#private::is_entered(|| #lengths))&&*;))
    }

    /// Does not enter a list over its length if the errors are limited.
    fn if_entered(&self, checks: &Checks, inside: &TokenStream) -> TokenStream {
        let private = self.private;
        let is_count = |check: &&Check| {
            let kind = &check.kind;
            matches!(
                kind,
                CheckKind::Length {
                    unit: Unit::Simple,
                    ..
                }
            )
        };
        match checks.rules.iter().find(is_count) {
            Some(check) => {
                let result = self.result(check);
                quote!(if #private::is_entered(|| #result) { #inside })
            }
            None => inside.clone(),
        }
    }

    fn inner(&self, span: Span, items: &TokenStream) -> TokenStream {
        let private = self.private;
        let at = self.at(&quote!(__palisade_key));
        let is_full = self.is_full();
        let inner = match self.adapter {
            Some(adapter) => quote!(#adapter::inner::apply),
            None => written_at(quote!(#private::rule::inner), span),
        };
        let value = Ident::new("__palisade_value", span);
        // an adapter may enter a collection as it likes, and proves nothing
        let are_items = self
            .adapter
            .is_none()
            .then(|| quote!(#private::rule::ItemsOf(__palisade_items).contain(__palisade_value);));
        quote! {
            let __palisade_items = __palisade_value;
            #inner(#value, |__palisade_value, __palisade_key| {
                #are_items
                if #is_full {
                    return;
                }
                #at
                #items
            });
        }
    }

    /// Whether no more errors are needed.
    pub(super) fn is_full(&self) -> TokenStream {
        let private = self.private;
        if self.constant {
            quote!(#private::is_full(__palisade_report))
        } else {
            quote!(#private::is_full_if_limited(__palisade_report))
        }
    }

    /// Moves to a component of the path.
    pub(super) fn at(&self, key: &impl ToTokens) -> TokenStream {
        let private = self.private;
        quote! {
            let __palisade_at = &mut #private::at(__palisade_at, #key);
        }
    }

    /// The result of a rule.
    fn result(&self, check: &Check) -> TokenStream {
        let (private, span) = (self.private, check.span);
        let value = Ident::new("__palisade_value", span);
        if let Some(adapter) = self.adapter {
            return self.result_of_adapter(adapter, &check.kind, &value);
        }
        match &check.kind {
            CheckKind::Format(
                TextFormat::Email
                | TextFormat::Url
                | TextFormat::CreditCard
                | TextFormat::PhoneNumber,
            ) => {
                let path = path_in_garde(&check.kind);
                let applied = quote!(#path::apply(#private::rule::text(__palisade_value), ()));
                self.with_feature(&quote!(rules), &written_at(applied, span))
            }
            CheckKind::Length {
                unit: Unit::Graphemes,
                ..
            } => {
                let arguments = self.arguments(&check.kind);
                let apply = written_at(quote!(graphemes::apply), span);
                let applied = quote!(#apply(#value, __palisade_ends));
                let applied = self.with_feature(&quote!(rules::length), &applied);
                quote!({ let __palisade_ends = #arguments; #applied })
            }
            CheckKind::Pattern(pattern) => {
                let rule = written_at(quote!(#private::rule::pattern), span);
                let new = written_at(quote!(regex::Regex::new), span);
                let applied = quote! {
                    static __PALISADE_PATTERN: ::std::sync::LazyLock<regex::Regex> =
                        ::std::sync::LazyLock::new(|| #private::pattern(#new(#pattern)));
                    #rule(#value, (&__PALISADE_PATTERN,))
                };
                self.with_feature(&quote!(rules::pattern), &applied)
            }
            kind => {
                let arguments = self.arguments(kind);
                if let Some(rule) = text_rule(kind) {
                    let rule = quote!(#private::rule::check_text::<#private::rule::#rule, _>);
                    let rule = written_at(rule, span);
                    return quote!(#rule(#value, #arguments));
                }
                let name = Ident::new(name_in_runtime(kind), span);
                let rule = written_at(quote!(#private::rule::#name), span);
                quote!(#rule(#value, #arguments))
            }
        }
    }

    /// A rule in a module that garde has with a feature only.
    ///
    /// The inner import wins. Without the feature the names are those of `missing_features`, and their
    /// use is an error.
    fn with_feature(&self, module: &TokenStream, applied: &TokenStream) -> TokenStream {
        let private = self.private;
        quote! {{
            #[allow(unused_imports)]
            use #private::missing_features::*;
            {
                #[allow(unused_imports)]
                use #private::garde::#module::*;
                #applied
            }
        }}
    }

    fn result_of_adapter(&self, adapter: &Path, kind: &CheckKind, value: &Ident) -> TokenStream {
        let (private, path) = (self.private, path_in_garde(kind));
        let arguments = match kind {
            CheckKind::Format(TextFormat::Ip) => quote!((#adapter::ip::IpKind::Any,)),
            CheckKind::Format(TextFormat::Ipv4) => quote!((#adapter::ip::IpKind::V4,)),
            CheckKind::Format(TextFormat::Ipv6) => quote!((#adapter::ip::IpKind::V6,)),
            CheckKind::Pattern(pattern) => quote! {{
                static __PALISADE_PATTERN: ::std::sync::LazyLock<
                    #adapter::pattern::regex::Regex,
                > = ::std::sync::LazyLock::new(|| {
                    #private::pattern(#adapter::pattern::regex::Regex::new(#pattern))
                });
                (&__PALISADE_PATTERN,)
            }},
            kind => self.arguments(kind),
        };
        quote!((#adapter::#path::apply)(#value, #arguments))
    }

    /// The arguments after the value, as garde's functions expect them.
    fn arguments(&self, kind: &CheckKind) -> TokenStream {
        let private = self.private;
        match kind {
            CheckKind::Required
            | CheckKind::Ascii
            | CheckKind::Alphanumeric
            | CheckKind::Format(
                TextFormat::Email
                | TextFormat::Url
                | TextFormat::CreditCard
                | TextFormat::PhoneNumber,
            ) => quote!(()),
            CheckKind::Format(TextFormat::Ip) => {
                quote!((#private::garde::rules::ip::IpKind::Any,))
            }
            CheckKind::Format(TextFormat::Ipv4) => {
                quote!((#private::garde::rules::ip::IpKind::V4,))
            }
            CheckKind::Format(TextFormat::Ipv6) => {
                quote!((#private::garde::rules::ip::IpKind::V6,))
            }
            CheckKind::Length { min, max, .. } => {
                let min = min.as_ref().map(|min| self.limit(min));
                let max = max.as_ref().map(|max| self.limit(max));
                let min = min.unwrap_or_else(|| quote!(0));
                let max = max.unwrap_or_else(|| quote!(::core::primitive::usize::MAX));
                quote!((#min, #max))
            }
            CheckKind::Range { min, max } => {
                let (min, max) = (self.end(min.as_ref()), self.end(max.as_ref()));
                quote!((#min, #max))
            }
            CheckKind::Matches(path) => {
                let name = path.to_token_stream().to_string();
                quote!((#name, &self.#path))
            }
            CheckKind::Contains(text) | CheckKind::Prefix(text) | CheckKind::Suffix(text) => {
                quote_spanned!(text.span()=> (&#text,))
            }
            CheckKind::Matcher(matcher) => quote_spanned!(matcher.span()=> (&#matcher,)),
            // a static beside the call
            CheckKind::Pattern(_) => TokenStream::new(),
        }
    }

    fn end(&self, end: Option<&Expr>) -> TokenStream {
        let Some(end) = end else {
            return quote!(::core::option::Option::None);
        };
        let limit = self.limit(end);
        quote_spanned!(end.span()=> ::core::option::Option::Some(#limit))
    }

    /// A limit; code that reads the input does not compile in a `const` block.
    fn limit(&self, limit: &Expr) -> TokenStream {
        if self.constant && !is_literal(limit) {
            quote_spanned!(limit.span()=> const { #limit })
        } else {
            limit.to_token_stream()
        }
    }
}

fn is_literal(limit: &Expr) -> bool {
    match limit {
        Expr::Lit(ExprLit { .. }) => true,
        Expr::Unary(unary) => is_literal(&unary.expr),
        Expr::Paren(inner) => is_literal(&inner.expr),
        Expr::Group(inner) => is_literal(&inner.expr),
        _ => false,
    }
}

/// Whether a rule costs more than reading the text.
fn is_costly(kind: &CheckKind) -> bool {
    matches!(
        kind,
        CheckKind::Pattern(_)
            | CheckKind::Matcher(_)
            | CheckKind::Length {
                unit: Unit::Graphemes,
                ..
            }
            | CheckKind::Format(
                TextFormat::Email
                    | TextFormat::Url
                    | TextFormat::CreditCard
                    | TextFormat::PhoneNumber
            )
    )
}

/// The type of a rule about text.
fn text_rule(kind: &CheckKind) -> Option<TokenStream> {
    Some(match kind {
        CheckKind::Ascii => quote!(Ascii),
        CheckKind::Alphanumeric => quote!(Alphanumeric),
        CheckKind::Contains(_) => quote!(Contains),
        CheckKind::Prefix(_) => quote!(Prefix),
        CheckKind::Suffix(_) => quote!(Suffix),
        CheckKind::Format(_) => quote!(Ip),
        _ => return None,
    })
}

/// The name of a rule's function in the runtime.
fn name_in_runtime(kind: &CheckKind) -> &'static str {
    match kind {
        CheckKind::Required => "required",
        CheckKind::Length { unit, .. } => match unit {
            Unit::Simple | Unit::Graphemes => "length",
            Unit::Bytes => "length_bytes",
            Unit::Chars => "length_chars",
            Unit::Utf16 => "length_utf16",
        },
        CheckKind::Matches(_) => "matches",
        CheckKind::Range { .. } => "range",
        _ => "pattern",
    }
}

/// The path of a rule's module below `garde::rules`, and below an adapter.
fn path_in_garde(kind: &CheckKind) -> TokenStream {
    match kind {
        CheckKind::Required => quote!(required),
        CheckKind::Ascii => quote!(ascii),
        CheckKind::Alphanumeric => quote!(alphanumeric),
        CheckKind::Format(format) => match format {
            TextFormat::Email => quote!(email),
            TextFormat::Url => quote!(url),
            TextFormat::Ip | TextFormat::Ipv4 | TextFormat::Ipv6 => quote!(ip),
            TextFormat::CreditCard => quote!(credit_card),
            TextFormat::PhoneNumber => quote!(phone_number),
        },
        CheckKind::Length { unit, .. } => match unit {
            Unit::Simple => quote!(length::simple),
            Unit::Bytes => quote!(length::bytes),
            Unit::Chars => quote!(length::chars),
            Unit::Utf16 => quote!(length::utf16),
            Unit::Graphemes => quote!(length::graphemes),
        },
        CheckKind::Matches(_) => quote!(matches),
        CheckKind::Range { .. } => quote!(range),
        CheckKind::Contains(_) => quote!(contains),
        CheckKind::Prefix(_) => quote!(prefix),
        CheckKind::Suffix(_) => quote!(suffix),
        CheckKind::Pattern(_) | CheckKind::Matcher(_) => quote!(pattern),
    }
}
