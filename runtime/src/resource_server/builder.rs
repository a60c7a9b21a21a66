//! The builder of a resource server, a typestate: `build` requires an issuer.

use std::collections::HashSet;
#[cfg(feature = "spool")]
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::clock::Clock;
use crate::resource_server::error::ConfigError;
#[cfg(feature = "introspection")]
use crate::resource_server::introspection::{IntrospectionConfigError, find_ambiguous};
use crate::resource_server::issuer::{HasAudience, Issuer, WithAudience};
use crate::resource_server::options::{MAX_TICKET_LIFETIME, ServerOptions, Startup};
use crate::resource_server::resource::{NoResource, ProtectedResource, Resource, WithResource};
use crate::resource_server::server::{ResourceServer, Shared};
use crate::resource_server::summary::IssuerSummary;
#[cfg(feature = "spool")]
use crate::resource_server::temporary_files::spool;
use crate::secret::Secret;
use crate::text::is_nqschar;
use crate::token::{DEFAULT_TOKEN_LIMIT, MAX_TOKEN_LIMIT, Revocations, SubjectKey, TokenValidator};

/// Configures a [`ResourceServer`].
#[must_use = "a builder has no effect until `build` is called"]
pub struct Builder<T = NoIssuer, R = NoResource> {
    pub(super) issuers: T,
    pub(super) resource: R,
    pub(super) options: ServerOptions,
}

/// The state of a [`Builder`] without an issuer.
#[derive(Clone, Copy, Debug)]
pub struct NoIssuer;

/// The state of a [`Builder`] with at least one issuer, or with sessions.
#[derive(Clone, Debug)]
pub struct WithIssuers(pub(super) Vec<Issuer<WithAudience>>);

/// A server trusts at least one issuer.
///
/// [`Builder::build`](crate::resource_server::Builder::build) requires this: without an issuer, the
/// server could accept no token.
///
/// ```
/// use palisade::prelude::*;
///
/// # async fn build() -> Result<ResourceServer, palisade::ConfigError> {
/// ResourceServer::builder()
///     .trust(Issuer::new("https://login.example.govt.nz").audience("https://orders.example.govt.nz"))
///     .build()
///     .await
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "this server trusts no issuer",
    label = "no token could be accepted",
    note = "help: add `.trust(Issuer::new(\"https://login.example\").audience(\"https://orders.example\"))`"
)]
pub trait HasIssuer {
    #[doc(hidden)]
    fn into_issuers(self) -> Vec<Issuer<WithAudience>>;
}

#[diagnostic::do_not_recommend]
impl HasIssuer for WithIssuers {
    fn into_issuers(self) -> Vec<Issuer<WithAudience>> {
        self.0
    }
}

impl ResourceServer {
    /// Returns a builder with the default settings and no issuer.
    pub fn builder() -> Builder {
        Builder {
            issuers: NoIssuer,
            resource: NoResource,
            options: ServerOptions::default(),
        }
    }
}

impl<R> Builder<NoIssuer, R> {
    /// Trusts an issuer; at least one is required.
    pub fn trust<A: HasAudience<R>>(self, issuer: Issuer<A>) -> Builder<WithIssuers, R> {
        let issuers = WithIssuers(vec![issuer.into_with_audience(&self.resource)]);
        Builder {
            issuers,
            resource: self.resource,
            options: self.options,
        }
    }
}

impl<R> Builder<WithIssuers, R> {
    /// Trusts another issuer, with its own audience, algorithms and keys.
    ///
    /// Each of several issuers must state the scopes and roles that it may grant: see
    /// [`Issuer::grants`].
    pub fn trust<A: HasAudience<R>>(mut self, issuer: Issuer<A>) -> Self {
        let issuer = issuer.into_with_audience(&self.resource);
        self.issuers.0.push(issuer);
        self
    }
}

