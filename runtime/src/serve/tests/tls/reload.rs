//! Files that change while the server runs.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::*;

/// A server with files, and a look at them every second.
pub(super) struct Reloading {
    pub(super) server: TlsServer,
    certificate: PathBuf,
    key: PathBuf,
    _directory: Directory,
}

impl Reloading {
    async fn start(name: &str, identity: &Identity) -> Self {
        Self::start_with(name, identity, hello_api().await).await
    }

    pub(super) async fn start_with(name: &str, identity: &Identity, api: crate::Api) -> Self {
        let directory = Directory::new(name);
        let certificate = directory.write("cert.pem", &identity.certificate);
        let key = directory.write("key.pem", &identity.key);
        let tls = Tls::new(certificate.as_path(), key.as_path());
        let tls = tls.reload_interval(Duration::from_secs(1));
        let server = serve(api).tls_with(tls);
        Self {
            server: TlsServer::start(patient(server)).await,
            certificate,
            key,
            _directory: directory,
        }
    }

    pub(super) fn replace(&self, identity: &Identity) {
        write(&self.certificate, &identity.certificate);
        write(&self.key, &identity.key);
    }

    /// Returns the certificate of a new connection.
    async fn presented(&self, client: &ClientConfig) -> CertificateDer<'static> {
        let stream = self.server.connect(client.clone()).await.unwrap();
        let chain = stream.get_ref().1.peer_certificates().unwrap();
        chain.first().unwrap().clone().into_owned()
    }

    /// Waits until new connections use the certificate.
    pub(super) async fn wait_for(&self, client: &ClientConfig, identity: &Identity) {
        while self.presented(client).await != identity.der() {
            tokio::time::advance(Duration::from_millis(200)).await;
        }
    }
}

/// Sets long times, because the tests advance the time while requests are in flight.
pub(super) fn patient(server: crate::Server) -> crate::Server {
    let hour = Duration::from_hours(1);
    server.handshake_timeout(hour).head_timeout(hour)
}

/// Replaces a file as certificate tools do, by renaming another one.
pub(super) fn write(path: &Path, text: &str) {
    let temporary = path.with_extension("new");
    fs::write(&temporary, text).unwrap();
    fs::rename(temporary, path).unwrap();
}

/// Clients without resumption, so that each connection shows the certificate.
pub(super) fn client(ca: &Ca) -> ClientConfig {
    let mut client = ca.client();
    client.resumption = rustls::client::Resumption::disabled();
    client
}

#[tokio::test(start_paused = true)]
async fn changed_files_are_used_and_open_connections_continue() {
    let ca = Ca::new("ca");
    let (first, second) = (ca.issue(), ca.issue());
    let client = client(&ca);
    let reloading = Reloading::start("changed", &first).await;
    let mut open = reloading.server.connect(client.clone()).await.unwrap();
    assert_eq!(reloading.presented(&client).await, first.der());
    reloading.replace(&second);
    reloading.wait_for(&client, &second).await;
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    open.write_all(request).await.unwrap();
    let mut response = String::new();
    open.read_to_string(&mut response).await.unwrap();
    assert!(is_ok(&response), "{response}");
}

#[tokio::test(start_paused = true)]
async fn unusable_files_leave_the_previous_certificate_in_use() {
    let ca = Ca::new("ca");
    let (first, second, third) = (ca.issue(), ca.issue(), ca.issue());
    let client = client(&ca);
    let reloading = Reloading::start("unusable-reload", &first).await;
    let seconds = async |seconds| tokio::time::sleep(Duration::from_secs(seconds)).await;
    // a certificate without its key, as between two writes, then an empty file, then no file
    write(&reloading.certificate, &second.certificate);
    seconds(3).await;
    assert_eq!(reloading.presented(&client).await, first.der());
    write(&reloading.certificate, "");
    seconds(3).await;
    assert_eq!(reloading.presented(&client).await, first.der());
    fs::remove_file(&reloading.certificate).unwrap();
    seconds(3).await;
    assert_eq!(reloading.presented(&client).await, first.der());
    reloading.replace(&third);
    reloading.wait_for(&client, &third).await;
}

#[tokio::test(start_paused = true)]
async fn ticket_from_before_a_change_is_not_resumed() {
    let ca = Ca::new("ca");
    let (first, second) = (ca.issue(), ca.issue());
    let reloading = Reloading::start("tickets", &first).await;
    // the clones of a configuration share its sessions
    let client = ca.client();
    let kind = async || {
        let mut stream = reloading.server.connect(client.clone()).await.unwrap();
        let request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        stream.get_ref().1.handshake_kind().unwrap()
    };
    assert_eq!(kind().await, rustls::HandshakeKind::Full);
    assert_eq!(kind().await, rustls::HandshakeKind::Resumed);
    reloading.replace(&second);
    reloading.wait_for(&self::client(&ca), &second).await;
    assert_ne!(kind().await, rustls::HandshakeKind::Resumed);
    assert_eq!(kind().await, rustls::HandshakeKind::Resumed);
}

#[tokio::test(start_paused = true)]
async fn reload_under_load_fails_no_request() {
    let ca = Ca::new("ca");
    let reloading = Arc::new(Reloading::start("load", &ca.issue()).await);
    let stop = Arc::new(AtomicBool::new(false));
    let served = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (reloading, client) = (Arc::clone(&reloading), ca.client());
            let (stop, served) = (Arc::clone(&stop), Arc::clone(&served));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let response = reloading.server.get(client.clone(), "/").await.unwrap();
                    assert!(is_ok(&response), "{response}");
                    served.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    let client = client(&ca);
    for _ in 0..3 {
        let next = ca.issue();
        reloading.replace(&next);
        reloading.wait_for(&client, &next).await;
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    assert!(served.load(Ordering::Relaxed) > 4);
}

#[tokio::test(start_paused = true)]
async fn changed_authorities_of_clients_are_used() {
    let directory = Directory::new("authorities");
    let (ca, first, second) = (Ca::new("ca"), Ca::new("first"), Ca::new("second"));
    let authorities = directory.write("clients.pem", &first.pem);
    let tls = ca.issue().tls().client_certificates(authorities.as_path());
    let tls = tls.reload_interval(Duration::from_secs(1));
    let server = TlsServer::start(patient(serve(hello_api().await).tls_with(tls))).await;
    let (old, new) = (
        ca.client_with(&first.issue()),
        ca.client_with(&second.issue()),
    );
    // with TLS 1.3, the handshake of a refused client ends before the refusal
    let is_served = async |client: &ClientConfig| match server.get(client.clone(), "/").await {
        Ok(response) => {
            assert!(is_ok(&response), "{response}");
            true
        }
        Err(_) => false,
    };
    assert!(is_served(&old).await);
    assert!(!is_served(&new).await);
    write(&authorities, &second.pem);
    while !is_served(&new).await {
        tokio::time::advance(Duration::from_millis(200)).await;
    }
    assert!(!is_served(&old).await);
}
