//! The options of `#[secured(…)]` and `#[public(…)]`, as written.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Ident, Lit, LitStr, Path, Token, token};

use crate::diagnostics::Diagnostics;
use crate::parse::handler::grant_kind::GrantKind;
use crate::parse::handler::keyword::Keyword;
use crate::parse::handler::limits::RawLimits;
use crate::parse::handler::next::RawNext;
use crate::parse::handler::requirement::{RawRequirement, is_operator, operator_error};
use crate::parse::recovery::{parse_path, skip_to_comma};
use crate::parse::slot::Slot;

/// The attribute: `#[secured]` or `#[public]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Secured,
    Public,
}

/// The options inside `any(…)`.
const ALTERNATIVES: &[Keyword] = &[
    Keyword::Login,
    Keyword::Scopes,
    Keyword::Roles,
    Keyword::Authenticated,
];

/// The options inside `next(…)`.
const NEXT: &[Keyword] = &[Keyword::Scopes, Keyword::Roles];

/// An attribute's options with their values.
pub(crate) struct RawAttribute {
    pub(crate) kind: Kind,
    /// The whole attribute, for errors about a missing option.
    pub(crate) span: Span,
    pub(crate) scopes: Slot<RawRequirement>,
    pub(crate) roles: Slot<RawRequirement>,
    pub(crate) authenticated: Slot<()>,
    pub(crate) login: Slot<()>,
    /// `any(…)` around the access.
    pub(crate) alternatives: Slot<()>,
    /// The first access option outside `any(…)`.
    pub(crate) outside: Option<(Keyword, Span)>,
    pub(crate) next: Slot<RawNext>,
    pub(crate) ticket: Slot<()>,
    pub(crate) reason: Slot<LitStr>,
    pub(crate) limits: RawLimits,
    pub(crate) unvalidated: Slot<LitStr>,
    pub(crate) krate: Slot<Path>,
    /// Whether an option could not be read; it may be the one that is missing.
    pub(crate) incomplete: bool,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Secured => "secured",
            Self::Public => "public",
        }
    }

    fn keywords(self) -> &'static [Keyword] {
        match self {
            Self::Secured => &[
                Keyword::Scopes,
                Keyword::Roles,
                Keyword::Authenticated,
                #[cfg(feature = "login")]
                Keyword::Login,
                #[cfg(feature = "login")]
                Keyword::Any,
                Keyword::Next,
                Keyword::Ticket,
                Keyword::BodyLimit,
                Keyword::BodyTimeout,
                Keyword::BodyIdleTimeout,
                Keyword::Timeout,
                Keyword::HeaderLimit,
                Keyword::ParameterLimit,
                Keyword::PartLimit,
                Keyword::Unvalidated,
                Keyword::Crate,
            ],
            Self::Public => &[
                Keyword::Reason,
                Keyword::BodyLimit,
                Keyword::BodyTimeout,
                Keyword::BodyIdleTimeout,
                Keyword::Timeout,
                Keyword::HeaderLimit,
                Keyword::ParameterLimit,
                Keyword::PartLimit,
                Keyword::Unvalidated,
                Keyword::Crate,
            ],
        }
    }
}

impl RawAttribute {
    /// Parses every option, and continues after a wrong one.
    pub(crate) fn parse(
        kind: Kind,
        span: Span,
        tokens: TokenStream,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut attribute = Self::empty(kind, span);
        let options =
            |input: ParseStream<'_>| attribute.parse_options(kind.keywords(), input, diagnostics);
        let parsed = options.parse2(tokens);
        diagnostics.keep(parsed);
        attribute
    }

    fn empty(kind: Kind, span: Span) -> Self {
        Self {
            kind,
            span,
            scopes: Slot::new("scopes"),
            roles: Slot::new("roles"),
            authenticated: Slot::new("authenticated"),
            login: Slot::new("login"),
            alternatives: Slot::new("any"),
            outside: None,
            next: Slot::new("next"),
            ticket: Slot::new("ticket"),
            reason: Slot::new("reason"),
            limits: RawLimits::new(),
            unvalidated: Slot::new("unvalidated"),
            krate: Slot::new("crate"),
            incomplete: false,
        }
    }

    /// Parses the options between here and the end, each of which is one of `known`.
    fn parse_options(
        &mut self,
        known: &[Keyword],
        input: ParseStream<'_>,
        diagnostics: &mut Diagnostics,
    ) -> syn::Result<()> {
        while !input.is_empty() {
            let last = peek_known(known, input);
            if self.parse_option(known, input, diagnostics).is_none() {
                self.incomplete = true;
                skip_to_comma(input);
            }
            parse_comma(input, last, diagnostics)?;
        }
        Ok(())
    }

