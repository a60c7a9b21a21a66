//! Certificates and keys that a server cannot use, and configurations of rustls.

use rcgen::date_time_ymd;

use super::*;

async fn refusal(tls: Tls) -> TlsError {
    let error = serve(hello_api().await)
        .tls_with(tls)
        .bind("127.0.0.1:0")
        .await
        .unwrap_err();
    assert_eq!(format!("{error:?}"), error.to_string());
    let text = error.to_string();
    let ServeError::Tls(error) = error else {
        unreachable!("{text}");
    };
    error
}

#[tokio::test]
async fn unusable_certificate_or_key_is_named_at_the_start() {
    let directory = Directory::new("unusable");
    let root = Ca::new("root");
    let inner = root.intermediate("inner");
    let leaf = inner.issue();
    let other = inner.issue();
    let rsa_name = "-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----\n";
    let encrypted = leaf.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMAA=\n-----END RSA PRIVATE KEY-----\n";
    let expired = inner.issue_with(|parameters| {
        parameters.not_before = date_time_ymd(2019, 1, 1);
        parameters.not_after = date_time_ymd(2020, 2, 29);
    });
    let future = inner.issue_with(|parameters| {
        parameters.not_before = date_time_ymd(2099, 12, 31);
        parameters.not_after = date_time_ymd(2100, 1, 1);
    });
    let expired_inner = {
        let (mut parameters, key) = Ca::parameters("expired");
        parameters.not_before = date_time_ymd(2019, 1, 1);
        parameters.not_after = date_time_ymd(2020, 1, 1);
        let pem = parameters.signed_by(&key, &root.authority).unwrap().pem();
        let authority = Authority::new(parameters, key);
        Ca { authority, pem }
    };
    let below_expired = expired_inner.issue();
    let truncated = &leaf.certificate[..leaf.certificate.len() / 2];
    let garbage = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    let chain = |parts: &[&String]| parts.iter().map(|part| part.as_str()).collect::<String>();
    let text = str::to_owned;
    for (certificate, key, expected) in [
        (String::new(), leaf.key.clone(), "`cert.pem` is empty"),
        (text(" \n"), leaf.key.clone(), "`cert.pem` is empty"),
        (
            text("no certificate"),
            leaf.key.clone(),
            "`cert.pem` has no certificate; expected",
        ),
        (
            text(truncated),
            leaf.key.clone(),
            "`cert.pem` is not valid PEM",
        ),
        (
            text(garbage),
            leaf.key.clone(),
            "certificate 1 in `cert.pem` is malformed",
        ),
        (
            chain(&[&leaf.certificate, &text(garbage)]),
            leaf.key.clone(),
            "certificate 2 in `cert.pem` is malformed",
        ),
        (
            leaf.key.clone(),
            leaf.key.clone(),
            "`cert.pem` has no certificate; expected",
        ),
        (
            leaf.certificate.clone(),
            String::new(),
            "`key.pem` is empty",
        ),
        (
            leaf.certificate.clone(),
            text("no key"),
            "`key.pem` has no private key; expected",
        ),
        (
            leaf.certificate.clone(),
            leaf.certificate.clone(),
            "`key.pem` has no private key; expected",
        ),
        (
            leaf.certificate.clone(),
            chain(&[&leaf.key, &leaf.key]),
            "`key.pem` has several private keys",
        ),
        (
            leaf.certificate.clone(),
            text(rsa_name),
            "the private key in `key.pem` is malformed or not supported",
        ),
        (
            leaf.certificate.clone(),
            encrypted,
            "the private key in `key.pem` is encrypted",
        ),
        (
            leaf.certificate.clone(),
            text(old),
            "the private key in `key.pem` is encrypted",
        ),
        (
            leaf.certificate.clone(),
            other.key.clone(),
            "the private key in `key.pem` does not belong to the certificate in `cert.pem`",
        ),
        (
            expired.certificate,
            expired.key,
            "certificate 1 in `cert.pem` expired at 2020-02-29T00:00:00Z",
        ),
        (
            future.certificate,
            future.key,
            "certificate 1 in `cert.pem` is not valid before 2099-12-31T00:00:00Z",
        ),
        (
            chain(&[&below_expired.certificate, &expired_inner.pem]),
            below_expired.key,
            "certificate 2 in `cert.pem` expired at 2020-01-01",
        ),
        (
            chain(&[&inner.pem, &leaf.certificate]),
            leaf.key.clone(),
            "certificate 2 in `cert.pem` is out of order",
        ),
        (
            chain(&[&root.pem, &inner.pem, &leaf.certificate]),
            leaf.key.clone(),
            "certificate 3 in `cert.pem` is out of order",
        ),
        (
            chain(&[&leaf.certificate, &root.pem, &inner.pem]),
            leaf.key.clone(),
            "certificate 2 in `cert.pem` is out of order",
        ),
        (
            chain(&[&leaf.certificate, &other.certificate]),
            leaf.key.clone(),
            "certificate 2 in `cert.pem` is out of order",
        ),
    ] {
        let certificate = directory.write("cert.pem", certificate);
        let key = directory.write("key.pem", key);
        let error = refusal(Tls::new(certificate, key)).await.to_string();
        let error = error.replace(&format!("{}/", directory.0.display()), "");
        assert!(error.starts_with(expected), "{expected}: {error}");
    }
    let good = directory.write("cert.pem", &leaf.certificate);
    let missing = directory.0.join("missing.pem");
    for (certificate, key) in [(&missing, &good), (&good, &missing), (&directory.0, &good)] {
        let error = refusal(Tls::new(certificate.as_path(), key.as_path())).await;
        assert!(matches!(error, TlsError::Read { .. }), "{error}");
        assert!(error.to_string().starts_with("cannot read `"), "{error}");
    }
}

