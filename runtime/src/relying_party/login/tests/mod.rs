//! Logins against a provider in the test's process: each attack is refused by the check that it breaks.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod attacks;
mod flow;
mod issuer;
pub(in crate::relying_party) mod provider;
mod requests;
mod responses;

use std::collections::BTreeMap;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Uri, header};

use self::provider::TestProvider;
use crate::relying_party::{
    CallbackOutcome, ClientAuthentication, ClientRegistration, CompletedLogin, LoginError,
    LoginRequest, Logins, LoginsBuilder, Provider, RelyingParty, SealingKey,
};
use crate::secret::Secret;

pub(in crate::relying_party) const CLIENT: &str = "web";
pub(in crate::relying_party) const CALLBACK: &str = "https://app.example/callback";

/// An application and its provider; a browser is separate.
pub(in crate::relying_party) struct LoginTest {
    pub(in crate::relying_party) provider: TestProvider,
    pub(in crate::relying_party) logins: Logins,
}

/// The cookies of a browser.
#[derive(Clone, Default)]
pub(in crate::relying_party) struct Browser {
    pub(in crate::relying_party) cookies: BTreeMap<String, String>,
}

impl LoginTest {
    pub(in crate::relying_party) async fn new() -> Self {
        Self::with(|_| {}, |logins| logins).await
    }

    /// Changes the provider before the application connects to it, and the application's settings.
    pub(in crate::relying_party) async fn with(
        prepare: impl FnOnce(&TestProvider),
        configure: impl FnOnce(LoginsBuilder) -> LoginsBuilder,
    ) -> Self {
        let provider = TestProvider::start().await;
        prepare(&provider);
        let key = SealingKey::generate().unwrap();
        let builder = Logins::builder(party(&provider, CLIENT).await, CALLBACK, key);
        let logins = configure(builder.id_token_algorithm(jsonwebtoken::Algorithm::ES256))
            .build()
            .await;
        Self {
            logins: logins.unwrap(),
            provider,
        }
    }

    /// Begins a login, and returns the URL of the authorization request.
    pub(in crate::relying_party) async fn begin(&self, browser: &mut Browser) -> String {
        self.begin_with(browser, &LoginRequest::new()).await
    }

    pub(in crate::relying_party) async fn begin_with(
        &self,
        browser: &mut Browser,
        request: &LoginRequest,
    ) -> String {
        let begun = self
            .logins
            .begin(request, &browser.headers())
            .await
            .unwrap();
        browser.store(begun.set_cookies());
        begun.location().to_owned()
    }

    /// Begins a login, and lets the user log in at the provider.
    pub(in crate::relying_party) async fn authorized(&self, browser: &mut Browser) -> Parameters {
        let location = self.begin(browser).await;
        self.provider.authorize(&location)
    }

    pub(in crate::relying_party) async fn complete(
        &self,
        browser: &mut Browser,
        response: &Parameters,
    ) -> Result<CompletedLogin, LoginError> {
        self.complete_query(browser, &response.query())
            .await
            .into_result()
    }

    pub(in crate::relying_party) async fn complete_query(
        &self,
        browser: &mut Browser,
        query: &str,
    ) -> CallbackOutcome {
        let uri: Uri = format!("/callback?{query}").parse().unwrap();
        let outcome = self.logins.complete(&uri, &browser.headers()).await;
        browser.store(outcome.set_cookie());
        outcome
    }

    /// Logs a user in.
    pub(in crate::relying_party) async fn logged_in(&self) -> CompletedLogin {
        let mut browser = Browser::default();
        let response = self.authorized(&mut browser).await;
        self.complete(&mut browser, &response).await.unwrap()
    }

    pub(in crate::relying_party) fn advance(&self, seconds: u64) {
        self.provider.clock.advance(Duration::from_secs(seconds));
    }
}

pub(in crate::relying_party) async fn party(provider: &TestProvider, client: &str) -> RelyingParty {
    let issuer = Provider::builder(provider.url())
        .allow_loopback_http()
        .clock(provider.clock.clone())
        .build()
        .await
        .unwrap();
    let authentication = ClientAuthentication::ClientSecretBasic(Secret::new("secret"));
    RelyingParty::new(issuer, ClientRegistration::new(client, authentication)).unwrap()
}

impl Browser {
    /// Stores cookies as a browser does.
    pub(in crate::relying_party) fn store<'a>(
        &mut self,
        cookies: impl IntoIterator<Item = &'a HeaderValue>,
    ) {
        for cookie in cookies {
            let text = cookie.to_str().unwrap();
            let (pair, attributes) = text.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            assert!(name.starts_with("__Host-login-"), "{text}");
            assert!(
                text.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"),
                "{text}"
            );
            if attributes.starts_with("Max-Age=0;") {
                self.cookies.remove(name);
            } else {
                assert!(attributes.starts_with("Max-Age=600;"), "{text}");
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub(in crate::relying_party) fn headers(&self) -> HeaderMap {
        let pairs: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut headers = HeaderMap::new();
        if !pairs.is_empty() {
            headers.insert(header::COOKIE, pairs.join("; ").parse().unwrap());
        }
        headers
    }
}

/// Parameters of a query, in order.
#[derive(Clone, Debug, Default)]
pub(in crate::relying_party) struct Parameters(pub(in crate::relying_party) Vec<(String, String)>);

impl Parameters {
    pub(in crate::relying_party) fn parse(query: &str) -> Self {
        let decode = |text: &str| {
            let text = text.replace('+', " ");
            percent_encoding::percent_decode_str(&text)
                .decode_utf8()
                .unwrap()
                .into_owned()
        };
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap())
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
        )
    }

    pub(in crate::relying_party) fn query(&self) -> String {
        let form = self
            .0
            .iter()
            .fold(crate::https::Form::new(), |form, (name, value)| {
                form.with(name, value)
            });
        String::from_utf8(form.into_bytes().to_vec()).unwrap()
    }

    pub(in crate::relying_party) fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(other, _)| other == name);
        let (_, value) = values.next()?;
        assert!(values.next().is_none(), "{name} appears twice");
        Some(value)
    }

    pub(in crate::relying_party) fn without(&self, name: &str) -> Self {
        Self(
            self.0
                .iter()
                .filter(|(other, _)| other != name)
                .cloned()
                .collect(),
        )
    }

    pub(in crate::relying_party) fn and(&self, name: &str, value: &str) -> Self {
        let mut parameters = self.clone();
        parameters.0.push((name.to_owned(), value.to_owned()));
        parameters
    }

    pub(in crate::relying_party) fn with(&self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }
}
