//! Records: their identity, versions, sizes and counts.

use std::fs;
use std::time::Duration;

use super::{Fixture, content, id, key, mode_of, secret, value_of};
use crate::claims::NumericDate;
use crate::clock::Clock;
use crate::relying_party::vault::{
    FileStore, RecordId, RecordName, TokenVault, VaultError, VaultStore as _, VaultStoreError,
};

#[derive(Clone, Copy)]
struct FixedClock(u64);

impl Clock for FixedClock {
    fn now(&self) -> NumericDate {
        NumericDate::from_secs(self.0)
    }
}

/// R9: no byte of a token, key or identity is in any file, and no other user can read one.
#[tokio::test]
async fn files_contain_no_plain_text_and_are_private() {
    let (fixture, _vault) = Fixture::new().await;
    assert_eq!(mode_of(&fixture.directory()), 0o700);
    let files = fixture.files(|_| true);
    assert!(files.len() >= 5, "{files:?}");
    for path in files {
        assert_eq!(mode_of(&path), 0o600, "{}", path.display());
        let name = path.file_name().unwrap().as_encoded_bytes().to_vec();
        let content = [fs::read(&path).unwrap(), name].concat();
        let texts = ["token of", "alice", "bob", "login.example", "orders-web"];
        let plain = texts.map(|text| text.as_bytes().to_vec());
        for part in plain.into_iter().chain([fixture.key.expose().to_vec()]) {
            let is_found = content.windows(part.len()).any(|window| window == part);
            assert!(!is_found, "{}", path.display());
        }
    }
}

#[tokio::test]
async fn record_survives_reopening() {
    let (fixture, vault) = Fixture::new().await;
    drop(vault);
    let vault = fixture.open().await.unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "token of alice");
    assert_eq!(value_of(&vault, "bob").await.unwrap(), "token of bob");
    assert_eq!(value_of(&vault, "carol").await, None);
}

#[tokio::test]
async fn each_value_of_the_identity_selects_another_record() {
    let (_fixture, vault) = Fixture::new().await;
    let base = || RecordId::new("https://a.example", "client", "tokens").unwrap();
    let new = |issuer, client, kind| RecordId::new(issuer, client, kind).unwrap();
    let ids = [
        base(),
        new("https://a.example/", "client", "tokens"),
        new("https://A.example", "client", "tokens"),
        new("https://a.example", "client2", "tokens"),
        new("https://a.example", "client", "id_token"),
        new("https://a.exampleclient", "tokens", "x"),
        base().subject("s").unwrap(),
        base().detail("s").unwrap(),
        base().subject("s").unwrap().detail("d").unwrap(),
        base().subject("sd").unwrap(),
        base().subject("S").unwrap(),
    ];
    for (at, id) in ids.iter().enumerate() {
        vault
            .write(id, None, &secret(&at.to_string()), None)
            .await
            .unwrap();
    }
    for (at, id) in ids.iter().enumerate() {
        let record = vault.read(id).await.unwrap().unwrap();
        assert_eq!(record.value().expose(), at.to_string().as_bytes(), "{id:?}");
    }
}

#[tokio::test]
async fn write_with_another_version_is_a_conflict() {
    let (fixture, vault) = Fixture::new().await;
    let first = vault.read(&id("alice")).await.unwrap().unwrap().version();
    let conflict = vault.write(&id("alice"), None, &secret("x"), None).await;
    assert!(
        matches!(conflict, Err(VaultError::Conflict)),
        "{conflict:?}"
    );

    let second = vault
        .write(&id("alice"), Some(first), &secret("second"), None)
        .await
        .unwrap();
    assert_ne!(first, second);
    let other = fixture.open().await.unwrap();
    let conflict = other
        .write(&id("alice"), Some(first), &secret("x"), None)
        .await;
    assert!(
        matches!(conflict, Err(VaultError::Conflict)),
        "{conflict:?}"
    );
    let conflict = other
        .write(&id("carol"), Some(second), &secret("x"), None)
        .await;
    assert!(
        matches!(conflict, Err(VaultError::Conflict)),
        "{conflict:?}"
    );
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "second");

    other
        .write(&id("alice"), Some(second), &secret("third"), None)
        .await
        .unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "third");
}

#[tokio::test]
async fn version_of_a_removed_record_is_a_conflict_for_its_successor() {
    let (_fixture, vault) = Fixture::new().await;
    let removed = vault.read(&id("alice")).await.unwrap().unwrap().version();
    assert!(vault.remove(&id("alice")).await.unwrap());
    assert_eq!(value_of(&vault, "alice").await, None);
    assert!(!vault.remove(&id("alice")).await.unwrap());
    vault
        .write(&id("alice"), None, &secret("new"), None)
        .await
        .unwrap();
    let conflict = vault
        .write(&id("alice"), Some(removed), &secret("x"), None)
        .await;
    assert!(
        matches!(conflict, Err(VaultError::Conflict)),
        "{conflict:?}"
    );
}

