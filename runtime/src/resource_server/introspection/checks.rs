//! The checks of what an operator says, and the first question.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use crate::resource_server::introspection::{
    DEFAULT_MEMORY, Introspection, IntrospectionConfigError, prefix,
};
use crate::resource_server::options::Options;
use crate::resource_server::readiness::Startup;
use crate::token::{
    CacheSettings, Endpoint, EndpointSettings, INTROSPECTION_FORMAT, IntrospectedIssuer,
    Introspector, OpaqueTokens, TokenRules,
};

const MAX_MEMORY: Duration = Duration::from_mins(15);
const MAX_REFUSAL_MEMORY: Duration = Duration::from_mins(1);
const IN_FLIGHT: RangeInclusive<usize> = 1..=1024;

impl Introspection {
    /// What is lowered by it, and why.
    pub(in crate::resource_server) fn relaxations(&self) -> Vec<String> {
        let mut lowered = Vec::new();
        if self.tokens.has_opaque() {
            lowered.extend(
                INTROSPECTION_FORMAT
                    .relaxations
                    .iter()
                    .map(|&text| text.to_owned()),
            );
        }
        if self.cache_for > DEFAULT_MEMORY {
            let seconds = self.cache_for.as_secs();
            lowered.push(format!(
                "a revoked token is accepted for up to {seconds} s longer"
            ));
        }
        if let Some(reason) = &self.client_as_subject {
            lowered.push(format!(
                "a token without `sub` speaks for its client, because {reason}"
            ));
        }
        lowered
    }

    /// Which opaque tokens are the issuer's.
    pub(in crate::resource_server) fn opaque(
        &self,
    ) -> Result<OpaqueTokens, IntrospectionConfigError> {
        match (&self.prefix, self.tokens.has_opaque()) {
            (None, true) => Ok(OpaqueTokens::Unprefixed),
            (None, false) => Ok(OpaqueTokens::Rejected),
            (Some(_), false) => Err(IntrospectionConfigError::UnusedPrefix),
            (Some(prefix), true) => {
                prefix::check(prefix)?;
                Ok(OpaqueTokens::Prefixed(prefix.as_str().into()))
            }
        }
    }

    /// Checks everything, and asks for the first time.
    pub(in crate::resource_server) async fn build(
        &self,
        rules: TokenRules,
        allow_loopback_http: bool,
        options: &Options,
    ) -> Result<IntrospectedIssuer, IntrospectionConfigError> {
        let opaque = self.opaque()?;
        self.check()?;
        let endpoint = Endpoint::new(EndpointSettings {
            issuer: &rules.issuer,
            url: self.endpoint.clone(),
            client_id: &self.client_id,
            secret: &self.secret,
            max_in_flight: self.max_in_flight,
            allow_loopback_http,
        })?;
        let introspector = Arc::new(Introspector::new(
            rules,
            endpoint,
            self.prefix.as_deref().unwrap_or_default(),
            self.client_as_subject.is_some(),
            CacheSettings {
                active_ttl: self.cache_for,
                rejected_ttl: self.cache_refusals_for,
                capacity: options.remembered_bytes,
            },
            Arc::clone(&options.clock),
        ));
        match options.startup {
            Startup::Deferred => introspector.start_probe(options.clock.now()),
            Startup::FailFast => introspector.probe().await?,
        }
        Ok(IntrospectedIssuer {
            introspector,
            opaque,
            jwts: self.tokens.asks_about_jwts(),
        })
    }

    fn check(&self) -> Result<(), IntrospectionConfigError> {
        if self.client_id.is_empty() || self.secret.is_empty() {
            return Err(IntrospectionConfigError::Credentials);
        }
        if self.cache_for > MAX_MEMORY || self.cache_refusals_for > MAX_REFUSAL_MEMORY {
            return Err(IntrospectionConfigError::Memory);
        }
        if !IN_FLIGHT.contains(&self.max_in_flight) {
            return Err(IntrospectionConfigError::InFlight);
        }
        match &self.client_as_subject {
            Some(_) if !self.tokens.has_opaque() => Err(IntrospectionConfigError::UnusedSubject),
            Some(reason) if reason.trim().is_empty() => Err(IntrospectionConfigError::NoReason),
            _ => Ok(()),
        }
    }
}

