//! Keys that are created, published, used and removed on their schedule.

use super::*;
use crate::relying_party::vault::MemoryStore;
use crate::seal::SealingKey;

const DAY: Duration = Duration::from_hours(24);
const PERIOD: Duration = Duration::from_hours(24 * 30);
const ISSUER: &str = "https://login.example";

fn day(day: u64) -> NumericDate {
    NumericDate::from_secs(1_800_000_000).saturating_add(DAY * u32::try_from(day).unwrap())
}

async fn vault() -> TokenVault {
    let key = SealingKey::generate().unwrap();
    TokenVault::create(MemoryStore::new(), key).await.unwrap()
}

async fn open(vault: &TokenVault, now: NumericDate) -> SigningKeys {
    let keys = SigningKeys::open(
        vault.clone(),
        ISSUER,
        KeyUse::AccessTokens,
        Algorithm::ES256,
        PERIOD,
        now,
    );
    keys.await.unwrap()
}

fn kid(snapshot: &Snapshot, now: NumericDate) -> String {
    snapshot.signing_key(now).unwrap().kid().to_owned()
}

fn published(snapshot: &Snapshot) -> usize {
    snapshot.jwks().len()
}

#[tokio::test]
async fn first_key_signs_at_once_and_survives_a_restart() {
    let vault = vault().await;
    let first = kid(&*open(&vault, day(0)).await.snapshot(day(0)).await, day(0));
    let again = kid(&*open(&vault, day(1)).await.snapshot(day(1)).await, day(1));
    assert_eq!(first, again);
}

#[tokio::test]
async fn next_key_is_published_a_day_before_it_signs() {
    let vault = vault().await;
    let keys = open(&vault, day(0)).await;
    let before = keys.snapshot(day(28)).await;
    let first = kid(&before, day(28));
    assert_eq!(published(&before), 1);
    let ahead = keys.snapshot(day(29)).await;
    assert_eq!(
        (published(&ahead), kid(&ahead, day(29))),
        (2, first.clone())
    );
    let after = keys.snapshot(day(30)).await;
    assert_eq!(published(&after), 2);
    assert_ne!(kid(&after, day(30)), first);
    let later = day(30).saturating_add(PUBLISHED_AFTER);
    let later = keys.snapshot(later).await;
    assert_eq!(published(&later), 1);
    assert!(later.jwks().iter().all(|jwk| jwk["kid"] != first));
}

#[tokio::test]
async fn key_that_is_overdue_signs_until_its_successor_was_published_for_a_day() {
    let vault = vault().await;
    let first = kid(&*open(&vault, day(0)).await.snapshot(day(0)).await, day(0));
    let keys = open(&vault, day(100)).await;
    let snapshot = keys.snapshot(day(100)).await;
    assert_eq!(
        (published(&snapshot), kid(&snapshot, day(100))),
        (2, first.clone())
    );
    assert_ne!(kid(&*keys.snapshot(day(101)).await, day(101)), first);
}

#[tokio::test]
async fn another_algorithm_begins_with_a_published_key() {
    let vault = vault().await;
    let first = kid(&*open(&vault, day(0)).await.snapshot(day(0)).await, day(0));
    let keys = SigningKeys::open(
        vault.clone(),
        ISSUER,
        KeyUse::AccessTokens,
        Algorithm::RS256,
        PERIOD,
        day(1),
    );
    let keys = keys.await.unwrap();
    let snapshot = keys.snapshot(day(1)).await;
    assert_eq!((published(&snapshot), kid(&snapshot, day(1))), (2, first));
    let signing = keys.snapshot(day(2)).await;
    let signing = signing.signing_key(day(2)).unwrap();
    assert_eq!(signing.algorithm(), Algorithm::RS256);
}

