//! Tokens of people who have logged in: each belongs to one provider and client.

use http::HeaderMap;

use super::*;
use crate::relying_party::LoginTokens;
use crate::relying_party::login::tests::{CLIENT, LoginTest};
use crate::relying_party::vault::{MemoryStore, TokenVault};
use crate::session::{NewLogin, Sessions};

/// The tokens of one provider must not be refreshed at another, nor those of one client by another.
#[tokio::test]
async fn login_at_another_provider_or_of_another_client_has_no_tokens() {
    let test = LoginTest::new().await;
    let completed = test.logged_in().await;
    let key = SealingKey::generate().unwrap();
    let vault = TokenVault::create(MemoryStore::new(), key).await.unwrap();
    let tokens = LoginTokens::new(&test.logins, vault);
    let sessions = Sessions::builder("https://app.example").build().unwrap();
    let own = test.logins.issuer();
    for (issuer, client, is_own) in [
        (own, CLIENT, true),
        ("https://other.example", CLIENT, false),
        (own, "other", false),
        ("https://other.example", "other", false),
        (&format!("{own}/"), CLIENT, false),
        (own, &CLIENT.to_uppercase(), false),
    ] {
        let login = NewLogin::new(issuer, client, "alice");
        let (login, _) = sessions.start(login, &HeaderMap::new()).await.unwrap();
        for result in [
            tokens.of(&login).map(drop),
            tokens.store(&login, completed.tokens()).await,
            tokens.id_token(&login).await.map(drop),
        ] {
            let is_ended = matches!(result, Err(TokenSourceError::Ended));
            assert_eq!(
                (result.is_ok(), is_ended),
                (is_own, !is_own),
                "{issuer} {client}"
            );
        }
    }
}
