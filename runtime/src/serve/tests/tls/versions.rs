//! Versions, cipher suites, protocols and slow handshakes.

use super::*;

const PROTOCOL_VERSION: u8 = 70;
const HANDSHAKE_FAILURE: u8 = 40;

/// A `ClientHello` of TLS 1.2 or older (RFC 5246 §7.4.1.2), as no current library writes it.
fn client_hello(version: [u8; 2], suites: &[u16]) -> Vec<u8> {
    client_hello_with(version, suites, &[])
}

/// Adds extensions to a `ClientHello`.
fn client_hello_with(version: [u8; 2], suites: &[u16], others: &[(u16, &[u8])]) -> Vec<u8> {
    let mut extensions = Vec::new();
    let common = [
        // `server_name`: localhost
        (0_u16, &b"\x00\x0c\x00\x00\x09localhost"[..]),
        // `supported_groups`: X25519 and P-256
        (10, &[0, 4, 0, 29, 0, 23]),
        // `ec_point_formats`: uncompressed
        (11, &[1, 0]),
        // `signature_algorithms`: ECDSA and RSA with SHA-256
        (13, &[0, 4, 4, 3, 4, 1]),
    ];
    for (kind, data) in common.iter().chain(others) {
        extensions.extend(kind.to_be_bytes());
        extensions.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        extensions.extend(*data);
    }
    let mut hello = version.to_vec();
    hello.extend([7; 32]);
    hello.push(0);
    hello.extend(u16::try_from(suites.len() * 2).unwrap().to_be_bytes());
    hello.extend(suites.iter().flat_map(|suite| suite.to_be_bytes()));
    hello.extend([1, 0]);
    hello.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
    hello.extend(extensions);
    let length = u32::try_from(hello.len()).unwrap().to_be_bytes();
    let handshake = [&[1, length[1], length[2], length[3]][..], &hello].concat();
    let length = u16::try_from(handshake.len()).unwrap().to_be_bytes();
    [&[22, 3, 1, length[0], length[1]][..], &handshake].concat()
}

/// Sends bytes, and returns all that the server sends.
async fn exchange(server: &TlsServer, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received).await;
    received
}

/// Returns the description of a fatal alert (RFC 8446 §6).
fn alert(received: &[u8]) -> Option<u8> {
    match received {
        [21, 3, _, 0, 2, 2, description] => Some(*description),
        _ => None,
    }
}

async fn start() -> (Ca, TlsServer) {
    let ca = Ca::new("ca");
    let server = serve(hello_api().await).tls_with(ca.issue().tls());
    (ca, TlsServer::start(server).await)
}

/// RFC 8996: the server itself refuses, not the library of the client.
#[tokio::test]
async fn version_below_tls_1_2_gets_an_alert() {
    let (_, server) = start().await;
    // also the suite that a server would choose for TLS 1.2
    let suites = [0xC02B, 0xC009, 0xC013, 0xC014, 0x002F, 0x0035];
    for version in [[3, 0], [3, 1], [3, 2]] {
        let received = exchange(&server, &client_hello(version, &suites)).await;
        assert_eq!(
            alert(&received),
            Some(PROTOCOL_VERSION),
            "{version:?} {received:?}"
        );
    }
    // the same message is accepted with TLS 1.2
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let hello = client_hello([3, 3], &suites);
    stream.write_all(&hello).await.unwrap();
    let mut start = [0; 6];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(
        (start[0], start[5]),
        (22, 2),
        "a handshake message: ServerHello"
    );
}

/// RFC 8446 §4.2.1: the extension replaces the version of the message, which says TLS 1.2 here.
#[tokio::test]
async fn supported_versions_below_tls_1_2_get_an_alert() {
    let (_, server) = start().await;
    let suites = [0x1301, 0x1303, 0xC02B, 0xC009];
    // a key share of X25519, as any client of TLS 1.3 sends it
    let share = [&[0, 36, 0, 29, 0, 32][..], &[9; 32]].concat();
    for versions in [
        &[2, 3, 2][..],
        &[2, 3, 1],
        &[2, 3, 0],
        &[4, 3, 2, 3, 1],
        // GREASE, and a draft of TLS 1.3
        &[4, 0x0A, 0x0A, 3, 2],
        &[2, 0x7F, 0x1C],
    ] {
        let extensions = [(43, versions), (51, &share[..])];
        let hello = client_hello_with([3, 3], &suites, &extensions);
        let received = exchange(&server, &hello).await;
        assert_eq!(
            alert(&received),
            Some(PROTOCOL_VERSION),
            "{versions:?} {received:?}"
        );
    }
    // one of them with TLS 1.3 is accepted
    for versions in [&[4, 3, 2, 3, 4][..], &[2, 3, 4]] {
        let extensions = [(43, versions), (51, &share[..])];
        let hello = client_hello_with([3, 3], &suites, &extensions);
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(&hello).await.unwrap();
        let mut start = [0; 6];
        stream.read_exact(&mut start).await.unwrap();
        assert_eq!((start[0], start[5]), (22, 2), "{versions:?}");
    }
}