#[tokio::test]
async fn removal_of_another_version_is_a_conflict() {
    let (fixture, vault) = Fixture::new().await;
    let first = vault.read(&id("alice")).await.unwrap().unwrap().version();
    let value = secret("second");
    let alice = id("alice");
    let second = vault.write(&alice, Some(first), &value, None).await;
    let second = second.unwrap();
    let other = fixture.open().await.unwrap();
    let of_bob = vault.read(&id("bob")).await.unwrap().unwrap().version();
    for version in [first, of_bob] {
        let conflict = other.remove_version(&id("alice"), version).await;
        assert!(
            matches!(conflict, Err(VaultError::Conflict)),
            "{conflict:?}"
        );
        assert_eq!(value_of(&vault, "alice").await.unwrap(), "second");
    }
    other.remove_version(&id("alice"), second).await.unwrap();
    assert_eq!(value_of(&vault, "alice").await, None);
}

/// Two processes that create a vault, or seal its head again, do not replace each other's head.
#[tokio::test]
async fn head_of_another_version_is_not_replaced() {
    let (fixture, vault) = Fixture::new().await;
    let store = FileStore::open(fixture.directory()).unwrap();
    let head = store.read(RecordName::HEAD).await.unwrap().unwrap();
    let before = content(&fixture);
    for expected in [None, Some(head.version.wrapping_add(1)), Some(u64::MAX)] {
        let written = store.write(RecordName::HEAD, expected, head.clone()).await;
        assert!(
            matches!(written, Err(VaultStoreError::Conflict)),
            "{expected:?}: {written:?}"
        );
        assert_eq!(content(&fixture), before);
    }
    let expected = Some(head.version);
    store.write(RecordName::HEAD, expected, head).await.unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "token of alice");
}

#[tokio::test]
async fn put_replaces_every_version() {
    let (fixture, vault) = Fixture::new().await;
    for text in ["one", "two"] {
        vault.put(&id("alice"), &secret(text), None).await.unwrap();
        assert_eq!(value_of(&vault, "alice").await.unwrap(), text);
    }
    vault.put(&id("carol"), &secret("new"), None).await.unwrap();
    let other = fixture.open().await.unwrap();
    assert_eq!(value_of(&other, "carol").await.unwrap(), "new");
}

#[tokio::test]
async fn value_over_128_kib_is_rejected() {
    let (_fixture, vault) = Fixture::new().await;
    let longest = secret(&"a".repeat(TokenVault::MAX_VALUE));
    vault.put(&id("alice"), &longest, None).await.unwrap();
    let record = vault.read(&id("alice")).await.unwrap().unwrap();
    assert_eq!(record.value().len(), TokenVault::MAX_VALUE);
    let too_long = secret(&"a".repeat(TokenVault::MAX_VALUE + 1));
    let error = vault.put(&id("alice"), &too_long, None).await;
    assert!(matches!(error, Err(VaultError::TooLong)), "{error:?}");
    let record = vault.read(&id("alice")).await.unwrap().unwrap();
    assert_eq!(record.value().len(), TokenVault::MAX_VALUE);
}

#[tokio::test]
async fn full_store_removes_expired_records_and_no_others() {
    let (fixture, vault) = Fixture::new().await;
    drop(vault);
    let store = FileStore::open_with_max_records(fixture.directory(), 4).unwrap();
    let vault = TokenVault::open(store, fixture.key.clone()).await.unwrap();
    let vault = vault.with_clock(FixedClock(1_000));
    let at = |seconds| Some(NumericDate::from_secs(seconds));
    vault
        .write(&id("carol"), None, &secret("expires"), at(1_001))
        .await
        .unwrap();
    vault
        .write(&id("dave"), None, &secret("expires"), at(1_000))
        .await
        .unwrap();

    // at its expiry time, a record gives way
    vault
        .write(&id("erin"), None, &secret("new"), None)
        .await
        .unwrap();
    assert_eq!(value_of(&vault, "dave").await, None);
    let full = vault.write(&id("frank"), None, &secret("new"), None).await;
    assert!(matches!(full, Err(VaultError::Full)), "{full:?}");
    for (subject, value) in [
        ("alice", "token of alice"),
        ("carol", "expires"),
        ("erin", "new"),
    ] {
        assert_eq!(value_of(&vault, subject).await.unwrap(), value);
    }
    // existing records can still be replaced
    vault
        .put(&id("alice"), &secret("replaced"), None)
        .await
        .unwrap();
    assert_eq!(fixture.records().len(), 4);
}

#[tokio::test]
async fn expired_records_are_removed_at_their_time() {
    let (fixture, vault) = Fixture::new().await;
    let at = Some(NumericDate::from_secs(1_000));
    vault
        .put(&id("alice"), &secret("expires"), at)
        .await
        .unwrap();
    for (now, removed) in [(999, 0), (1_000, 1), (1_001, 0)] {
        let vault = vault.clone().with_clock(FixedClock(now));
        assert_eq!(vault.remove_expired().await.unwrap(), removed, "{now}");
    }
    assert_eq!(fixture.records().len(), 1);
    let other = fixture.open().await.unwrap();
    assert_eq!(value_of(&other, "alice").await, None);
    assert_eq!(value_of(&other, "bob").await.unwrap(), "token of bob");
    other
        .write(&id("alice"), None, &secret("again"), None)
        .await
        .unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "again");
}

