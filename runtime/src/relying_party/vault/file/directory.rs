//! The directory of a store. Every function blocks.
//!
//! A writer locks the directory, writes the index, then the file of the record. A reader needs no lock: each file is
//! replaced as a whole. If a file contradicts the index, the reader locks the directory and reads both again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::claims::NumericDate;
use crate::relying_party::vault::file::error::{Failure, FileStoreError};
use crate::relying_party::vault::file::index::{Change, Entry, Index, Verdict};
use crate::relying_party::vault::file::lock;
use crate::relying_party::vault::file::record_file::{
    self, FileDigest, RecordFileError, digest_of,
};
use crate::relying_party::vault::owned_file::{self, OwnedFileError};
use crate::relying_party::vault::store::{RecordName, StoreSeal, StoredRecord, VaultStoreError};
use crate::seal::MAX_PLAINTEXT;

/// The time that an operation waits for those of other processes.
const WAIT: Duration = Duration::from_secs(10);

const INDEX: &str = "index.sealed";
const HEAD: &str = "vault.sealed";
const RECORD: &str = ".record";

/// The number of files of a record that can be aside.
const MAX_ASIDE: u32 = 100;

pub(super) struct Directory {
    path: PathBuf,
    max_records: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seal: Option<StoreSeal>,
    /// The latest generation of the index that this process has read or written.
    generation: u64,
    /// The generation whose changes have reached their files.
    done: Option<u64>,
}

/// The file of a record.
struct RecordFile {
    record: StoredRecord,
    digest: FileDigest,
}

impl Directory {
    pub(super) fn open(path: &Path, max_records: usize) -> Result<Self, FileStoreError> {
        owned_file::check_private_directory(path).map_err(FileStoreError::owned(path))?;
        // an absolute path, which a later change of the working directory does not affect
        let path = fs::canonicalize(path).map_err(FileStoreError::io(path))?;
        let parent = owned_file::parent_of(&path);
        owned_file::check_parent_directory(parent).map_err(FileStoreError::owned(parent))?;
        Ok(Self {
            path,
            max_records,
            state: Mutex::default(),
        })
    }

    pub(super) fn read(&self, name: RecordName) -> Result<Option<StoredRecord>, Failure> {
        if name == RecordName::HEAD {
            return Ok(self.read_file(name)?.map(|file| file.record));
        }
        if let Ok((verdict @ (Verdict::Current | Verdict::Absent), file)) = self.compare(name) {
            return self.accept(name, verdict, file);
        }
        // a writer may have changed both files between the two readings
        let _lock = self.lock()?;
        let (verdict, file) = self.compare(name)?;
        self.accept(name, verdict, file)
    }

    pub(super) fn write(
        &self,
        name: RecordName,
        expected: Option<u64>,
        record: &StoredRecord,
    ) -> Result<(), Failure> {
        let bytes = record_file::encode(record)
            .ok_or_else(|| VaultStoreError::because("the record is longer than 256 KiB"))?;
        let _lock = self.lock()?;
        if name == RecordName::HEAD {
            let stored = self.read_file(name)?.map(|file| file.record.version);
            check_version(stored, expected)?;
            return self.replace(HEAD, &bytes);
        }
        let mut index = self.settled_index()?;
        check_version(self.current_version(&index, name)?, expected)?;
        if expected.is_none() && index.entries.len() >= self.max_records {
            return Err(VaultStoreError::Full.into());
        }
        let entry = Entry {
            digest: digest_of(&bytes),
            expires_at: record.expires_at,
        };
        index.changes.insert(name, Change::Written(entry));
        self.save(&mut index)?;
        self.replace(&file_name(name), &bytes)?;
        self.finish(&index, &[name]);
        Ok(())
    }

    pub(super) fn remove(&self, name: RecordName, expected: u64) -> Result<(), Failure> {
        let _lock = self.lock()?;
        let mut index = self.settled_index()?;
        check_version(self.current_version(&index, name)?, Some(expected))?;
        self.remove_entries(&mut index, &[name])
    }

    pub(super) fn remove_expired(&self, now: NumericDate) -> Result<usize, Failure> {
        let _lock = self.lock()?;
        let mut index = self.settled_index()?;
        let has_expired = |entry: &Entry| entry.expires_at.is_some_and(|at| at <= now);
        let expired: Vec<_> = index
            .entries
            .iter()
            .filter(|(_, entry)| has_expired(entry))
            .map(|(name, _)| *name)
            .collect();
        if !expired.is_empty() {
            self.remove_entries(&mut index, &expired)?;
        }
        Ok(expired.len())
    }

