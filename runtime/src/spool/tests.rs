//! Content below and above the size in memory, the limit of all files, and errors of the file system.

use std::path::Path;
use std::sync::atomic::Ordering;

use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use super::*;

fn spool(directory: &Path, limit: u64) -> Arc<Spool> {
    Arc::new(Spool::new(Some(directory.to_owned()), Some(limit)))
}

fn used(spool: &Spool) -> u64 {
    spool.used.load(Ordering::Relaxed)
}

/// Content in which each byte depends on its position.
fn content(len: usize) -> Vec<u8> {
    (0..len)
        .map(|index| u8::try_from(index % 251).unwrap())
        .collect()
}

async fn store(
    spool: &Arc<Spool>,
    max_memory: usize,
    content: &[u8],
    chunk: usize,
) -> Result<Stored, SpoolError> {
    let mut writer = SpoolWriter::new(Arc::clone(spool), max_memory);
    for chunk in content.chunks(chunk) {
        writer.write(chunk).await?;
    }
    assert_eq!(writer.len(), u64::try_from(content.len()).unwrap());
    writer.finish().await
}

async fn read(stored: Stored) -> Vec<u8> {
    let mut read = Vec::new();
    stored.into_reader().read_to_end(&mut read).await.unwrap();
    read
}

#[tokio::test]
async fn content_over_the_size_in_memory_is_on_disk() {
    let directory = tempfile::tempdir().unwrap();
    let spool = spool(directory.path(), 1 << 30);
    for max_memory in [0_usize, 1, 1000, 70_000] {
        for len in [
            max_memory.saturating_sub(1),
            max_memory,
            max_memory + 1,
            200_000,
        ] {
            for chunk in [1000, 65_536, 1_000_000] {
                let content = content(len);
                let stored = store(&spool, max_memory, &content, chunk).await.unwrap();
                let case = format!("{len} of {max_memory} in {chunk}");
                assert_eq!(stored.is_on_disk(), len > max_memory, "{case}");
                assert_eq!(stored.len(), u64::try_from(len).unwrap(), "{case}");
                assert!(stored.head() == &content[..len.min(HEAD)], "{case}");
                let on_disk = if stored.is_on_disk() { stored.len() } else { 0 };
                assert_eq!(used(&spool), on_disk, "{case}");
                assert!(read(stored).await == content, "{case}");
                assert_eq!(used(&spool), 0, "{case}");
                assert_eq!(directory.path().read_dir().unwrap().count(), 0, "{case}");
            }
        }
    }
}

#[tokio::test]
async fn reader_seeks_in_memory_and_on_disk() {
    let directory = tempfile::tempdir().unwrap();
    let spool = spool(directory.path(), 1 << 20);
    for max_memory in [0, 100] {
        let stored = store(&spool, max_memory, b"0123456789", 3).await.unwrap();
        let mut reader = stored.into_reader();
        reader.seek(io::SeekFrom::Start(7)).await.unwrap();
        let mut rest = String::new();
        reader.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "789");
    }
}

#[tokio::test]
async fn all_files_together_have_at_most_the_limit() {
    let directory = tempfile::tempdir().unwrap();
    let spool = spool(directory.path(), 100);
    let first = store(&spool, 0, &content(60), 60).await.unwrap();
    for (len, is_stored) in [(39, true), (40, true), (41, false), (1000, false)] {
        let second = store(&spool, 0, &content(len), 7).await;
        assert_eq!(second.is_ok(), is_stored, "{len}");
        drop(second);
        assert_eq!(used(&spool), 60, "{len}");
    }
    // content in memory does not count
    assert!(store(&spool, 1000, &content(1000), 7).await.is_ok());
    drop(first.into_reader());
    assert!(store(&spool, 0, &content(100), 7).await.is_ok());
    assert_eq!(used(&spool), 0);
}

#[tokio::test]
async fn write_after_a_failed_write_fails() {
    let directory = tempfile::tempdir().unwrap();
    let spool = spool(directory.path(), 10);
    let mut writer = SpoolWriter::new(Arc::clone(&spool), 4);
    writer.write(&[0; 8]).await.unwrap();
    assert!(matches!(
        writer.write(&content(100_000)).await,
        Err(SpoolError::Limit(10))
    ));
    assert!(writer.write(&content(100_000)).await.is_err());
    assert!(writer.finish().await.is_err());
    assert_eq!(used(&spool), 0);
}

#[tokio::test]
async fn dropped_writer_removes_its_file() {
    let directory = tempfile::tempdir().unwrap();
    let spool = spool(directory.path(), 1 << 20);
    let mut writer = SpoolWriter::new(Arc::clone(&spool), 4);
    writer.write(&content(100_000)).await.unwrap();
    assert!(used(&spool) > 0);
    drop(writer);
    assert_eq!(used(&spool), 0);
    assert_eq!(directory.path().read_dir().unwrap().count(), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn file_is_private_and_has_no_name() {
    use std::os::unix::fs::MetadataExt as _;

    let directory = tempfile::tempdir().unwrap();
    let file = spool(directory.path(), 1).create().unwrap();
    let metadata = file.metadata().unwrap();
    assert_eq!((metadata.mode() & 0o777, metadata.nlink()), (0o600, 0));
}

#[tokio::test]
async fn missing_directory_is_an_error_of_the_file_system() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    for path in [&missing, &file] {
        let spool = spool(path, 1 << 20);
        assert!(spool.check().is_err());
        assert!(store(&spool, 100, &content(100), 7).await.is_ok());
        let stored = store(&spool, 100, &content(101), 7).await;
        assert!(matches!(stored, Err(SpoolError::Io(_))), "{stored:?}");
    }
    assert!(spool(directory.path(), 0).check().is_ok());
}

#[tokio::test]
async fn copy_never_replaces_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let spool = spool(directory.path(), 1 << 20);
    for max_memory in [0, 1000] {
        let path = directory.path().join(max_memory.to_string());
        let stored = async || store(&spool, max_memory, &content(500), 7).await.unwrap();
        stored().await.save_as(path.clone()).await.unwrap();
        assert!(std::fs::read(&path).unwrap() == content(500));
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt as _, symlink};
            assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
            let link = directory.path().join("link");
            symlink(directory.path().join("target"), &link).unwrap();
            assert!(stored().await.save_as(link.clone()).await.is_err());
            assert!(!directory.path().join("target").exists());
            std::fs::remove_file(link).unwrap();
        }
        let again = stored().await.save_as(path.clone()).await.unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert!(std::fs::read(&path).unwrap() == content(500));
        let nowhere = directory.path().join("missing").join("file");
        assert!(stored().await.save_as(nowhere).await.is_err());
        assert_eq!(used(&spool), 0);
    }
}
