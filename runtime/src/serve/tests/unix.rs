//! Tests of a server on a Unix domain socket.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use tokio::net::{UnixListener, UnixStream};

use super::*;
use crate::serve::socket_file;

/// A directory that is removed with its files.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("palisade-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("api.sock")
    }

    fn files(&self) -> usize {
        fs::read_dir(&self.0).unwrap().count()
    }
}

async fn listen(path: PathBuf) -> std::io::Result<impl Sized> {
    socket_file::listen(&path, 0o600).await
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn unix_socket_serves_and_its_file_is_removed() {
    let directory = Directory::new("serves");
    let gate = Gate::default();
    let server = serve(api_with(&gate).await);
    let bound = server.bind_unix(directory.socket()).await.unwrap();
    assert_eq!(bound.path(), directory.socket());
    let mode = fs::metadata(bound.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(directory.files(), 1);
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(bound.run_until(async {
        let _ = stopped.await;
    }));
    let mut stream = UnixStream::connect(directory.socket()).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    gate.opened.notify_one();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(response.ends_with("done"), "{response}");
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
    assert_eq!(directory.files(), 0);
}

#[tokio::test]
async fn stale_socket_is_replaced() {
    let directory = Directory::new("stale");
    // the file of a listener outlives it
    drop(UnixListener::bind(directory.socket()).unwrap());
    assert!(directory.socket().exists());
    let bound = serve(api().await).bind_unix(directory.socket()).await;
    drop(bound.unwrap());
    assert_eq!(directory.files(), 0);
}

/// Each finds the path available if it looks before another has replaced the file.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_several_servers_gets_the_path() {
    let directory = Directory::new("race");
    for round in 0..50 {
        if round % 2 == 0 {
            drop(UnixListener::bind(directory.socket()).unwrap());
        }
        let servers: Vec<_> = (0..8)
            .map(|_| tokio::spawn(listen(directory.socket())))
            .collect();
        let mut bound = Vec::new();
        for server in servers {
            match server.await.unwrap() {
                Ok(listening) => bound.push(listening),
                Err(error) => {
                    let text = error.to_string();
                    assert_eq!(text, "another process listens on the socket");
                }
            }
        }
        assert_eq!((bound.len(), directory.files()), (1, 1), "{round}");
        UnixStream::connect(directory.socket()).await.unwrap();
        drop(bound);
        assert_eq!(directory.files(), 0);
    }
}

#[tokio::test]
async fn lock_that_a_process_has_left_is_no_obstacle() {
    let directory = Directory::new("lock");
    fs::write(directory.0.join(".api.sock.lock"), "").unwrap();
    let bound = serve(api().await).bind_unix(directory.socket()).await;
    assert_eq!(directory.files(), 1);
    drop(bound.unwrap());
}

/// A link, even one to nothing, leads to no file of another directory.
#[tokio::test(start_paused = true)]
async fn lock_that_is_a_link_is_refused() {
    let (directory, other) = (Directory::new("link"), Directory::new("target"));
    let target = other.0.join("file");
    std::os::unix::fs::symlink(&target, directory.0.join(".api.sock.lock")).unwrap();
    for _ in 0..2 {
        let bound = serve(api().await).bind_unix(directory.socket()).await;
        let error = bound.unwrap_err();
        assert!(matches!(error, ServeError::BindUnix { .. }), "{error}");
        assert!(!directory.socket().exists());
        let _ = fs::write(&target, "text");
    }
    assert_eq!(fs::read(&target).unwrap(), b"text");
}

/// Opening a pipe for writing waits for a process that reads from it.
#[tokio::test]
async fn lock_of_another_kind_is_refused_at_once() {
    let directory = Directory::new("lock-kind");
    let lock = directory.0.join(".api.sock.lock");
    let refused = async || {
        let bound = serve(api().await).bind_unix(directory.socket()).await;
        let error = bound.unwrap_err().to_string();
        assert!(
            error.ends_with(".api.sock.lock` is not a regular file"),
            "{error}"
        );
    };
    let made = std::process::Command::new("mkfifo").arg(&lock).status();
    assert!(made.unwrap().success());
    refused().await;
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    refused().await;
    fs::remove_dir(&lock).unwrap();
    let listener = UnixListener::bind(&lock).unwrap();
    refused().await;
    drop(listener);
}

/// The system limits a path to 107 bytes on Linux, and to 103 on macOS.
#[tokio::test]
async fn longest_path_of_a_socket_is_accepted() {
    let directory = Directory::new("long");
    let filled = directory.0.as_os_str().len() + "//api.sock".len();
    let parent = directory.0.join("d".repeat(103 - filled));
    fs::create_dir(&parent).unwrap();
    let path = parent.join("api.sock");
    assert_eq!(path.as_os_str().len(), 103);
    let bound = serve(api().await).bind_unix(&path).await.unwrap();
    UnixStream::connect(&path).await.unwrap();
    assert_eq!(fs::read_dir(&parent).unwrap().count(), 1);
    drop(bound);
}

#[tokio::test]
async fn path_in_use_is_refused() {
    let directory = Directory::new("in-use");
    let listener = UnixListener::bind(directory.socket()).unwrap();
    let refusal = async || {
        let bound = serve(api().await).bind_unix(directory.socket()).await;
        bound.unwrap_err().to_string()
    };
    let error = refusal().await;
    assert!(
        error.ends_with("another process listens on the socket"),
        "{error}"
    );
    drop(listener);
    fs::remove_file(directory.socket()).unwrap();
    fs::write(directory.socket(), "text").unwrap();
    let error = refusal().await;
    assert!(
        error.ends_with("the file exists and is not a socket"),
        "{error}"
    );
    assert_eq!(fs::read(directory.socket()).unwrap(), b"text");
    // not even a link to a stale socket is followed
    let target = directory.0.join("target");
    fs::remove_file(directory.socket()).unwrap();
    drop(UnixListener::bind(&target).unwrap());
    std::os::unix::fs::symlink(&target, directory.socket()).unwrap();
    let error = refusal().await;
    assert!(
        error.ends_with("the file exists and is not a socket"),
        "{error}"
    );
}

#[tokio::test]
async fn socket_of_another_server_is_not_removed() {
    let directory = Directory::new("replaced");
    let bound = serve(api().await)
        .bind_unix(directory.socket())
        .await
        .unwrap();
    fs::remove_file(directory.socket()).unwrap();
    let other = UnixListener::bind(directory.socket()).unwrap();
    drop(bound);
    assert!(directory.socket().exists());
    drop(other);
}

#[tokio::test]
async fn socket_mode_for_other_users_is_refused() {
    let directory = Directory::new("mode");
    let bind = async |mode| {
        let server = serve(api().await).socket_mode(mode);
        server.bind_unix(directory.socket()).await
    };
    let bound = bind(0o660).await.unwrap();
    let mode = fs::metadata(bound.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    drop(bound);
    for mode in [0o666, 0o602, 0o601, 0o4600, 0o1600] {
        let error = bind(mode).await.unwrap_err();
        assert!(matches!(error, ServeError::SocketMode { .. }), "{mode:o}");
    }
    let missing = directory.0.join("missing").join("api.sock");
    let error = serve(api().await).bind_unix(missing).await.unwrap_err();
    assert!(matches!(error, ServeError::BindUnix { .. }), "{error}");
}
