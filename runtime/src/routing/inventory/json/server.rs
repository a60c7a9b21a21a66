//! The issuers and the listener in the JSON form.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::claims::Grants;
use crate::resource_server::IssuerSummary;
use crate::routing::inventory::json::sorted::sorted;
use crate::routing::listener::{ListenerLimit, ListenerSummary, Transport};

#[derive(Serialize)]
pub(super) struct IssuerView<'a> {
    pub(super) issuer: &'a str,
    audiences: Vec<&'a str>,
    validation: String,
    profile: Option<&'static str>,
    algorithms: Vec<String>,
    keys: Vec<String>,
    max_key_age_ms: Option<u128>,
    clock_skew_ms: u128,
    roles_claim: &'a str,
    introspected: Option<&'static str>,
    introspection_endpoint: Option<&'a str>,
    introspection_cache_ms: Option<u128>,
    token_limit: usize,
    grants: GrantsView,
    hashes_subjects: bool,
    relaxations: Vec<&'a str>,
}

#[derive(Serialize)]
struct GrantsView {
    everything: bool,
    scopes: Vec<&'static str>,
    roles: Vec<&'static str>,
}

#[derive(Serialize)]
pub(super) struct ListenerView<'a> {
    transport: &'static str,
    client_certificates: Option<&'a str>,
    proxies: Option<&'a [String]>,
    probes: &'a [String],
    limits: Map<String, Value>,
    fixed_limits: &'a [String],
}

impl<'a> IssuerView<'a> {
    pub(super) fn of(issuer: &'a IssuerSummary) -> Self {
        Self {
            issuer: issuer.issuer(),
            audiences: sorted(issuer.audiences()),
            validation: issuer.validation(),
            profile: issuer.profile().map(crate::token::Profile::name),
            algorithms: sorted(
                issuer
                    .algorithms()
                    .map(|algorithm| format!("{algorithm:?}")),
            ),
            keys: sorted(issuer.keys().map(ToString::to_string)),
            max_key_age_ms: issuer.max_key_age().map(|age| age.as_millis()),
            clock_skew_ms: issuer.clock_skew().as_millis(),
            roles_claim: issuer.roles_claim(),
            introspected: introspected(issuer),
            introspection_endpoint: introspection_endpoint(issuer),
            introspection_cache_ms: introspection_cache_ms(issuer),
            token_limit: issuer.token_limit(),
            grants: GrantsView::of(issuer.grants()),
            hashes_subjects: issuer.hashes_subjects(),
            relaxations: sorted(issuer.relaxations()),
        }
    }
}

#[cfg(feature = "introspection")]
fn introspected(issuer: &IssuerSummary) -> Option<&'static str> {
    issuer.introspected().map(introspected_name)
}

#[cfg(feature = "introspection")]
pub(in crate::routing::inventory) fn introspected_name(
    tokens: crate::resource_server::IntrospectedTokens,
) -> &'static str {
    use crate::resource_server::IntrospectedTokens;

    match tokens {
        IntrospectedTokens::Opaque => "opaque",
        IntrospectedTokens::OpaqueBesideJwts => "opaque_beside_jwts",
        IntrospectedTokens::Jwts => "jwts",
        IntrospectedTokens::All => "all",
    }
}

#[cfg(not(feature = "introspection"))]
fn introspected(_: &IssuerSummary) -> Option<&'static str> {
    None
}

#[cfg(feature = "introspection")]
fn introspection_endpoint(issuer: &IssuerSummary) -> Option<&str> {
    issuer.introspection()?.endpoint()
}

#[cfg(not(feature = "introspection"))]
fn introspection_endpoint(_: &IssuerSummary) -> Option<&str> {
    None
}

#[cfg(feature = "introspection")]
fn introspection_cache_ms(issuer: &IssuerSummary) -> Option<u128> {
    Some(issuer.introspection()?.cache_for().as_millis())
}

#[cfg(not(feature = "introspection"))]
fn introspection_cache_ms(_: &IssuerSummary) -> Option<u128> {
    None
}

impl GrantsView {
    /// Returns the grants of an issuer; the only issuer of an API may grant everything if none are configured.
    fn of(grants: Option<&Grants>) -> Self {
        let listed = grants.into_iter();
        Self {
            everything: grants.is_none_or(Grants::is_everything),
            scopes: listed.clone().flat_map(Grants::listed_scopes).collect(),
            roles: listed.flat_map(Grants::listed_roles).collect(),
        }
    }
}

impl<'a> ListenerView<'a> {
    pub(super) fn of(listener: &'a ListenerSummary) -> Self {
        let limits = listener.limits.iter();
        Self {
            transport: match listener.transport {
                Transport::Tls => "tls",
                Transport::CustomTls => "custom_tls",
                Transport::PlainBehindProxy => "plain_behind_proxy",
                Transport::PlainOnHost => "plain_on_host",
            },
            client_certificates: listener.client_certificates.as_deref(),
            proxies: listener.proxies.as_deref(),
            probes: &listener.probes,
            limits: limits.map(|(name, limit)| member(name, *limit)).collect(),
            fixed_limits: &listener.fixed_limits,
        }
    }
}

fn member(name: &str, limit: ListenerLimit) -> (String, Value) {
    match limit {
        ListenerLimit::Number(number) => (name.to_owned(), number.into()),
        ListenerLimit::Time(time) => {
            let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            (format!("{name}_ms"), millis.into())
        }
    }
}
