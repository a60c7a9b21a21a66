//! Mistakes of a store of sessions.

use std::time::{SystemTime, UNIX_EPOCH};

use palisade::claims::NumericDate;
use palisade::evidence::AttackClass;
use palisade::prelude::*;
use palisade::relying_party::{
    Login, MemorySessions, SealingKey, SessionGroup, SessionKey, SessionStore, SessionStoreError,
    Sessions, StoredSession,
};
use palisade::testing::TestApi;
use palisade::testing::attack::Attack;

use crate::support::admitted;

#[secured(login)]
async fn me(login: Login) -> String {
    login.subject().to_owned()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mistake {
    /// The last use of a stored session is the present.
    LastUse,
    /// The sessions of a subject are not found.
    Groups,
}

struct Store {
    sessions: MemorySessions,
    mistake: Mistake,
}

impl SessionStore for Store {
    async fn insert(
        &self,
        mut session: StoredSession,
    ) -> Result<Vec<StoredSession>, SessionStoreError> {
        if self.mistake == Mistake::LastUse {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            session.last_used = NumericDate::from_secs(now.as_secs());
        }
        self.sessions.insert(session).await
    }

    async fn find(&self, key: &SessionKey) -> Result<Option<StoredSession>, SessionStoreError> {
        self.sessions.find(key).await
    }

    async fn touch(&self, key: &SessionKey, at: NumericDate) -> Result<(), SessionStoreError> {
        self.sessions.touch(key, at).await
    }

    async fn remove(&self, key: &SessionKey) -> Result<Option<StoredSession>, SessionStoreError> {
        self.sessions.remove(key).await
    }

    async fn remove_group(
        &self,
        group: &SessionGroup,
    ) -> Result<Vec<StoredSession>, SessionStoreError> {
        match self.mistake {
            Mistake::LastUse => self.sessions.remove_group(group).await,
            Mistake::Groups => Ok(Vec::new()),
        }
    }

    async fn remove_ended(
        &self,
        now: NumericDate,
        unused_since: NumericDate,
    ) -> Result<Vec<StoredSession>, SessionStoreError> {
        self.sessions.remove_ended(now, unused_since).await
    }
}

async fn api(mistake: Mistake) -> TestApi {
    let sessions = MemorySessions::new();
    let sessions = Sessions::builder("https://app.example")
        .store(Store { sessions, mistake })
        .keys(SealingKey::generate().unwrap())
        .build();
    let routes = SecureRouter::new().route("/me", get(me));
    TestApi::with_server(routes, |server| server.sessions(sessions.unwrap())).await
}

#[tokio::test]
async fn store_that_does_not_keep_the_last_use_is_found() {
    let api = api(Mistake::LastUse).await;
    assert_eq!(
        admitted(&api).await,
        ["GET /me: broken_token: a session that was not used for its idle time (status 200)"]
    );
}

#[tokio::test]
async fn session_that_cannot_be_ended_is_not_covered() {
    let api = api(Mistake::Groups).await;
    let results = Attack::new(&api).run().await.assert_refused();
    let class = results.routes()[0].class(AttackClass::BrokenToken);
    assert_eq!(
        class.unwrap().not_covered(),
        ["a session that has ended: the store does not find the sessions of a subject"]
    );
}
