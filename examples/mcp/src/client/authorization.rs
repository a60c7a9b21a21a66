//! From the metadata of the server to a source of tokens for it.

use std::collections::HashMap;
use std::error::Error;

use axum::http::Request;
use palisade::relying_party::vault::{MemoryStore, TokenVault};
use palisade::relying_party::{
    AccessGrant, AnswersStepUp, ApiClient, ClientAuthentication, ClientRegistration,
    DynamicRegistration, Provider, RelyingParty, RequestedScopes, ResourceMetadata, SealingKey,
    StepUp,
};

use crate::browser::{Browser, PATIENCE};
use crate::options::Options;

/// The name that an authorization server shows to the person.
const CLIENT_NAME: &str = "Palisade's MCP client";

/// Obtains access to the server.
pub(crate) struct Authorization {
    options: Options,
    browser: Browser,
    vault: TokenVault,
    /// The registrations of this client, each at its issuer: one is never used at another issuer.
    registrations: HashMap<String, ClientRegistration>,
}

impl Authorization {
    pub(crate) async fn new(options: Options) -> Result<Self, Box<dyn Error>> {
        let mut registrations = HashMap::new();
        if let (Some(issuer), Some(registration)) = (&options.issuer, options.registration()?) {
            registrations.insert(issuer.clone(), registration);
        }
        Ok(Self {
            browser: Browser::new(options.callback)?,
            vault: TokenVault::create(MemoryStore::new(), SealingKey::generate()?).await?,
            registrations,
            options,
        })
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Obtains access for a request that the server refuses without a token, and returns a client of the server.
    pub(crate) async fn obtain(
        &mut self,
        request: Request<Vec<u8>>,
    ) -> Result<ApiClient, Box<dyn Error>> {
        let mut metadata = ResourceMetadata::builder(request);
        if self.options.allow_loopback_http {
            metadata = metadata.allow_loopback_http();
        }
        let metadata = metadata.build().await?;
        let issuer = self.issuer(&metadata)?;
        let mut provider = Provider::builder(issuer);
        if self.options.allow_loopback_http {
            provider = provider.allow_loopback_http();
        }
        let provider = provider.build().await?;
        let registration = self.registration(&provider).await?;
        let party = RelyingParty::new(provider, registration)?;
        let origin = origin(&self.options.url)?;
        if self.options.client_credentials {
            let tokens = party.client_credentials(&RequestedScopes::NONE, [metadata.resource()])?;
            return Ok(ApiClient::builder(origin, tokens).build()?);
        }
        let access = AccessGrant::new(party, self.vault.clone(), metadata.resource())?;
        let asked = self.browser.ask(&access, metadata.scopes()).await;
        asked.map_err(|error| error as Box<dyn Error>)?;
        let more = MoreScopes {
            browser: self.browser.clone(),
            access: access.clone(),
        };
        let client = ApiClient::builder(origin, access.tokens())
            .timeout(PATIENCE)
            .on_step_up(more);
        Ok(client.build()?)
    }

    /// Returns the authorization server to use: the operator's choice, or the server's first one.
    fn issuer(&self, metadata: &ResourceMetadata) -> Result<String, Box<dyn Error>> {
        let mut issuers = metadata.issuers().iter();
        let issuer = match &self.options.issuer {
            Some(chosen) => issuers.find(|issuer| *issuer == chosen),
            None => issuers.next(),
        };
        let issuer = issuer.ok_or("the server does not use the authorization server `--issuer`")?;
        println!("authorization server {issuer}");
        Ok(issuer.clone())
    }

    /// Returns the registration of this client at a provider, after registering it if necessary.
    async fn registration(
        &mut self,
        provider: &Provider,
    ) -> Result<ClientRegistration, Box<dyn Error>> {
        if let Some(registration) = self.registrations.get(provider.issuer()) {
            return Ok(registration.clone());
        }
        let metadata = provider.metadata().await?;
        let registration = match &self.options.client_metadata_url {
            Some(url) if metadata.accepts_client_id_metadata_documents() => {
                ClientRegistration::new(url, ClientAuthentication::Public)
            }
            _ => {
                let client = DynamicRegistration::new(CLIENT_NAME, self.browser.redirect_uri());
                client.send(provider).await?
            }
        };
        let issuer = provider.issuer().to_owned();
        self.registrations.insert(issuer, registration.clone());
        Ok(registration)
    }
}

/// Asks the person for the scopes that a tool needs, in addition to the former ones.
struct MoreScopes {
    browser: Browser,
    access: AccessGrant,
}

impl AnswersStepUp for MoreScopes {
    async fn answer(&self, demand: &StepUp) -> Result<(), Box<dyn Error + Send + Sync>> {
        let former = self.access.tokens().token().await?;
        let scopes = former.scopes().union(demand.scopes());
        self.browser.ask(&self.access, &scopes).await
    }
}

/// Returns the scheme and the authority of a URL.
fn origin(url: &str) -> Result<String, Box<dyn Error>> {
    let url: axum::http::Uri = url.parse()?;
    match (url.scheme(), url.authority()) {
        (Some(scheme), Some(authority)) => Ok(format!("{scheme}://{authority}")),
        _ => Err("the URL of the server has no host".into()),
    }
}