/// Otherwise, a file that an operator has removed would keep all expired records.
#[tokio::test]
async fn expired_record_without_its_file_is_removed() {
    let (fixture, vault) = Fixture::new().await;
    let at = Some(NumericDate::from_secs(1_000));
    for subject in ["alice", "bob"] {
        vault.put(&id(subject), &secret("x"), at).await.unwrap();
    }
    fs::remove_file(fixture.file_of(&vault, "alice")).unwrap();
    let vault = vault.with_clock(FixedClock(1_000));
    assert_eq!(vault.remove_expired().await.unwrap(), 2);
    assert_eq!(fixture.records().len(), 0);
    for subject in ["alice", "bob"] {
        assert_eq!(value_of(&vault, subject).await, None);
    }
}

/// Files are written when something changes only: each write could be interrupted.
#[tokio::test]
async fn operation_without_a_change_writes_no_file() {
    let (fixture, vault) = Fixture::new().await;
    let before = content(&fixture);
    assert_eq!(vault.remove_expired().await.unwrap(), 0);
    assert!(!vault.remove(&id("carol")).await.unwrap());
    value_of(&vault, "alice").await.unwrap();
    let other = fixture.open().await.unwrap();
    value_of(&other, "bob").await.unwrap();
    let rekeyed = other.rekey().await.unwrap();
    assert_eq!((rekeyed.rewrapped, rekeyed.current), (0, 2));
    assert_eq!(content(&fixture), before);
}

/// A writer that hangs must not keep the application from reading tokens.
#[tokio::test]
async fn reader_does_not_wait_for_a_writer() {
    let (fixture, vault) = Fixture::new().await;
    let path = fixture.directory().join("lock-store");
    let lock = fs::OpenOptions::new().write(true).open(&path).unwrap();
    lock.lock().unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "token of alice");
    assert_eq!(value_of(&vault, "carol").await, None);
}

#[tokio::test]
async fn lock_excludes_tasks_and_other_stores_until_it_is_dropped() {
    let (fixture, vault) = Fixture::new().await;
    let other = fixture.open().await.unwrap();
    let lock = vault.lock(&id("alice"), Duration::ZERO).await.unwrap();
    for vault in [&vault, &other] {
        let second = vault.lock(&id("alice"), Duration::from_millis(5)).await;
        assert!(matches!(second, Err(VaultError::LockTimeout)), "{second:?}");
    }
    // reading and writing need no lock
    vault
        .put(&id("alice"), &secret("refreshed"), None)
        .await
        .unwrap();
    assert_eq!(value_of(&other, "alice").await.unwrap(), "refreshed");

    let waiting = tokio::spawn({
        let other = other.clone();
        async move {
            other
                .lock(&id("alice"), Duration::from_mins(1))
                .await
                .map(drop)
        }
    });
    tokio::task::yield_now().await;
    drop(lock);
    waiting.await.unwrap().unwrap();
    drop(
        vault
            .lock(&id("alice"), Duration::from_mins(1))
            .await
            .unwrap(),
    );
}

#[tokio::test]
async fn concurrent_writers_of_two_stores_lose_no_update() {
    let (fixture, vault) = Fixture::new().await;
    vault.put(&id("alice"), &secret("0"), None).await.unwrap();
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let vault = fixture.open().await.unwrap();
        tasks.push(tokio::spawn(async move {
            let mut written = 0;
            while written < 10 {
                let record = vault.read(&id("alice")).await.unwrap().unwrap();
                let count: u32 = str::from_utf8(record.value().expose())
                    .unwrap()
                    .parse()
                    .unwrap();
                let next = secret(&(count + 1).to_string());
                match vault
                    .write(&id("alice"), Some(record.version()), &next, None)
                    .await
                {
                    Ok(_) => written += 1,
                    Err(VaultError::Conflict) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "40");
}

#[tokio::test]
async fn concurrent_readers_see_whole_records_while_they_are_written() {
    let (fixture, vault) = Fixture::new().await;
    let reader = fixture.open().await.unwrap();
    let writer = tokio::spawn(async move {
        for round in 0..40 {
            let value = secret(&round.to_string().repeat(500));
            vault.put(&id("alice"), &value, None).await.unwrap();
            if round % 4 == 3 {
                vault.remove(&id("alice")).await.unwrap();
            }
        }
    });
    while !writer.is_finished() {
        value_of(&reader, "alice").await;
        assert_eq!(value_of(&reader, "bob").await.unwrap(), "token of bob");
    }
    writer.await.unwrap();
}

#[tokio::test]
async fn debug_and_errors_contain_no_value() {
    let (fixture, vault) = Fixture::new().await;
    let record = vault.read(&id("alice")).await.unwrap().unwrap();
    let error = fixture.open_with(key()).await.unwrap_err();
    for printed in [
        format!("{record:?}"),
        format!("{vault:?}"),
        format!("{error:?}"),
        error.to_string(),
    ] {
        assert!(
            !printed.contains("token of") && !printed.contains("alice"),
            "{printed}"
        );
    }
}
