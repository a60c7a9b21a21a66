//! Several processes: killed writers, full disks, and a lock that ends with its process.
//!
//! A child process is this test program, which runs one test only; the test does nothing without its variable.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{Fixture, id, secret, value_of};
use crate::relying_party::vault::{FileStore, TokenVault, VaultError};
use crate::seal::SealingKey;
use crate::secret::Secret;

const DIRECTORY: &str = "PALISADE_TEST_VAULT";
const KEY: &str = "PALISADE_TEST_VAULT_KEY";
const SUBJECTS: [&str; 3] = ["alice", "bob", "carol"];
/// How many vaults have writers that are killed, at the same time, and how often in each of them.
const VAULTS: u32 = 4;
const KILLS: u32 = 50;

fn child(test: &str, fixture: &Fixture) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    let key = fixture.key.to_base64url();
    command
        .args(["--exact", "--nocapture", "--test-threads=1"])
        .arg(format!("relying_party::vault::tests::processes::{test}"))
        .env(DIRECTORY, fixture.directory())
        .env(KEY, str::from_utf8(key.expose()).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// Opens the vault in a child process, or returns `None` in any other one.
async fn open_in_child() -> Option<TokenVault> {
    let directory = env::var_os(DIRECTORY)?;
    let key = SealingKey::from_base64url(&Secret::new(env::var(KEY).unwrap())).unwrap();
    let store = FileStore::open(Path::new(&directory)).unwrap();
    Some(TokenVault::open(store, key).await.unwrap())
}

/// Kills a child however a test ends.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits for a line of a child that begins with `word`, and returns the rest.
fn line_of(
    lines: &mut impl Iterator<Item = std::io::Result<String>>,
    word: &str,
) -> Option<String> {
    lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix(word).map(|rest| rest.trim().to_owned()))
}

/// The child of the next test: writes, removes and reports each completed write.
#[tokio::test]
async fn child_writes_until_it_is_killed() {
    let Some(vault) = open_in_child().await else {
        return;
    };
    for round in u64::MIN.. {
        for (at, subject) in SUBJECTS.iter().enumerate() {
            let current = value_of(&vault, subject).await;
            let count = current.as_deref().map_or(0, count_of);
            if round % 5 == 4 && at == 2 {
                vault.remove(&id(subject)).await.unwrap();
                println!("\nremoved {subject} {count}");
                continue;
            }
            let value = value(count + 1);
            vault
                .put(&id(subject), &secret(&value), None)
                .await
                .unwrap();
            println!("\nwritten {subject} {}", count + 1);
        }
    }
}

/// A value that shows whether it is whole.
fn value(count: u64) -> String {
    format!("{count}:{}", format!("{count},").repeat(300))
}

fn count_of(value: &str) -> u64 {
    let (count, _) = value.split_once(':').unwrap();
    let count = count.parse().unwrap();
    assert_eq!(value, self::value(count));
    count
}

/// R9: a writer is killed 200 times in the middle of its work. No record is lost or half written.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_writers_lose_no_record_and_leave_none_half_written() {
    let tasks: Vec<_> = (0..VAULTS)
        .map(|number| tokio::spawn(kill_writers(number * KILLS)))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn kill_writers(first: u32) {
    let (fixture, vault) = Fixture::new().await;
    for subject in SUBJECTS {
        vault
            .put(&id(subject), &secret(&value(0)), None)
            .await
            .unwrap();
    }
    let mut acknowledged = [0, 0];
    for round in first..first + KILLS {
        let mut child = Killed(
            child("child_writes_until_it_is_killed", &fixture)
                .spawn()
                .unwrap(),
        );
        let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
        for _ in 0..=round % 4 {
            let line = line_of(&mut lines, "written ").unwrap();
            let (subject, count) = line.split_once(' ').unwrap();
            let at = SUBJECTS.iter().position(|known| *known == subject).unwrap();
            if let Some(last) = acknowledged.get_mut(at) {
                *last = count.parse().unwrap();
            }
        }
        // in the middle of whatever follows; the moment varies with the round
        std::thread::sleep(Duration::from_micros(u64::from(round) * 137 % 9_000));
        child.0.kill().unwrap();
        drop(child);

        for (subject, last) in SUBJECTS.iter().zip(&mut acknowledged) {
            let count = count_of(&value_of(&vault, subject).await.unwrap());
            assert!(count >= *last, "{subject}: {count} after {last}");
            *last = count;
        }
        // this record is removed now and then
        value_of(&vault, "carol").await.as_deref().map(count_of);
    }
    vault
        .put(&id("alice"), &secret("still writable"), None)
        .await
        .unwrap();
    let later = fixture.open().await.unwrap();
    assert_eq!(value_of(&later, "alice").await.unwrap(), "still writable");
    assert_eq!(fixture.files(|name| name.starts_with(".tmp-")).len(), 0);
}

