//! The file of a Unix domain socket.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{
    DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _,
    PermissionsExt as _,
};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio::time::sleep;

/// The default mode: only processes of the same user can connect.
pub(super) const OWNER_ONLY: u32 = 0o600;

/// The attempts to lock a path, and the time between two of them: 5 s in total.
const LOCK_ATTEMPTS: usize = 500;
const LOCK_DELAY: Duration = Duration::from_millis(10);

/// The file of a socket that listens. Dropping it removes the file, unless another server has replaced it.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

/// Listens on a Unix domain socket, whose file gets `mode` before it has its name.
///
/// # Errors
///
/// Returns an error if the path is in use, by a process that listens or by another kind of file. The file of a
/// socket on which no process listens is replaced.
pub(super) async fn listen(path: &Path, mode: u32) -> io::Result<(UnixListener, SocketFile)> {
    // two servers that start at the same time must not both find a path that is available
    let _lock = Lock::acquire(path).await?;
    check_available(path).await?;
    // no other user can connect between the creation of the file and the change of its mode
    let directory = private_directory(path)?;
    let bound = bind_in(&directory, path, mode);
    let _ = fs::remove_dir_all(&directory);
    bound
}

/// The lock of the servers that create a socket at the same path. Dropping it removes its file.
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    async fn acquire(socket: &Path) -> io::Result<Self> {
        let mut name = OsString::from(".");
        name.push(socket.file_name().unwrap_or_default());
        name.push(".lock");
        let path = socket.with_file_name(name);
        for _ in 0..LOCK_ATTEMPTS {
            if let Some(file) = open(&path)? {
                match file.try_lock() {
                    // the last owner may have removed the file before it was locked here
                    Ok(()) if is_at(&file, &path) => return Ok(Self { path, _file: file }),
                    Ok(()) | Err(TryLockError::WouldBlock) => {}
                    Err(TryLockError::Error(error)) => return Err(error),
                }
            }
            sleep(LOCK_DELAY).await;
        }
        let message = "another process is creating the socket";
        Err(io::Error::new(ErrorKind::AddrInUse, message))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // before it is unlocked, so that the next owner does not lose its own
        let _ = fs::remove_file(&self.path);
    }
}

/// Opens the file of a lock, or creates it; `None` if another process has removed it in between. To create it, no link is
/// followed.
fn open(path: &Path) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    options.write(true).mode(OWNER_ONLY);
    match options.clone().create_new(true).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            match open_existing(path, &options) {
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                opened => opened.map(Some),
            }
        }
        opened => opened.map(Some),
    }
}

/// Opens a regular file. Opening a pipe would wait for a process that reads from it.
fn open_existing(path: &Path, options: &OpenOptions) -> io::Result<File> {
    if !fs::symlink_metadata(path)?.is_file() {
        let message = format!("`{}` is not a regular file", path.display());
        return Err(io::Error::new(ErrorKind::AlreadyExists, message));
    }
    options.open(path)
}

/// Returns whether the path is that of the open file.
fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(file), Ok(entry)) = (file.metadata(), fs::symlink_metadata(path)) else {
        return false;
    };
    file.dev() == entry.dev() && file.ino() == entry.ino()
}

/// Checks that no file has the path, or only a socket on which no process listens.
async fn check_available(path: &Path) -> io::Result<()> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if !metadata.file_type().is_socket() {
        let message = "the file exists and is not a socket";
        return Err(io::Error::new(ErrorKind::AlreadyExists, message));
    }
    match UnixStream::connect(path).await {
        Ok(_) => {
            let message = "another process listens on the socket";
            Err(io::Error::new(ErrorKind::AddrInUse, message))
        }
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(()),
        Err(error) => Err(error),
    }
}

/// Creates a directory beside the path that only this user can enter.
fn private_directory(path: &Path) -> io::Result<PathBuf> {
    let parent = path.parent().unwrap_or(Path::new(""));
    let mut attempt = 0;
    loop {
        // short, because the system limits the path of the socket inside to about 100 bytes
        let directory = parent.join(format!(".s{attempt}"));
        match DirBuilder::new().mode(0o700).create(&directory) {
            Ok(()) => return Ok(directory),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && attempt < 100 => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

fn bind_in(directory: &Path, path: &Path, mode: u32) -> io::Result<(UnixListener, SocketFile)> {
    let temporary = directory.join("s");
    let listener = UnixListener::bind(&temporary)?;
    fs::set_permissions(&temporary, Permissions::from_mode(mode))?;
    let metadata = fs::symlink_metadata(&temporary)?;
    fs::rename(&temporary, path)?;
    let file = SocketFile {
        path: path.to_owned(),
        device: metadata.dev(),
        inode: metadata.ino(),
    };
    Ok((listener, file))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let is_own = |file: &Metadata| file.dev() == self.device && file.ino() == self.inode;
        if fs::symlink_metadata(&self.path).is_ok_and(|file| is_own(&file)) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Another server creates the socket between the lock and the check.
    #[tokio::test(start_paused = true)]
    async fn path_is_checked_under_the_lock() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("api.sock");
        let lock = Lock::acquire(&path).await.unwrap();
        let listening = tokio::spawn({
            let path = path.clone();
            async move { listen(&path, OWNER_ONLY).await }
        });
        sleep(LOCK_DELAY * 10).await;
        assert!(!path.exists() && !listening.is_finished());
        let _other = UnixListener::bind(&path).unwrap();
        drop(lock);
        let error = listening.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        assert!(UnixStream::connect(&path).await.is_ok());
    }

    /// The last owner removes its file after this one has opened it, and another server creates the file again.
    #[test]
    fn lock_of_a_removed_or_replaced_file_is_not_held() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let first = open(&path).unwrap().unwrap();
        assert!(is_at(&first, &path));
        fs::remove_file(&path).unwrap();
        assert!(!is_at(&first, &path));
        let second = open(&path).unwrap().unwrap();
        assert!(is_at(&second, &path) && !is_at(&first, &path));
        let target = directory.path().join("target");
        fs::rename(&path, &target).unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        assert!(!is_at(&second, &path));
    }

    /// A second owner waits, and gives up after 5 s.
    #[tokio::test(start_paused = true)]
    async fn lock_ends_with_its_owner() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("api.sock");
        for _ in 0..3 {
            drop(Lock::acquire(&path).await.unwrap());
        }
        let held = Lock::acquire(&path).await.unwrap();
        let error = Lock::acquire(&path).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        drop(held);
        assert!(Lock::acquire(&path).await.is_ok());
    }
}