    /// Parses one option with its value, or reports the mistake in it.
    fn parse_option(
        &mut self,
        known: &[Keyword],
        input: ParseStream<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<()> {
        let keyword = self.peek_keyword(known, input, diagnostics)?;
        let span = input.span();
        let name = input.call(Ident::parse_any).ok()?;
        if known.contains(&Keyword::Any) && ALTERNATIVES.contains(&keyword) {
            self.outside.get_or_insert((keyword, span));
        }
        if keyword == Keyword::Any {
            return self.parse_alternatives(&name, input, diagnostics);
        }
        if keyword == Keyword::Next {
            return self.parse_next(&name, input, diagnostics);
        }
        if let Some(help) = keyword.help_without_value() {
            return self.parse_flag(keyword, help, &name, input, diagnostics);
        }
        parse_equals(keyword, span, input, diagnostics)?;
        let limits = &mut self.limits;
        match keyword {
            Keyword::Scopes => {
                let scopes = RawRequirement::parse(GrantKind::Scope, input, diagnostics)?;
                self.scopes.fill(span, scopes, diagnostics);
            }
            Keyword::Roles => {
                let roles = RawRequirement::parse(GrantKind::Role, input, diagnostics)?;
                self.roles.fill(span, roles, diagnostics);
            }
            Keyword::Crate => {
                let path = parse_path(input);
                let path = path.or_else(|| wrong_value(keyword, input, diagnostics))?;
                self.krate.fill(span, path, diagnostics);
            }
            Keyword::Reason => fill(&mut self.reason, keyword, span, input, diagnostics)?,
            Keyword::BodyLimit => fill(&mut limits.body_limit, keyword, span, input, diagnostics)?,
            Keyword::BodyTimeout => {
                fill(&mut limits.body_timeout, keyword, span, input, diagnostics)?;
            }
            Keyword::BodyIdleTimeout => {
                let slot = &mut limits.body_idle_timeout;
                fill(slot, keyword, span, input, diagnostics)?;
            }
            Keyword::Timeout => fill(&mut limits.timeout, keyword, span, input, diagnostics)?,
            Keyword::HeaderLimit => {
                fill(&mut limits.header_limit, keyword, span, input, diagnostics)?;
            }
            Keyword::ParameterLimit => {
                let slot = &mut limits.parameter_limit;
                fill(slot, keyword, span, input, diagnostics)?;
            }
            Keyword::PartLimit => fill(&mut limits.part_limit, keyword, span, input, diagnostics)?,
            Keyword::Unvalidated => fill(&mut self.unvalidated, keyword, span, input, diagnostics)?,
            Keyword::Authenticated
            | Keyword::Login
            | Keyword::Any
            | Keyword::Next
            | Keyword::Ticket => {}
        }
        Some(())
    }

    /// Parses the options inside `any(…)`.
    fn parse_alternatives(
        &mut self,
        name: &Ident,
        input: ParseStream<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<()> {
        require_parentheses(Keyword::Any, "alternatives", name, input, diagnostics)?;
        self.alternatives.fill(name.span(), (), diagnostics);
        self.parse_inside(ALTERNATIVES, input, diagnostics);
        Some(())
    }

    /// Parses the options in parentheses, each of which is one of `known`.
    fn parse_inside(
        &mut self,
        known: &[Keyword],
        input: ParseStream<'_>,
        diagnostics: &mut Diagnostics,
    ) {
        let mut parse = || {
            let inside;
            syn::parenthesized!(inside in input);
            self.parse_options(known, &inside, diagnostics)
        };
        let parsed = parse();
        diagnostics.keep(parsed);
    }

    /// Parses the options inside `next(…)`.
    fn parse_next(
        &mut self,
        name: &Ident,
        input: ParseStream<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<()> {
        require_parentheses(Keyword::Next, "scopes or roles", name, input, diagnostics)?;
        let mut next = Self::empty(self.kind, name.span());
        next.parse_inside(NEXT, input, diagnostics);
        let next = RawNext {
            span: name.span(),
            scopes: next.scopes,
            roles: next.roles,
            incomplete: next.incomplete,
        };
        self.next.fill(name.span(), next, diagnostics);
        Some(())
    }

    /// Returns the next option without consuming it.
    fn peek_keyword(
        &self,
        keywords: &[Keyword],
        input: ParseStream<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Keyword> {
        let kind = self.kind.name();
        let Ok(name) = input.fork().call(Ident::parse_any) else {
            let first = keywords.first().map_or("", |keyword| keyword.name());
            let help = match input.fork().parse() {
                Ok(Lit::Str(text)) => format!("write `{first} = {:?}`", text.value()),
                _ => format!("the options of `#[{kind}]` are {}", Keyword::list(keywords)),
            };
            diagnostics.error(input.span(), "expected an option of the attribute", help);
            return None;
        };
        let name = name.unraw().to_string();
        let found = Keyword::find(keywords, &name);
        if found.is_none() {
            let guess = Keyword::guess(keywords, &name)
                .map(|keyword| format!("write `{}`; ", keyword.name()))
                .unwrap_or_default();
            diagnostics.error(
                input.span(),
                format_args!("unknown option `{name}` of `#[{kind}]`"),
                format_args!(
                    "{guess}the options of `#[{kind}]` are {}",
                    Keyword::list(keywords)
                ),
            );
        }
        found
    }

    /// Parses an option without a value.
    fn parse_flag(
        &mut self,
        keyword: Keyword,
        help: &str,
        name: &Ident,
        input: ParseStream<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<()> {
        let flag = match keyword {
            Keyword::Ticket => &mut self.ticket,
            Keyword::Login => &mut self.login,
            _ => &mut self.authenticated,
        };
        flag.fill(name.span(), (), diagnostics);
        if input.is_empty() || input.peek(Token![,]) {
            return Some(());
        }
        diagnostics.error(
            input.span(),
            format_args!("`{}` has no value", keyword.name()),
            help,
        );
        None
    }
}

/// Parses the `=` after a keyword, or reports that it is missing.
fn parse_equals(
    keyword: Keyword,
    span: Span,
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    if input.parse::<Token![=]>().is_err() {
        diagnostics.error(
            span,
            format_args!("`{}` requires a value", keyword.name()),
            format_args!("write `{}`", keyword.example()),
        );
        return None;
    }
    Some(())
}

/// Reports that the options of a keyword are not in parentheses.
fn require_parentheses(
    keyword: Keyword,
    content: &str,
    name: &Ident,
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    if input.peek(token::Paren) {
        return Some(());
    }
    diagnostics.error(
        name.span(),
        format_args!("`{}` requires {content} in parentheses", keyword.name()),
        format_args!("write `{}`", keyword.example()),
    );
    None
}

/// Returns the next option if it is one of `known`, without consuming it.
fn peek_known(known: &[Keyword], input: ParseStream<'_>) -> Option<Keyword> {
    let name = input.fork().call(Ident::parse_any).ok()?.unraw();
    Keyword::find(known, &name.to_string())
}

/// Parses a literal; one of another type is not consumed.
fn fill<T: Parse>(
    slot: &mut Slot<T>,
    keyword: Keyword,
    span: Span,
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    // parsing would consume a literal of another type
    if input.fork().parse::<T>().is_err() {
        return wrong_value(keyword, input, diagnostics);
    }
    slot.fill(span, input.parse().ok()?, diagnostics);
    Some(())
}

fn wrong_value<T>(
    keyword: Keyword,
    input: ParseStream<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<T> {
    let expected = match keyword {
        Keyword::Crate => "a path",
        Keyword::HeaderLimit | Keyword::ParameterLimit | Keyword::PartLimit => "a whole number",
        _ => "text in quotes",
    };
    diagnostics.error(
        input.span(),
        format_args!("`{}` requires {expected}", keyword.name()),
        format_args!("write `{}`", keyword.example()),
    );
    None
}

/// Parses the comma after the option `last`, or reports that it is missing.
fn parse_comma(
    input: ParseStream<'_>,
    last: Option<Keyword>,
    diagnostics: &mut Diagnostics,
) -> syn::Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    if is_operator(input) {
        report_operator(input, last, diagnostics);
        skip_to_comma(input);
    } else if !input.peek(Token![,]) {
        diagnostics.error(
            input.span(),
            "missing comma before this",
            "separate the options of the attribute with commas",
        );
        skip_to_comma(input);
    }
    Option::<Token![,]>::parse(input).map(drop)
}

/// Reports an operator after the value of an option.
fn report_operator(input: ParseStream<'_>, last: Option<Keyword>, diagnostics: &mut Diagnostics) {
    match last {
        Some(Keyword::Scopes) => operator_error(GrantKind::Scope, input, diagnostics),
        Some(Keyword::Roles) => operator_error(GrantKind::Role, input, diagnostics),
        Some(keyword) => diagnostics.error(
            input.span(),
            format_args!("`{}` has one value", keyword.name()),
            format_args!("write `{}`, without an operator", keyword.example()),
        ),
        None => {}
    }
}

#[cfg(test)]
mod tests;