impl<T> Builder<T> {
    /// Names the URL at which clients find this API ([RFC 9728]); a text converts into a
    /// [`ProtectedResource`].
    ///
    /// - It is the audience of every issuer that is trusted afterwards without an
    ///   [`audience`](Issuer::audience).
    /// - The [`Api`](crate::Api) serves a metadata document at
    ///   `/.well-known/oauth-protected-resource`, followed by the path of the URL: the issuers, and the scopes of
    ///   its routes.
    /// - Every challenge names that document (`resource_metadata`), and with 401 the scopes of the route, so that
    ///   a client without configuration, such as an MCP client, finds out where to get which token.
    ///
    /// # Security
    ///
    /// The document and the challenges are built from this URL, never from the `Host` of a request. The
    /// document is public: it names the issuers, and the scopes that the routes declare.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use palisade::prelude::*;
    ///
    /// # async fn build() -> Result<(), palisade::ConfigError> {
    /// let server = ResourceServer::builder()
    ///     .resource("https://orders.example.govt.nz")
    ///     .trust(Issuer::new("https://login.example.govt.nz"))
    ///     .build()
    ///     .await?;
    /// # let _ = server;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [RFC 9728]: https://www.rfc-editor.org/rfc/rfc9728
    pub fn resource(self, resource: impl Into<ProtectedResource>) -> Builder<T, WithResource> {
        let resource = resource.into();
        Builder {
            issuers: self.issuers,
            resource: WithResource(resource.url().to_owned()),
            options: ServerOptions {
                resource: Some(resource),
                ..self.options
            },
        }
    }
}