/// Another process has created a key.
#[tokio::test]
async fn keys_are_read_again_after_a_minute() {
    let vault = vault().await;
    let keys = open(&vault, day(0)).await;
    let (usage, algorithm) = (KeyUse::AccessTokens, Algorithm::ES256);
    // a process that replaces keys sooner
    let other = SigningKeys::open(vault, ISSUER, usage, algorithm, DAY, day(0));
    assert_eq!(published(&*other.await.unwrap().snapshot(day(0)).await), 2);
    for (seconds, count) in [(0, 1), (59, 1), (60, 2)] {
        let now = day(0).saturating_add(Duration::from_secs(seconds));
        let snapshot = keys.snapshot(now).await;
        assert_eq!(published(&snapshot), count, "{seconds}");
    }
}

#[tokio::test]
async fn keys_are_read_once_a_minute() {
    let vault = vault().await;
    let keys = open(&vault, day(0)).await;
    let after = |seconds| day(0).saturating_add(Duration::from_secs(seconds));
    assert_eq!(published(&*keys.snapshot(after(60)).await), 1);
    let (usage, algorithm) = (KeyUse::AccessTokens, Algorithm::ES256);
    let other = SigningKeys::open(vault, ISSUER, usage, algorithm, DAY, after(61));
    assert_eq!(
        published(&*other.await.unwrap().snapshot(after(61)).await),
        2
    );
    for (seconds, count) in [(62, 1), (119, 1), (120, 2)] {
        let snapshot = keys.snapshot(after(seconds)).await;
        assert_eq!(published(&snapshot), count, "{seconds}");
    }
}

#[tokio::test]
async fn keys_are_written_when_they_change_only() {
    let vault = vault().await;
    let keys = open(&vault, day(0)).await;
    let stored = async || vault.read(&keys.id).await.unwrap().unwrap();
    let first = stored().await.version();
    keys.snapshot(day(28)).await;
    assert_eq!(stored().await.version(), first);
    keys.snapshot(day(29)).await;
    keys.snapshot(day(30)).await;
    assert_ne!(stored().await.version(), first);
    // the private key that no token needs any more is removed from the vault
    let count = async || decode(stored().await.value().expose()).unwrap().len();
    let end = day(30).saturating_add(PUBLISHED_AFTER);
    keys.snapshot(end.saturating_sub(REREAD)).await;
    assert_eq!(count().await, 2);
    keys.snapshot(end).await;
    assert_eq!(count().await, 1);
}

/// During a deployment, processes with the former and the new algorithm share the vault.
#[tokio::test]
async fn processes_with_different_algorithms_publish_one_key_each() {
    let vault = vault().await;
    let mut published = 0;
    for minute in 0..100 {
        let now = day(0).saturating_add(Duration::from_mins(minute));
        for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
            let usage = KeyUse::AccessTokens;
            let keys = SigningKeys::open(vault.clone(), ISSUER, usage, algorithm, PERIOD, now);
            published = keys.await.unwrap().snapshot(now).await.jwks().len();
        }
    }
    assert_eq!(published, 3);
    let settled = open(&vault, day(2)).await.snapshot(day(2)).await;
    let signing = settled.signing_key(day(2)).unwrap();
    assert_eq!(signing.algorithm(), Algorithm::ES256);
}

#[tokio::test]
async fn processes_that_start_together_have_the_same_key() {
    let vault = vault().await;
    let opened = (0..8).map(|_| {
        let vault = vault.clone();
        tokio::spawn(
            async move { kid(&*open(&vault, day(0)).await.snapshot(day(0)).await, day(0)) },
        )
    });
    let mut kids = Vec::new();
    for task in opened.collect::<Vec<_>>() {
        kids.push(task.await.unwrap());
    }
    kids.dedup();
    assert_eq!(kids.len(), 1);
}

#[tokio::test]
async fn debug_output_has_no_private_key() {
    let vault = vault().await;
    let keys = open(&vault, day(0)).await;
    let printed = format!("{keys:?}");
    let snapshot = keys.snapshot(day(0)).await;
    let pkcs8 = snapshot.signing_key(day(0)).unwrap().to_pkcs8().unwrap();
    assert!(!printed.contains(&STANDARD.encode(&pkcs8)[..20]));
}