#[tokio::test]
async fn bytes_that_are_not_tls_are_not_answered_as_http() {
    let (_, server) = start().await;
    for bytes in [
        &b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        // the `CLIENT-HELLO` of SSL 2.0
        &[0x80, 0x2E, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10, 1, 0, 0x80],
        &[22, 3, 1, 0xFF, 0xFF],
        &[21, 3, 3, 0, 2, 2, 40],
    ] {
        let received = exchange(&server, bytes).await;
        assert!(!received.starts_with(b"HTTP"), "{received:?}");
    }
}

#[tokio::test]
async fn cipher_suite_without_forward_secrecy_or_aead_is_refused() {
    let (_, server) = start().await;
    for suite in [
        0x0000_u16, // NULL
        0x0005,     // RC4
        0x000A,     // RSA, 3DES
        0x002F,     // RSA, AES-128-CBC
        0x009C,     // RSA, AES-128-GCM
        0x009E,     // DHE, AES-128-GCM
        0x0034,     // anonymous DH
        0xC009,     // ECDHE-ECDSA, AES-128-CBC
        0xC013,     // ECDHE-RSA, AES-128-CBC
        0xC023,     // ECDHE-ECDSA, AES-128-CBC-SHA256
        0xC0AC,     // ECDHE-ECDSA, AES-128-CCM
        0x00FF,     // only the signal of RFC 5746
    ] {
        let received = exchange(&server, &client_hello([3, 3], &[suite])).await;
        assert_eq!(
            alert(&received),
            Some(HANDSHAKE_FAILURE),
            "{suite:#06x} {received:?}"
        );
    }
}

#[tokio::test]
async fn tls_1_2_and_1_3_are_served_with_each_suite() {
    let (ca, server) = start().await;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let mut served = Vec::new();
    for suite in provider.cipher_suites.clone() {
        let mut provider = provider.clone();
        provider.cipher_suites = vec![suite];
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(ca.pem.as_bytes()).unwrap())
            .unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[suite.version()])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        if let Ok(response) = server.get(config, "/").await {
            assert!(is_ok(&response), "{response}");
            served.push(format!("{:?}", suite.suite()));
        }
    }
    // the certificate is for ECDSA
    assert_eq!(
        served,
        [
            "TLS13_AES_256_GCM_SHA384",
            "TLS13_AES_128_GCM_SHA256",
            "TLS13_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        ]
    );
}

#[tokio::test]
async fn protocol_is_negotiated() {
    let (ca, server) = start().await;
    let http1 = &b"http/1.1"[..];
    let h2 = cfg!(feature = "http2").then_some(&b"h2"[..]);
    for (offered, chosen) in [
        (&[][..], None),
        (&[http1][..], Some(http1)),
        (&[http1, b"h2"][..], h2.or(Some(http1))),
        (&[b"spdy/3", http1][..], Some(http1)),
    ] {
        let mut config = ca.client();
        config.alpn_protocols = offered.iter().map(|name| name.to_vec()).collect();
        let stream = server.connect(config).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), chosen, "{offered:?}");
    }
    // RFC 7301 §3.2: `no_application_protocol`
    let mut config = ca.client();
    config.alpn_protocols = vec![b"h3".to_vec(), b"ftp".to_vec()];
    let error = server.connect(config).await.unwrap_err();
    assert!(
        error.to_string().contains("NoApplicationProtocol"),
        "{error}"
    );
}

#[tokio::test]
async fn early_data_is_not_offered() {
    let (ca, server) = start().await;
    let mut config = ca.client();
    config.enable_early_data = true;
    let config = Arc::new(config);
    for attempt in 0..2 {
        let stream = TcpStream::connect(server.address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::clone(&config));
        let mut stream = connector.connect(name, stream).await.unwrap();
        let request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        assert!(is_ok(&response), "{response}");
        let (_, connection) = stream.get_ref();
        assert!(!connection.is_early_data_accepted());
        let kind = connection.handshake_kind().unwrap();
        let is_resumed = kind == rustls::HandshakeKind::Resumed;
        assert_eq!(is_resumed, attempt == 1, "tickets work: {kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn slow_handshake_is_disconnected() {
    let ca = Ca::new("ca");
    let server = serve(hello_api().await).tls_with(ca.issue().tls());
    let server = TlsServer::start(server.handshake_timeout(Duration::from_secs(7))).await;
    let hello = client_hello([3, 3], &[0xC02B]);
    for sent in [0, 1, 5, 60, hello.len()] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(&hello[..sent]).await.unwrap();
        let start = tokio::time::Instant::now();
        let mut received = Vec::new();
        let end = stream.read_to_end(&mut received);
        tokio::time::timeout(Duration::from_secs(8), end)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(start.elapsed().as_secs(), 7, "{sent}");
    }
}

#[tokio::test]
async fn shutdown_does_not_wait_for_handshakes() {
    let ca = Ca::new("ca");
    let server = serve(hello_api().await).tls_with(ca.issue().tls());
    let server = server.handshake_timeout(Duration::MAX).grace(Duration::MAX);
    let bound = server.bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(bound.run_until(async {
        let _ = stopped.await;
    }));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&[22, 3, 1]).await.unwrap();
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received).await;
    assert_eq!(received, b"");
}

#[tokio::test]
async fn closed_connection_has_a_close_notify() {
    let (ca, server) = start().await;
    // rustls reports a truncated stream as an error
    let response = server.get(ca.client(), "/").await;
    assert!(is_ok(&response.unwrap()));
}