/// The child of the next test: its files cannot grow.
#[tokio::test]
async fn child_cannot_write() {
    let Some(vault) = open_in_child().await else {
        return;
    };
    for subject in ["alice", "dave"] {
        match vault.put(&id(subject), &secret(&value(1)), None).await {
            Err(VaultError::Store(error)) => println!("\nrefused {error}"),
            other => println!("\nrefused wrongly: {other:?}"),
        }
    }
    println!("\nread {:?}", value_of(&vault, "alice").await);
}

#[tokio::test]
async fn full_disk_is_an_error_and_loses_nothing() {
    let (fixture, vault) = Fixture::new().await;
    let test = child("child_cannot_write", &fixture);
    // without the signal, a write beyond the limit fails like one on a full disk
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"])
        .arg(test.get_program())
        .args(test.get_args())
        .envs(
            test.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = Killed(shell.spawn().unwrap());
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    for _ in 0..2 {
        let refused = line_of(&mut lines, "refused ").unwrap();
        assert!(refused.contains("File too large"), "{refused}");
    }
    assert_eq!(
        line_of(&mut lines, "read ").unwrap(),
        "Some(\"token of alice\")"
    );
    assert!(child.0.wait().unwrap().success());

    assert_eq!(value_of(&vault, "alice").await.unwrap(), "token of alice");
    assert_eq!(value_of(&vault, "dave").await, None);
    assert_eq!(fixture.files(|name| name.starts_with(".tmp-")).len(), 0);
    vault
        .put(&id("alice"), &secret("space again"), None)
        .await
        .unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "space again");
}

/// The child of the next test: holds a lock.
#[tokio::test]
async fn child_locks_until_it_is_killed() {
    let Some(vault) = open_in_child().await else {
        return;
    };
    let _lock = vault
        .lock(&id("alice"), Duration::from_mins(1))
        .await
        .unwrap();
    println!("\nlocked");
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn lock_of_another_process_excludes_until_that_process_ends() {
    let (fixture, vault) = Fixture::new().await;
    let mut child = Killed(
        child("child_locks_until_it_is_killed", &fixture)
            .spawn()
            .unwrap(),
    );
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    line_of(&mut lines, "locked").unwrap();
    let lock = vault.lock(&id("alice"), Duration::from_millis(5)).await;
    assert!(matches!(lock, Err(VaultError::LockTimeout)), "{lock:?}");
    vault
        .put(&id("alice"), &secret("without a lock"), None)
        .await
        .unwrap();
    drop(child);
    drop(
        vault
            .lock(&id("alice"), Duration::from_mins(1))
            .await
            .unwrap(),
    );
}

/// The child of the next test: increments a counter under the lock.
#[tokio::test]
async fn child_counts_under_the_lock() {
    let Some(vault) = open_in_child().await else {
        return;
    };
    for _ in 0..COUNTS {
        count_under_lock(&vault).await;
    }
}

const COUNTS: u64 = 50;

async fn count_under_lock(vault: &TokenVault) {
    let _lock = vault
        .lock(&id("alice"), Duration::from_mins(2))
        .await
        .unwrap();
    let record = vault.read(&id("alice")).await.unwrap().unwrap();
    let count: u64 = str::from_utf8(record.value().expose())
        .unwrap()
        .parse()
        .unwrap();
    let next = secret(&(count + 1).to_string());
    // never a conflict: all writers hold the lock
    vault
        .write(&id("alice"), Some(record.version()), &next, None)
        .await
        .unwrap();
}

/// Trap D2-5: lock, read again, write. Two processes never work at the same time.
#[tokio::test]
async fn lock_makes_two_processes_take_turns() {
    let (fixture, vault) = Fixture::new().await;
    vault.put(&id("alice"), &secret("0"), None).await.unwrap();
    let mut children: Vec<_> = (0..2)
        .map(|_| {
            Killed(
                child("child_counts_under_the_lock", &fixture)
                    .spawn()
                    .unwrap(),
            )
        })
        .collect();
    for _ in 0..COUNTS {
        count_under_lock(&vault).await;
    }
    for child in &mut children {
        assert!(child.0.wait().unwrap().success());
    }
    assert_eq!(
        value_of(&vault, "alice").await.unwrap(),
        (3 * COUNTS).to_string()
    );
    assert!(fs::read_dir(fixture.directory()).unwrap().count() < 16);
}
