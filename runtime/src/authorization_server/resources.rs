//! The protected resources of the server, and the scopes that tokens for them may have.

use std::sync::Arc;

use crate::authorization_server::client::Client;
use crate::authorization_server::error::{ErrorCode, OAuthFailure};
use crate::authorization_server::grant::Authorization;
use crate::claims::{ScopeError, ScopeSet};

/// The maximum number of resources of a request.
const MAX_REQUESTED: usize = 8;

/// The scopes that OpenID Connect defines; they are for every resource.
const OPENID: [&str; 3] = ["openid", "profile", "offline_access"];

const INVALID_TARGET: OAuthFailure =
    OAuthFailure::new(ErrorCode::InvalidTarget, "a resource is unknown");

pub(super) const INVALID_SCOPE: OAuthFailure = OAuthFailure::new(
    ErrorCode::InvalidScope,
    "a scope is malformed, unknown, or not allowed for the client",
);

/// The protected resources of access tokens.
#[derive(Clone, Debug)]
pub(super) struct Resources(Arc<[Resource]>);

/// An API, and the scopes that it understands.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    url: String,
    /// All scopes of clients, if the server does not limit them.
    scopes: Option<ScopeSet>,
}

/// The resources of one request.
#[derive(Debug)]
pub(super) struct Requested<'a>(Vec<&'a Resource>);

/// The resources and scopes of an access token.
#[derive(Debug)]
pub(super) struct Narrowed {
    pub(super) resources: Vec<String>,
    pub(super) scopes: String,
}

impl Resource {
    pub(super) fn new(url: String, scopes: Option<&str>) -> Result<Self, ScopeError> {
        Ok(Self {
            url,
            scopes: scopes.map(ScopeSet::parse).transpose()?,
        })
    }

    pub(super) fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().flat_map(ScopeSet::iter)
    }

    fn understands(&self, scope: &str) -> bool {
        OPENID.contains(&scope)
            || match &self.scopes {
                None => true,
                Some(scopes) => scopes.iter().any(|own| own == scope),
            }
    }
}

impl Resources {
    pub(super) fn new(resources: Vec<Resource>) -> Self {
        Self(resources.into())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Resource> {
        self.0.iter()
    }

    /// Returns the requested resources, byte by byte; the first configured one if none is requested.
    ///
    /// # Errors
    ///
    /// Returns `invalid_target` if a resource is unknown, or if there are too many.
    pub(super) fn requested<'a>(
        &'a self,
        urls: impl Iterator<Item = &'a str>,
    ) -> Result<Requested<'a>, OAuthFailure> {
        let mut requested: Vec<&Resource> = Vec::new();
        for url in urls {
            let resource = self.0.iter().find(|resource| resource.url == url);
            let resource = resource.ok_or(INVALID_TARGET)?;
            if requested.iter().all(|other| other.url != url) {
                requested.push(resource);
            }
        }
        if requested.is_empty() {
            requested.extend(self.0.first());
        }
        if requested.is_empty() || requested.len() > MAX_REQUESTED {
            return Err(INVALID_TARGET);
        }
        Ok(Requested(requested))
    }
}