    pub(super) fn set_aside(&self, name: RecordName) -> Result<(), Failure> {
        let _lock = self.lock()?;
        let mut index = self.settled_index()?;
        let from = self.path_of(name);
        match fs::symlink_metadata(&from) {
            Ok(_) => {
                let to = self.free_name(name)?;
                fs::rename(&from, to).map_err(FileStoreError::io(&from))?;
                self.sync()?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(FileStoreError::io(&from)(error).into()),
        }
        index.entries.remove(&name);
        index.changes.remove(&name);
        self.save(&mut index)?;
        self.finish(&index, &[]);
        Ok(())
    }

    pub(super) fn names(&self) -> Result<Vec<RecordName>, Failure> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(FileStoreError::io(&self.path))? {
            let entry = entry.map_err(FileStoreError::io(&self.path))?;
            let file = entry.file_name();
            names.extend(file.to_str().and_then(name_of));
        }
        Ok(names)
    }

    pub(super) fn attach(&self, seal: &StoreSeal, created: bool) -> Result<(), Failure> {
        let _lock = self.lock()?;
        self.state().seal = Some(seal.clone());
        if created {
            if self.read_file(RecordName::HEAD)?.is_some() || !self.names()?.is_empty() {
                return Err(VaultStoreError::Conflict.into());
            }
            self.state().generation = 0;
            return self.save(&mut Index::default());
        }
        self.remove_temporary_files()?;
        let mut index = self.settled_index()?;
        if !seal.is_current(&self.read_index()?) {
            self.save(&mut index)?;
            self.finish(&index, &[]);
        }
        Ok(())
    }

    pub(super) fn lock_path(&self, number: usize) -> PathBuf {
        self.path.join(format!("lock-{number:02}"))
    }

    /// Locks the directory for a change.
    fn lock(&self) -> Result<File, Failure> {
        lock::lock_blocking(&self.path.join("lock-store"), WAIT)
    }

    fn compare(&self, name: RecordName) -> Result<(Verdict, Option<RecordFile>), Failure> {
        // the index first: its changes then explain each file that is read afterwards, unless another one follows
        let index = self.load()?;
        let file = self.read_file(name)?;
        let verdict = self.check(&index, name, file.as_ref());
        Ok((verdict, file))
    }

    fn check(&self, index: &Index, name: RecordName, file: Option<&RecordFile>) -> Verdict {
        let is_done = self.state().done == Some(index.generation);
        index.check(name, file.map(|file| file.digest), is_done)
    }

    fn accept(
        &self,
        name: RecordName,
        verdict: Verdict,
        file: Option<RecordFile>,
    ) -> Result<Option<StoredRecord>, Failure> {
        match verdict {
            Verdict::Current => Ok(file.map(|file| file.record)),
            Verdict::Absent => Ok(None),
            Verdict::Missing => Err(FileStoreError::Missing(self.path_of(name)).into()),
            Verdict::RolledBack => Err(FileStoreError::RolledBack(self.path_of(name)).into()),
        }
    }

    fn current_version(&self, index: &Index, name: RecordName) -> Result<Option<u64>, Failure> {
        let file = self.read_file(name)?;
        let verdict = self.check(index, name, file.as_ref());
        let record = self.accept(name, verdict, file)?;
        Ok(record.map(|record| record.version))
    }

    fn remove_entries(&self, index: &mut Index, names: &[RecordName]) -> Result<(), Failure> {
        for name in names {
            if let Some(entry) = index.entries.remove(name) {
                index.changes.insert(*name, Change::Removed(entry.digest));
            }
        }
        self.save(index)?;
        for name in names {
            self.remove_file(&self.path_of(*name))?;
        }
        self.sync()?;
        self.finish(index, names);
        Ok(())
    }

    /// Reads the index, and moves the changes that have reached their files into the entries.
    ///
    /// The change of a file that cannot be read remains: one such file does not affect the other records.
    fn settled_index(&self) -> Result<Index, Failure> {
        let mut index = self.load()?;
        let is_done = self.state().done == Some(index.generation);
        for (name, change) in std::mem::take(&mut index.changes) {
            let path = self.path_of(name);
            let Ok(digest) = self.digest_of_file(&path) else {
                index.changes.insert(name, change);
                continue;
            };
            match change {
                Change::Written(entry) if is_done || digest == Some(entry.digest) => {
                    index.entries.insert(name, entry);
                }
                Change::Removed(removed) if !is_done && digest == Some(removed) => {
                    self.remove_file(&path)?;
                }
                // an interrupted writer has not replaced the file, or the file is removed
                Change::Written(_) | Change::Removed(_) => {}
            }
        }
        Ok(index)
    }

    fn load(&self) -> Result<Index, Failure> {
        let path = self.path.join(INDEX);
        let seal = self.state().seal.clone().ok_or(FileStoreError::NotOpened)?;
        let sealed = self.read_index()?;
        let bytes = seal.open(&sealed);
        let index = bytes.ok().and_then(|bytes| Index::decode(&bytes));
        let index = index.ok_or(FileStoreError::IndexNotAuthentic(path.clone()))?;
        let mut state = self.state();
        if index.generation < state.generation {
            return Err(FileStoreError::RolledBack(path).into());
        }
        state.generation = index.generation;
        Ok(index)
    }