impl<T, R> Builder<T, R> {
    /// Sets the protection space that challenges name ([RFC 9110 §11.5]); by default `api`.
    ///
    /// It must be printable ASCII without `"` and `\` (RFC 6750 §3), and not empty.
    ///
    /// [RFC 9110 §11.5]: https://www.rfc-editor.org/rfc/rfc9110#section-11.5
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.options.realm = realm.into();
        self
    }

    /// Sets the clock that token lifetimes are checked against; by default the system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.options.clock = Arc::new(clock);
        self
    }

    /// Sets whether `build` waits for keys and introspection endpoints; by default it does.
    pub fn startup(mut self, startup: Startup) -> Self {
        self.options.startup = startup;
        self
    }

    /// Sets the size of the token cache in bytes; by default 16 MiB, about 8000 tokens.
    ///
    /// The size of an entry includes the token, its claims, and the cache's own memory.
    ///
    /// The signature and the claims of a cached token are not verified again. Its lifetime, its
    /// grants and its revocation are checked at every request, and an entry is dropped if the
    /// issuer has changed its keys since. With 0, no valid token is cached. Each issuer with
    /// introspection has its own cache of the same size.
    pub fn token_cache_size(mut self, bytes: u64) -> Self {
        self.options.token_cache_size = bytes;
        self
    }

    /// Sets the maximum length of a token: 1 byte to 64 KiB, by default 8 KiB.
    ///
    /// Without this setting, the profile of a provider with longer tokens raises the limit:
    /// [`Profile::Entra`](crate::Profile::Entra) to 16 KiB. A longer token is rejected before anything in it is read;
    /// the audited reason is `token_too_long`. A proxy in front of the API needs a limit for header fields that
    /// is at least as high.
    ///
    /// # Security
    ///
    /// The limit bounds the work for a token that no issuer has signed. A limit above 8 KiB is a relaxation,
    /// which [`ResourceServer::relaxations`] lists.
    pub fn token_limit(mut self, bytes: usize) -> Self {
        self.options.token_limit = Some(bytes);
        self
    }

    /// Sets the source of revocations, checked at every request after all other checks of the token.
    pub fn revocations(mut self, revocations: impl Revocations) -> Self {
        self.options.revocations = Some(Box::new(revocations));
        self
    }

    /// Adds the field `subject_hash` to audit events, so that the events of one caller can be joined.
    ///
    /// The field is HMAC-SHA-256 of the issuer, a line feed and the subject, in base64url. Replicas
    /// with the same key write the same hash, and a new key starts new pseudonyms. Without a key,
    /// events have no field for the subject. `build` fails if the key is shorter than 32 bytes.
    /// [`VerifiedToken::subject_hash`](crate::VerifiedToken::subject_hash) returns the hash to handlers.
    ///
    /// # Security
    ///
    /// Subjects are often easy to guess, so a hash without a key would reveal them. With the key, a
    /// reader of the logs can find the events of a known subject: keep it where the logs are not,
    /// and do not use it for anything else. [`Secret::from_file`](crate::Secret::from_file) reads it.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use palisade::prelude::*;
    /// use palisade::Secret;
    ///
    /// # async fn build() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = ResourceServer::builder()
    ///     .trust(Issuer::new("https://login.example.govt.nz").audience("https://orders.example.govt.nz"))
    ///     .audit_subject_key(Secret::from_file("/run/secrets/audit-subject-key")?)
    ///     .build()
    ///     .await?;
    /// # let _ = server;
    /// # Ok(())
    /// # }
    /// ```
    pub fn audit_subject_key(mut self, key: Secret) -> Self {
        self.options.audit_subject_key = Some(key);
        self
    }

    /// Sets the directory for files of forms that are on disk ([`SpooledFile`](crate::input::SpooledFile)); by
    /// default the system's, which on Unix the variable `TMPDIR` names.
    ///
    /// `build` fails if it cannot create and write a file there. The default directory is not checked before the
    /// first file.
    ///
    /// # Security
    ///
    /// The files have mode 0600 and, on Unix, no name. The directory should be on a disk, since many systems
    /// have a `/tmp` in memory, and on one that only such files can fill.
    #[cfg(feature = "spool")]
    pub fn spool_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.options.spool_directory = Some(directory.into());
        self
    }

    /// Sets the maximum number of bytes that all files of forms on disk have together; by default 10 GiB.
    ///
    /// A request whose file would exceed it is refused with 503, and its own files are removed. With 0, no file is
    /// on disk. Servers that configure neither this limit nor a directory share one limit.
    #[cfg(feature = "spool")]
    pub fn spool_limit(mut self, bytes: u64) -> Self {
        self.options.spool_limit = Some(bytes);
        self
    }

    /// Sets the lifetime of [tickets](crate::Tickets): 1 ms to 60 s, by default 30 s.
    ///
    /// # Security
    ///
    /// A ticket is part of a URL, which proxies log. A short lifetime limits the damage of one that a client did not use.
    pub fn ticket_lifetime(mut self, lifetime: Duration) -> Self {
        self.options.ticket_lifetime = lifetime;
        self
    }

    /// Checks the configuration, and loads the keys of every issuer.
    ///
    /// Fetched keys are refreshed by a task on the tokio runtime in which this future runs. After
    /// that runtime has shut down, only requests refresh them.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError`] for every mistake that would otherwise fail at the first request.
    pub fn build(self) -> Build
    where
        T: HasIssuer,
    {
        Build(Box::pin(build(self.issuers.into_issuers(), self.options)))
    }
}

/// The future that [`Builder::build`] returns.
// A named type, because with an `async fn` rustc reports a missing issuer three times.
#[must_use = "futures do nothing unless you `.await` them"]
pub struct Build(Pin<Box<dyn Future<Output = Result<ResourceServer, ConfigError>> + Send>>);

