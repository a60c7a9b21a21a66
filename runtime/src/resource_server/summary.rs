//! What an auditor wants to know of each trusted issuer.

#[cfg(feature = "introspection")]
use crate::resource_server::introspection::IntrospectedTokens;
use crate::token::Profile;

/// One trusted issuer, and what its configuration lowers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerSummary {
    pub(super) issuer: String,
    pub(super) audience: String,
    pub(super) profile: Option<Profile>,
    #[cfg(feature = "introspection")]
    pub(super) introspected: Option<IntrospectedTokens>,
    pub(super) relaxations: Vec<String>,
}

impl IssuerSummary {
    /// The issuer's URL, as its tokens carry it in `iss`.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// What its tokens must be meant for.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The form that its JWTs have; none where they are refused.
    pub fn profile(&self) -> Option<Profile> {
        self.profile
    }

    /// Which of its tokens it is asked about, where it is.
    #[cfg(feature = "introspection")]
    pub fn introspected(&self) -> Option<IntrospectedTokens> {
        self.introspected
    }

    /// What its tokens are judged by, for people.
    pub(crate) fn judged_by(&self) -> String {
        let profile = self
            .profile
            .map(|profile| format!("the profile {}", profile.name()));
        #[cfg(feature = "introspection")]
        if let Some(asked) = self.introspected {
            let Some(profile) = profile else {
                return "introspection".to_owned();
            };
            let and = if asked.asks_about_jwts() {
                " and introspection"
            } else {
                ""
            };
            let opaque = if asked.has_opaque() {
                ", opaque ones by introspection"
            } else {
                ""
            };
            return format!("{profile}{and}{opaque}");
        }
        profile.unwrap_or_default()
    }

    /// What is lowered for it against the defaults, one sentence each.
    pub fn relaxations(&self) -> impl Iterator<Item = &str> {
        self.relaxations.iter().map(String::as_str)
    }
}