/// Two issuers of whose opaque tokens nobody could tell which is whose.
pub(in crate::resource_server) fn ambiguous(issuers: &[(&str, OpaqueTokens)]) -> Option<String> {
    let overlap = |one: &OpaqueTokens, other: &OpaqueTokens| match (one, other) {
        (OpaqueTokens::Unprefixed, OpaqueTokens::Unprefixed) => true,
        (OpaqueTokens::Prefixed(one), OpaqueTokens::Prefixed(other)) => {
            one.starts_with(&**other) || other.starts_with(&**one)
        }
        _ => false,
    };
    issuers.iter().enumerate().find_map(|(at, (issuer, one))| {
        let mut earlier = issuers.iter().take(at);
        earlier
            .any(|(_, other)| overlap(one, other))
            .then(|| (*issuer).to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource_server::introspection::IntrospectedTokens;
    use crate::secret::Secret;

    fn introspection() -> Introspection {
        Introspection::new("orders-api", Secret::new("secret"))
    }

    #[test]
    fn a_prefix_is_checked_and_stands_where_opaque_tokens_are_accepted() {
        let opaque = introspection().prefix("opq_").opaque();
        assert!(matches!(opaque, Ok(OpaqueTokens::Prefixed(prefix)) if *prefix == *"opq_"));
        for (prefix, is_jwts) in [("", false), ("a=", false), ("ey", true), ("IH", true)] {
            let error = introspection().prefix(prefix).opaque().err();
            let is_told = match error {
                Some(IntrospectionConfigError::Prefix) => !is_jwts,
                Some(IntrospectionConfigError::JwtPrefix) => is_jwts,
                _ => false,
            };
            assert!(is_told, "{prefix}");
        }
        let useless = introspection()
            .tokens(IntrospectedTokens::Jwts)
            .prefix("opq_");
        assert!(matches!(
            useless.opaque(),
            Err(IntrospectionConfigError::UnusedPrefix)
        ));
    }

    #[test]
    fn no_opaque_token_can_be_two_issuers() {
        let prefixed = |prefix: &str| OpaqueTokens::Prefixed(prefix.into());
        for (one, other, is_ambiguous) in [
            (OpaqueTokens::Unprefixed, OpaqueTokens::Unprefixed, true),
            (OpaqueTokens::Unprefixed, prefixed("a_"), false),
            (OpaqueTokens::Unprefixed, OpaqueTokens::Rejected, false),
            (OpaqueTokens::Rejected, OpaqueTokens::Rejected, false),
            (prefixed("a_"), prefixed("b_"), false),
            (prefixed("a_"), prefixed("a_"), true),
            (prefixed("a_"), prefixed("a_b"), true),
            (prefixed("a_b"), prefixed("a_"), true),
        ] {
            let found = ambiguous(&[
                ("one", one.clone()),
                ("x", OpaqueTokens::Rejected),
                ("other", other),
            ]);
            assert_eq!(found.is_some(), is_ambiguous, "{one:?}");
        }
    }

    #[test]
    fn what_is_set_beyond_its_bounds_is_refused() {
        let check = |introspection: Introspection| introspection.check().err();
        assert!(check(introspection()).is_none());
        for introspection in [
            introspection().cache_for(Duration::ZERO),
            introspection().cache_for(MAX_MEMORY),
            introspection().cache_refusals_for(Duration::ZERO),
            introspection().cache_refusals_for(MAX_REFUSAL_MEMORY),
            introspection().max_in_flight(1),
            introspection().max_in_flight(1024),
            introspection().client_as_subject("clients act for themselves"),
        ] {
            assert!(check(introspection).is_none());
        }
        let second = Duration::from_secs(1);
        for introspection in [
            introspection().cache_for(MAX_MEMORY + second),
            introspection().cache_refusals_for(MAX_REFUSAL_MEMORY + second),
        ] {
            let error = check(introspection);
            assert!(matches!(error, Some(IntrospectionConfigError::Memory)));
        }
        for calls in [0, 1025] {
            let error = check(introspection().max_in_flight(calls));
            assert!(matches!(error, Some(IntrospectionConfigError::InFlight)));
        }
        for (client_id, secret) in [("", "s"), ("c", "")] {
            let error = check(Introspection::new(client_id, Secret::new(secret)));
            assert!(matches!(error, Some(IntrospectionConfigError::Credentials)));
        }
        let error = check(introspection().client_as_subject(" "));
        assert!(matches!(error, Some(IntrospectionConfigError::NoReason)));
        let error = check(
            introspection()
                .tokens(IntrospectedTokens::Jwts)
                .client_as_subject("clients act for themselves"),
        );
        assert!(matches!(
            error,
            Some(IntrospectionConfigError::UnusedSubject)
        ));
    }

    #[test]
    fn what_it_lowers_is_told() {
        let jwts = || introspection().tokens(IntrospectedTokens::Jwts);
        assert!(jwts().relaxations().is_empty(), "answers only narrow them");
        let lowered = introspection()
            .cache_for(Duration::from_mins(2))
            .client_as_subject("clients act for themselves")
            .relaxations();
        assert_eq!(
            lowered[2..],
            [
                "a revoked token is accepted for up to 120 s longer",
                "a token without `sub` speaks for its client, because clients act for themselves",
            ]
        );
        for tokens in [
            IntrospectedTokens::Opaque,
            IntrospectedTokens::OpaqueBesideJwts,
            IntrospectedTokens::All,
        ] {
            assert_eq!(
                introspection().tokens(tokens).relaxations(),
                [
                    "an opaque token's kind is checked only if the response has `token_type`, `token_use` or `typ`",
                    "opaque tokens need no `iss`, `client_id` and `jti`: RFC 7662 makes them optional",
                ]
            );
        }
    }
}