    fn read_index(&self) -> Result<Vec<u8>, Failure> {
        let path = self.path.join(INDEX);
        let bytes = self.read_bytes(&path, MAX_PLAINTEXT + 64)?;
        Ok(bytes.ok_or(FileStoreError::Missing(path))?)
    }

    /// Writes the index with the next generation. Its changes have not reached their files yet.
    fn save(&self, index: &mut Index) -> Result<(), Failure> {
        let seal = self.state().seal.clone().ok_or(FileStoreError::NotOpened)?;
        index.generation += 1;
        self.replace(INDEX, &seal.seal(&index.encode())?)?;
        self.state().generation = index.generation;
        Ok(())
    }

    /// Records that the changes of these names have reached their files, if they are all changes of the index.
    fn finish(&self, index: &Index, names: &[RecordName]) {
        let is_done = index.changes.keys().all(|name| names.contains(name));
        self.state().done = is_done.then_some(index.generation);
    }

    fn read_file(&self, name: RecordName) -> Result<Option<RecordFile>, Failure> {
        let path = self.path_of(name);
        let Some(bytes) = self.read_bytes(&path, record_file::MAX_LEN)? else {
            return Ok(None);
        };
        let record = record_file::decode(&bytes).map_err(|error| match error {
            RecordFileError::Damaged => FileStoreError::Damaged(path.clone()),
            RecordFileError::UnknownFormat => FileStoreError::UnknownFormat(path),
        })?;
        let digest = digest_of(&bytes);
        Ok(Some(RecordFile { record, digest }))
    }

    fn digest_of_file(&self, path: &Path) -> Result<Option<FileDigest>, Failure> {
        let bytes = self.read_bytes(path, record_file::MAX_LEN)?;
        Ok(bytes.map(|bytes| digest_of(&bytes)))
    }

    #[expect(clippy::unused_self, reason = "beside the other accesses to files")]
    fn read_bytes(&self, path: &Path, max_len: usize) -> Result<Option<Vec<u8>>, Failure> {
        match owned_file::read(path, max_len) {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(OwnedFileError::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FileStoreError::owned(path)(error).into()),
        }
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let replaced = owned_file::replace(&self.path, name, bytes);
        Ok(replaced.map_err(FileStoreError::io(&self.path.join(name)))?)
    }

    #[expect(clippy::unused_self, reason = "beside the other accesses to files")]
    fn remove_file(&self, path: &Path) -> Result<(), Failure> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(FileStoreError::io(path)(error).into())
            }
            _ => Ok(()),
        }
    }

    /// Removes what interrupted writers left. All writers hold the lock of the directory.
    fn remove_temporary_files(&self) -> Result<(), Failure> {
        for entry in fs::read_dir(&self.path).map_err(FileStoreError::io(&self.path))? {
            let entry = entry.map_err(FileStoreError::io(&self.path))?;
            let name = entry.file_name();
            if name
                .as_encoded_bytes()
                .starts_with(owned_file::TEMPORARY.as_bytes())
            {
                self.remove_file(&entry.path())?;
            }
        }
        Ok(())
    }

    fn free_name(&self, name: RecordName) -> Result<PathBuf, Failure> {
        let names = (1..=MAX_ASIDE).map(|number| self.path.join(format!("{name}.aside-{number}")));
        let mut free = names.filter(|path| fs::symlink_metadata(path).is_err());
        let free = free.next();
        Ok(free.ok_or_else(|| FileStoreError::TooManyAside(self.path_of(name)))?)
    }

    fn sync(&self) -> Result<(), Failure> {
        let synced = owned_file::sync_directory(&self.path);
        Ok(synced.map_err(FileStoreError::io(&self.path))?)
    }

    fn path_of(&self, name: RecordName) -> PathBuf {
        match name {
            RecordName::HEAD => self.path.join(HEAD),
            _ => self.path.join(file_name(name)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // every change is an assignment, after which the state is consistent
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check_version(stored: Option<u64>, expected: Option<u64>) -> Result<(), VaultStoreError> {
    if stored == expected {
        return Ok(());
    }
    Err(VaultStoreError::Conflict)
}

fn file_name(name: RecordName) -> String {
    format!("{name}{RECORD}")
}

fn name_of(file: &str) -> Option<RecordName> {
    let digits = file.strip_suffix(RECORD)?;
    if digits.len() != 2 * RecordName::LEN || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let name = u128::from_str_radix(digits, 16).ok()?;
    Some(RecordName::from_bytes(name.to_be_bytes()))
}