#[tokio::test]
async fn chain_in_order_is_served() {
    let directory = Directory::new("chain");
    let root = Ca::new("root");
    let inner = root.intermediate("inner");
    let leaf = inner.issue();
    for certificate in [
        format!("{}{}", leaf.certificate, inner.pem),
        format!("{}{}{}", leaf.certificate, inner.pem, root.pem),
        // text between the sections, and the key in the same file
        format!(
            "Subject: leaf\n{}\n# issuer\n{}{}",
            leaf.certificate, inner.pem, leaf.key
        ),
    ] {
        let certificate = directory.write("cert.pem", certificate);
        let key = directory.write("key.pem", &leaf.key);
        let server = serve(hello_api().await).tls(certificate, key);
        let server = TlsServer::start(server).await;
        assert!(is_ok(&server.get(root.client(), "/").await.unwrap()));
    }
}

#[tokio::test]
async fn text_of_a_key_is_never_printed() {
    let leaf = Ca::new("ca").issue();
    let server = serve(hello_api().await).tls_with(leaf.tls());
    let text = format!("{server:?}");
    let line = leaf.key.lines().nth(1).unwrap();
    assert!(
        !text.contains(line) && text.contains("[redacted]"),
        "{text}"
    );
    let error = refusal(Tls::new(Pem::text("x"), Pem::text(leaf.key.clone()))).await;
    assert_eq!(
        error.to_string(),
        "the text of the certificate has no certificate; expected a section `-----BEGIN CERTIFICATE-----`"
    );
}

fn rustls_config(identity: &Identity) -> rustls::ServerConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
    rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![identity.der()], key)
        .unwrap()
}

#[tokio::test]
async fn configuration_of_rustls_is_served() {
    let ca = Ca::new("ca");
    let config = rustls_config(&ca.issue());
    let server = serve(hello_api().await).tls_config(config);
    let server = TlsServer::start(server).await;
    let mut client = ca.client();
    client.alpn_protocols = vec![b"http/1.1".to_vec()];
    let stream = server.connect(client.clone()).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    assert!(is_ok(&server.get(client, "/").await.unwrap()));
}

#[tokio::test]
async fn configuration_of_rustls_with_early_data_or_unknown_protocol_is_refused() {
    let identity = Ca::new("ca").issue();
    let refusal = async |edit: fn(&mut rustls::ServerConfig)| {
        let mut config = rustls_config(&identity);
        edit(&mut config);
        let server = serve(hello_api().await).tls_config(config);
        server.bind("127.0.0.1:0").await.unwrap_err()
    };
    let error = refusal(|config| config.max_early_data_size = 1).await;
    assert!(
        matches!(error, ServeError::Tls(TlsError::EarlyData)),
        "{error}"
    );
    let error = refusal(|config| config.alpn_protocols = vec![b"h3".to_vec()]).await;
    assert!(
        matches!(&error, ServeError::Tls(TlsError::Protocol { name }) if name == "h3"),
        "{error}"
    );
}

#[tokio::test]
async fn tls_serves_every_address() {
    let leaf = Ca::new("ca").issue();
    for address in ["0.0.0.0:0", "[::]:0"] {
        let server = serve(hello_api().await).tls_with(leaf.tls());
        match server.bind(address).await {
            Ok(bound) => assert!(bound.local_addr().ip().is_unspecified()),
            // a host without IPv6
            Err(error) => assert!(matches!(error, ServeError::Bind { .. }), "{error}"),
        }
    }
}

/// Returns the summary without the limits, which are at its end, the fixed ones last.
fn summary_of(server: &crate::Server) -> Vec<String> {
    let mut lines = server.summary();
    while lines.pop_if(|line| line.starts_with("fixed, ")).is_some() {}
    let limits = server.limits().to_string();
    let first = lines.len() - limits.lines().count();
    assert_eq!(lines.split_off(first).join("\n"), limits);
    lines
}

#[tokio::test]
async fn summary_describes_the_transport_and_lists_the_limits() {
    let api = hello_api().await;
    let summary = |tls: Tls| summary_of(&serve(api.clone()).tls_with(tls));
    let tls = || Tls::new("cert.pem", "key.pem");
    let transport = "TLS 1.2 and 1.3, with `cert.pem`".to_owned();
    assert_eq!(summary(tls()), [transport.as_str()]);
    for (tls, clients) in [
        (
            tls().client_certificates("ca.pem"),
            "required, by the authorities in `ca.pem`",
        ),
        (
            tls().optional_client_certificates(Pem::text("x")),
            "optional, by the authorities in text",
        ),
        (
            tls().self_signed_client_certificates(),
            "optional, and need no authority",
        ),
    ] {
        let clients = format!("certificates of clients are {clients}");
        assert_eq!(summary(tls), [transport.clone(), clients]);
    }
    let config = rustls_config(&Identity::self_signed());
    let server = serve(api.clone()).tls_config(config);
    assert_eq!(
        summary_of(&server),
        ["TLS with a custom rustls configuration"]
    );
    let network: crate::Network = "10.0.0.0/8".parse().unwrap();
    let server = serve(api.clone())
        .tls_with(tls())
        .behind_proxy([network, network]);
    let proxies =
        "forwarded header fields and `X-Request-Id` are trusted from 10.0.0.0/8, 10.0.0.0/8";
    assert_eq!(summary_of(&server), [transport.as_str(), proxies]);
    assert_eq!(
        summary_of(&serve(api).probe("/").request_limit(7)),
        [
            "plain HTTP, on loopback or a Unix socket",
            "`/` is served beyond `request_limit`"
        ]
    );
}