impl Future for Build {
    type Output = Result<ResourceServer, ConfigError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

async fn build(
    issuers: Vec<Issuer<WithAudience>>,
    options: ServerOptions,
) -> Result<ResourceServer, ConfigError> {
    let resource = options.resource.clone().map(check_resource).transpose()?;
    if options.realm.is_empty() || !options.realm.bytes().all(is_nqschar) {
        return Err(ConfigError::Realm);
    }
    if options.ticket_lifetime.as_millis() == 0 || options.ticket_lifetime > MAX_TICKET_LIFETIME {
        return Err(ConfigError::TicketLifetime);
    }
    check_duplicates(&issuers)?;
    #[cfg(feature = "introspection")]
    check_opaque_tokens(&issuers)?;
    check_grants(&issuers)?;
    let token_limit = token_limit(&issuers, options.token_limit)?;
    let subject_key = subject_key(options.audit_subject_key.as_ref())?;
    #[cfg(feature = "spool")]
    let spool = spool(options.spool_directory.as_deref(), options.spool_limit).await?;
    let summaries = issuers
        .iter()
        .map(|issuer| issuer.summary(token_limit, subject_key.is_some()));
    let summaries: Arc<[_]> = summaries.collect();
    let mut trusted = Vec::new();
    for issuer in issuers {
        trusted.push(issuer.build(&options, subject_key.as_ref()).await?);
    }
    let validator = TokenValidator::new(trusted, options.token_cache_size, token_limit);
    if let Some(revocations) = &options.revocations {
        let urls: Vec<_> = summaries.iter().map(IssuerSummary::issuer).collect();
        revocations
            .add_issuers(&urls)
            .map_err(|source| ConfigError::RevokedIssuer { source })?;
        revocations.retain_for(validator.longest_acceptance());
    }
    Ok(ResourceServer::new(Shared {
        realm: options.realm.into(),
        resource,
        validator,
        clock: options.clock,
        revocations: options.revocations,
        issuers: summaries,
        #[cfg(feature = "spool")]
        spool,
        ticket_lifetime: options.ticket_lifetime,
        #[cfg(feature = "relying-party")]
        sessions: options.sessions,
        #[cfg(feature = "relying-party")]
        subject_key,
    }))
}

fn check_resource(resource: ProtectedResource) -> Result<Resource, ConfigError> {
    let url = resource.url().to_owned();
    resource.check().map_err(|source| ConfigError::Resource {
        resource: url,
        source,
    })
}

/// Returns the key for the subjects in audit events, if one is configured.
fn subject_key(secret: Option<&Secret>) -> Result<Option<SubjectKey>, ConfigError> {
    secret
        .map(|secret| SubjectKey::new(secret).ok_or(ConfigError::AuditSubjectKey))
        .transpose()
}

/// Returns the configured limit, or the longest of the default and the profiles.
fn token_limit(
    issuers: &[Issuer<WithAudience>],
    configured: Option<usize>,
) -> Result<usize, ConfigError> {
    match configured {
        Some(limit @ 1..=MAX_TOKEN_LIMIT) => Ok(limit),
        Some(_) => Err(ConfigError::TokenLimit),
        None => {
            let of_profiles = issuers.iter().filter_map(Issuer::max_token_len);
            Ok(of_profiles.fold(DEFAULT_TOKEN_LIMIT, usize::max))
        }
    }
}

fn check_duplicates(issuers: &[Issuer<WithAudience>]) -> Result<(), ConfigError> {
    let mut seen = HashSet::new();
    match issuers.iter().find(|issuer| !seen.insert(issuer.url())) {
        Some(duplicate) => Err(ConfigError::DuplicateIssuer {
            issuer: duplicate.url().to_owned(),
        }),
        None => Ok(()),
    }
}

/// Checks that each of several issuers states the scopes and roles that it may grant.
fn check_grants(issuers: &[Issuer<WithAudience>]) -> Result<(), ConfigError> {
    let mut several: Vec<_> = issuers
        .iter()
        .filter(|issuer| issuer.needs_grants())
        .collect();
    if several.len() < 2 {
        several.clear();
    }
    match several.into_iter().find(|issuer| !issuer.has_grants()) {
        Some(issuer) => Err(ConfigError::NoGrants {
            issuer: issuer.url().to_owned(),
        }),
        None => Ok(()),
    }
}

/// Checks that every opaque token belongs to at most one issuer.
#[cfg(feature = "introspection")]
fn check_opaque_tokens(issuers: &[Issuer<WithAudience>]) -> Result<(), ConfigError> {
    let mut opaque = Vec::new();
    for issuer in issuers {
        if let Some(tokens) = issuer.opaque_tokens()? {
            opaque.push((issuer.url(), tokens));
        }
    }
    match find_ambiguous(&opaque) {
        Some(issuer) => Err(ConfigError::Introspection {
            issuer,
            source: IntrospectionConfigError::Ambiguous,
        }),
        None => Ok(()),
    }
}