impl Resources {
    /// Narrows an authorization to the resources ([RFC 8707 §2.2]) and scopes ([RFC 6749 §6]) of a token request.
    ///
    /// Without a request, they are those that were granted, as far as the server still has the resource, a resource of the
    /// token understands the scope, and the client may still request it.
    ///
    /// # Errors
    ///
    /// Returns `invalid_target` or `invalid_scope` if one is requested that is not among these, and `invalid_target` if the
    /// server has no granted resource any more.
    ///
    /// [RFC 6749 §6]: https://www.rfc-editor.org/rfc/rfc6749#section-6
    /// [RFC 8707 §2.2]: https://www.rfc-editor.org/rfc/rfc8707#section-2.2
    pub(super) fn narrow(
        &self,
        client: &Client,
        authorization: &Authorization,
        resources: &[String],
        scope: Option<&str>,
    ) -> Result<Narrowed, OAuthFailure> {
        let not_granted = OAuthFailure::new(ErrorCode::InvalidTarget, "a resource was not granted");
        let granted = &authorization.resources;
        if !resources.iter().all(|url| granted.contains(url)) {
            return Err(not_granted);
        }
        let urls = if resources.is_empty() {
            let is_configured = |url: &&String| self.iter().any(|resource| resource.url == **url);
            granted.iter().filter(is_configured).collect()
        } else {
            resources.iter().collect::<Vec<_>>()
        };
        if urls.is_empty() {
            return Err(not_granted);
        }
        let requested = self.requested(urls.into_iter().map(String::as_str))?;
        let granted = authorization.scopes.split(' ');
        let permitted: Vec<_> = granted
            .filter(|scope| requested.permit(client, scope))
            .collect();
        Ok(Narrowed {
            scopes: narrowed(&permitted.join(" "), scope)?,
            resources: requested.into_urls(),
        })
    }
}

impl Requested<'_> {
    /// Returns whether the client may request a scope, and a resource understands it.
    fn permit(&self, client: &Client, scope: &str) -> bool {
        client.scopes().iter().any(|permitted| permitted == scope)
            && self.0.iter().any(|resource| resource.understands(scope))
    }

    /// Returns the requested scopes, each once.
    ///
    /// The client must be allowed to request each scope, and a requested resource must understand it. Without the parameter,
    /// the set is empty: no scope is the default.
    ///
    /// # Errors
    ///
    /// Returns `invalid_scope` otherwise.
    pub(super) fn permitted_scopes(
        &self,
        client: &Client,
        requested: Option<&str>,
    ) -> Result<String, OAuthFailure> {
        let requested =
            ScopeSet::parse(requested.unwrap_or_default()).map_err(|_| INVALID_SCOPE)?;
        let mut scopes: Vec<&str> = Vec::new();
        for scope in requested.iter() {
            if !self.permit(client, scope) {
                return Err(INVALID_SCOPE);
            }
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        Ok(scopes.join(" "))
    }

    pub(super) fn into_urls(self) -> Vec<String> {
        let urls = self.0.iter();
        urls.map(|resource| resource.url.clone()).collect()
    }
}

/// Returns the scopes of a narrower request ([RFC 6749 §6]): all of them if it names none.
///
/// # Errors
///
/// Returns `invalid_scope` if a scope was not granted.
///
/// [RFC 6749 §6]: https://www.rfc-editor.org/rfc/rfc6749#section-6
pub(super) fn narrowed(granted: &str, requested: Option<&str>) -> Result<String, OAuthFailure> {
    let Some(requested) = requested else {
        return Ok(granted.to_owned());
    };
    let requested = ScopeSet::parse(requested).map_err(|_| INVALID_SCOPE)?;
    let is_granted = |scope: &str| granted.split(' ').any(|own| own == scope);
    if !requested.iter().all(is_granted) {
        return Err(INVALID_SCOPE);
    }
    Ok(requested.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_names_at_most_eight_resources() {
        let url = |number: usize| format!("https://{number}.example");
        let resources = (0..10).map(|number| Resource::new(url(number), None));
        let resources = Resources::new(resources.collect::<Result<_, _>>().unwrap());
        for (count, expected) in [
            (0, Ok(1)),
            (1, Ok(1)),
            (8, Ok(8)),
            (9, Err(())),
            (10, Err(())),
        ] {
            let urls: Vec<_> = (0..count).map(url).collect();
            // each one counts once
            let urls = urls.iter().chain(&urls).map(String::as_str);
            let requested = resources.requested(urls);
            let found = requested.map(|requested| requested.into_urls().len());
            assert_eq!(found.map_err(drop), expected, "{count}");
        }
        assert!(
            Resources::new(Vec::new())
                .requested([].into_iter())
                .is_err()
        );
    }
}
