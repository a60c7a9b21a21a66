//! Checks the settings of introspection, and builds an introspector with a first probe.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use crate::https::ClientSettings;
use crate::resource_server::introspection::{
    DEFAULT_CACHE_TIME, Introspection, IntrospectionConfigError, prefix,
};
use crate::resource_server::options::{ServerOptions, Startup};
use crate::token::{
    CacheSettings, EndpointSettings, INTROSPECTION_FORMAT, IntrospectedIssuer,
    IntrospectionEndpoint, Introspector, OpaqueTokens, TokenRules,
};

const MAX_CACHE_TIME: Duration = Duration::from_mins(15);
const MAX_REJECTION_CACHE_TIME: Duration = Duration::from_mins(1);
const IN_FLIGHT: RangeInclusive<usize> = 1..=1024;

impl Introspection {
    /// Lists the checks that introspection weakens, one sentence each.
    pub(in crate::resource_server) fn relaxations(&self) -> Vec<String> {
        let mut relaxations = Vec::new();
        if self.tokens.accepts_opaque() {
            relaxations.extend(
                INTROSPECTION_FORMAT
                    .relaxations
                    .iter()
                    .map(|&text| text.to_owned()),
            );
        }
        if self.cache_for > DEFAULT_CACHE_TIME {
            let seconds = self.cache_for.as_secs();
            relaxations.push(format!("a revoked token is accepted for up to {seconds} s"));
        }
        if let Some(reason) = &self.client_as_subject {
            relaxations.push(format!(
                "a token without `sub` is accepted with its client as the subject, because {reason}"
            ));
        }
        relaxations
    }

    /// Returns how the issuer's opaque tokens are recognized.
    ///
    /// # Errors
    ///
    /// Returns [`IntrospectionConfigError`] if the prefix is malformed or unused.
    pub(in crate::resource_server) fn opaque(
        &self,
    ) -> Result<OpaqueTokens, IntrospectionConfigError> {
        match (&self.prefix, self.tokens.accepts_opaque()) {
            (None, true) => Ok(OpaqueTokens::Unprefixed),
            (None, false) => Ok(OpaqueTokens::Rejected),
            (Some(_), false) => Err(IntrospectionConfigError::UnusedPrefix),
            (Some(prefix), true) => {
                prefix::check(prefix)?;
                Ok(OpaqueTokens::Prefixed(prefix.as_str().into()))
            }
        }
    }

    /// Checks every setting, then builds the introspector and probes the endpoint.
    ///
    /// # Errors
    ///
    /// Returns [`IntrospectionConfigError`] if a setting is out of range or the probe fails.
    pub(in crate::resource_server) async fn build(
        &self,
        rules: TokenRules,
        jwt_rules: TokenRules,
        https: &ClientSettings,
        options: &ServerOptions,
    ) -> Result<IntrospectedIssuer, IntrospectionConfigError> {
        let opaque = self.opaque()?;
        self.check()?;
        let endpoint = IntrospectionEndpoint::new(EndpointSettings {
            issuer: &rules.issuer,
            url: self.endpoint.clone(),
            client_id: &self.client_id,
            secret: &self.secret,
            max_in_flight: self.max_in_flight,
            https,
        })?;
        let introspector = Arc::new(Introspector::new(
            rules,
            jwt_rules,
            endpoint,
            self.prefix.as_deref().unwrap_or_default(),
            self.client_as_subject.is_some(),
            CacheSettings {
                active_ttl: self.cache_for,
                rejected_ttl: self.cache_refusals_for,
                capacity: options.token_cache_size,
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
            jwts: self.tokens.introspects_jwts(),
        })
    }

    fn check(&self) -> Result<(), IntrospectionConfigError> {
        if self.client_id.is_empty() || self.secret.is_empty() {
            return Err(IntrospectionConfigError::Credentials);
        }
        if self.cache_for > MAX_CACHE_TIME || self.cache_refusals_for > MAX_REJECTION_CACHE_TIME {
            return Err(IntrospectionConfigError::CacheTime);
        }
        if !IN_FLIGHT.contains(&self.max_in_flight) {
            return Err(IntrospectionConfigError::InFlight);
        }
        match &self.client_as_subject {
            Some(_) if !self.tokens.accepts_opaque() => {
                Err(IntrospectionConfigError::UnusedSubject)
            }
            Some(reason) if reason.trim().is_empty() => Err(IntrospectionConfigError::NoReason),
            _ => Ok(()),
        }
    }
}

/// Returns the first issuer whose opaque tokens could also be those of an earlier issuer.
pub(in crate::resource_server) fn find_ambiguous(
    issuers: &[(&str, OpaqueTokens)],
) -> Option<String> {
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
    fn prefix_is_checked_and_requires_opaque_tokens() {
        let opaque = introspection().prefix("opq_").opaque();
        assert!(matches!(opaque, Ok(OpaqueTokens::Prefixed(prefix)) if *prefix == *"opq_"));
        for (prefix, is_jwts) in [("", false), ("a=", false), ("ey", true), ("IH", true)] {
            let error = introspection().prefix(prefix).opaque().err();
            let is_expected = match error {
                Some(IntrospectionConfigError::Prefix) => !is_jwts,
                Some(IntrospectionConfigError::JwtPrefix) => is_jwts,
                _ => false,
            };
            assert!(is_expected, "{prefix}");
        }
        let unused = introspection()
            .tokens(IntrospectedTokens::Jwts)
            .prefix("opq_");
        assert!(matches!(
            unused.opaque(),
            Err(IntrospectionConfigError::UnusedPrefix)
        ));
    }

    #[test]
    fn overlapping_prefixes_are_ambiguous() {
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
            let found = find_ambiguous(&[
                ("one", one.clone()),
                ("x", OpaqueTokens::Rejected),
                ("other", other),
            ]);
            assert_eq!(found.is_some(), is_ambiguous, "{one:?}");
        }
    }

    #[test]
    fn setting_outside_its_range_is_rejected() {
        let check = |introspection: Introspection| introspection.check().err();
        assert!(check(introspection()).is_none());
        for introspection in [
            introspection().cache_for(Duration::ZERO),
            introspection().cache_for(MAX_CACHE_TIME),
            introspection().cache_refusals_for(Duration::ZERO),
            introspection().cache_refusals_for(MAX_REJECTION_CACHE_TIME),
            introspection().max_in_flight(1),
            introspection().max_in_flight(1024),
            introspection().client_as_subject("clients act for themselves"),
        ] {
            assert!(check(introspection).is_none());
        }
        let second = Duration::from_secs(1);
        for introspection in [
            introspection().cache_for(MAX_CACHE_TIME + second),
            introspection().cache_refusals_for(MAX_REJECTION_CACHE_TIME + second),
        ] {
            let error = check(introspection);
            assert!(matches!(error, Some(IntrospectionConfigError::CacheTime)));
        }
        for requests in [0, 1025] {
            let error = check(introspection().max_in_flight(requests));
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
    fn relaxations_list_what_introspection_weakens() {
        let jwts = || introspection().tokens(IntrospectedTokens::Jwts);
        assert!(
            jwts().relaxations().is_empty(),
            "introspection only narrows what a JWT grants"
        );
        let relaxations = introspection()
            .cache_for(Duration::from_mins(2))
            .client_as_subject("clients act for themselves")
            .relaxations();
        assert_eq!(
            relaxations[2..],
            [
                "a revoked token is accepted for up to 120 s",
                "a token without `sub` is accepted with its client as the subject, because clients act for themselves",
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
