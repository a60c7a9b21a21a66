//! Lists of revoked certificates of clients.

use rcgen::{
    CertificateRevocationListParams, KeyIdMethod, RevokedCertParams, SerialNumber, date_time_ymd,
};

use super::*;

impl Ca {
    /// Returns a list of revoked certificates in PEM.
    fn list(&self, serials: &[u64]) -> String {
        self.list_with(serials, |_| {})
    }

    fn list_with(
        &self,
        serials: &[u64],
        edit: impl FnOnce(&mut CertificateRevocationListParams),
    ) -> String {
        let revoked = serials.iter().map(|serial| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2024, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let mut parameters = CertificateRevocationListParams {
            this_update: date_time_ymd(2024, 1, 1),
            next_update: date_time_ymd(2100, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        edit(&mut parameters);
        parameters
            .signed_by(&self.authority)
            .unwrap()
            .pem()
            .unwrap()
    }

    fn issue_number(&self, serial: u64) -> Identity {
        self.issue_with(|parameters| parameters.serial_number = Some(serial.into()))
    }
}

async fn start(tls: Tls) -> TlsServer {
    TlsServer::start(serve(hello_api().await).tls_with(tls)).await
}

/// Returns whether the server accepts the certificate. With TLS 1.3, the client's handshake ends before a refusal.
async fn is_accepted(server: &TlsServer, client: ClientConfig) -> bool {
    match server.get(client, "/").await {
        Ok(response) => {
            assert!(is_ok(&response), "{response}");
            true
        }
        Err(error) => {
            assert!(error.to_string().contains("alert"), "{error}");
            false
        }
    }
}

#[tokio::test]
async fn revoked_certificate_is_refused() {
    let (ca, clients) = (Ca::new("ca"), Ca::new("clients"));
    let authorities = || Pem::text(clients.pem.clone());
    let tls = || ca.issue().tls();
    for (tls, is_required) in [
        (tls().client_certificates(authorities()), true),
        (tls().optional_client_certificates(authorities()), false),
    ] {
        let server = start(tls.revocation_lists(Pem::text(clients.list(&[2, 300])))).await;
        for (serial, expected) in [(1, true), (2, false), (3, true), (300, false)] {
            let client = ca.client_with(&clients.issue_number(serial));
            assert_eq!(is_accepted(&server, client).await, expected, "{serial}");
        }
        assert_eq!(is_accepted(&server, ca.client()).await, !is_required);
    }
}

/// The issuer of a certificate may have revoked it in a list that the server does not have.
#[tokio::test]
async fn certificate_whose_issuer_has_no_list_is_refused() {
    let (ca, first, second) = (Ca::new("ca"), Ca::new("first"), Ca::new("second"));
    let authorities = format!("{}{}", first.pem, second.pem);
    let tls = || {
        let authorities = Pem::text(authorities.clone());
        ca.issue().tls().client_certificates(authorities)
    };
    let clients = [first.issue(), second.issue()].map(|client| ca.client_with(&client));
    let server = start(tls().revocation_lists(Pem::text(first.list(&[])))).await;
    assert!(is_accepted(&server, clients[0].clone()).await);
    assert!(!is_accepted(&server, clients[1].clone()).await);
    // in one file, or in two
    let (first, second) = (first.list(&[]), second.list(&[]));
    let both = Pem::text(format!("{first}{second}"));
    for tls in [
        tls().revocation_lists(both),
        tls()
            .revocation_lists(Pem::text(first))
            .revocation_lists(Pem::text(second)),
    ] {
        let server = start(tls).await;
        for client in &clients {
            assert!(is_accepted(&server, client.clone()).await);
        }
    }
}

#[tokio::test]
async fn latest_list_of_an_issuer_counts() {
    let (ca, clients) = (Ca::new("ca"), Ca::new("clients"));
    let old = clients.list(&[]);
    let new = clients.list_with(&[2], |list| list.this_update = date_time_ymd(2025, 1, 1));
    for lists in [format!("{old}{new}"), format!("{new}{old}")] {
        let tls = ca
            .issue()
            .tls()
            .client_certificates(Pem::text(clients.pem.clone()));
        let server = start(tls.revocation_lists(Pem::text(lists))).await;
        let client = ca.client_with(&clients.issue_number(2));
        assert!(!is_accepted(&server, client).await);
    }
}

#[tokio::test]
async fn list_of_an_intermediate_authority_needs_its_certificate() {
    let (ca, root) = (Ca::new("ca"), Ca::new("root"));
    let intermediate = root.intermediate("intermediate");
    let tls = |authorities: &str| {
        let authorities = Pem::text(authorities.to_owned());
        ca.issue().tls().client_certificates(authorities)
    };
    let client = |serial| {
        let mut client = intermediate.issue_number(serial);
        client.certificate.push_str(&intermediate.pem);
        ca.client_with(&client)
    };
    let server = start(tls(&root.pem).revocation_lists(Pem::text(root.list(&[])))).await;
    assert!(!is_accepted(&server, client(1)).await);
    let both = format!("{}{}", root.pem, intermediate.pem);
    let lists = format!("{}{}", root.list(&[]), intermediate.list(&[2]));
    let server = start(tls(&both).revocation_lists(Pem::text(lists))).await;
    assert!(is_accepted(&server, client(1)).await);
    assert!(!is_accepted(&server, client(2)).await);
}

#[tokio::test]
async fn unusable_list_is_an_error_at_start() {
    let (ca, clients) = (Ca::new("ca"), Ca::new("clients"));
    let list = clients.list(&[1]);
    let expired = clients.list_with(&[], |list| list.next_update = date_time_ymd(2025, 1, 1));
    let early = clients.list_with(&[], |list| list.this_update = date_time_ymd(2099, 1, 1));
    let cut = "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n";
    let foreign = "revocation list 1 in the text of the revocation lists is not signed by an authority of the clients' \
                   certificates; add the certificate of its issuer to the authorities";
    for (lists, expected) in [
        (String::new(), "the text of the revocation lists is empty"),
        (
            clients.pem.clone(),
            "the text of the revocation lists has no revocation list; expected a section `-----BEGIN X509 CRL-----`",
        ),
        (
            format!("{list}{cut}"),
            "revocation list 2 in the text of the revocation lists is malformed",
        ),
        (
            "-----BEGIN X509 CRL-----\n*\n-----END X509 CRL-----\n".to_owned(),
            "the text of the revocation lists is not valid PEM",
        ),
        (Ca::new("other").list(&[]), foreign),
        // the name of the authority, and another key
        (Ca::new("clients").list(&[]), foreign),
        (
            format!("{list}{expired}"),
            "revocation list 2 in the text of the revocation lists was replaced at 2025-01-01T00:00:00Z; install the next one",
        ),
        (
            early,
            "revocation list 1 in the text of the revocation lists is not valid before 2099-01-01T00:00:00Z; check the clock \
             of this host",
        ),
    ] {
        let tls = ca.issue().tls();
        let tls = tls.client_certificates(Pem::text(clients.pem.clone()));
        let tls = tls.revocation_lists(Pem::text(lists));
        let server = serve(hello_api().await).tls_with(tls);
        let error = server.bind("127.0.0.1:0").await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\n{expected}");
    }
}

#[tokio::test]
async fn list_without_authorities_is_an_error_at_start() {
    let (ca, clients) = (Ca::new("ca"), Ca::new("clients"));
    let tls = || ca.issue().tls();
    for tls in [tls(), tls().self_signed_client_certificates()] {
        let tls = tls.revocation_lists(Pem::text(clients.list(&[])));
        let server = serve(hello_api().await).tls_with(tls);
        let error = server.bind("127.0.0.1:0").await.unwrap_err().to_string();
        let expected = "revocation lists need `client_certificates` or";
        assert!(error.contains(expected), "{error}");
    }
    let missing = tls().client_certificates(Pem::text(clients.pem.clone()));
    let missing = missing.revocation_lists("/nowhere/revoked.pem");
    let server = serve(hello_api().await).tls_with(missing);
    let error = server.bind("127.0.0.1:0").await.unwrap_err().to_string();
    assert!(
        error.contains("cannot read `/nowhere/revoked.pem`"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn changed_list_is_used_and_an_unusable_one_is_not() {
    let directory = Directory::new("revocation");
    let (ca, clients) = (Ca::new("ca"), Ca::new("clients"));
    let path = directory.write("revoked.pem", clients.list(&[1]));
    let tls = ca
        .issue()
        .tls()
        .client_certificates(Pem::text(clients.pem.clone()));
    let tls = tls.revocation_lists(path.as_path());
    let tls = tls.reload_interval(Duration::from_secs(1));
    let server = reload::patient(serve(hello_api().await).tls_with(tls));
    let server = TlsServer::start(server).await;
    let accepted = async |serial| {
        let client = ca.client_with(&clients.issue_number(serial));
        is_accepted(&server, client).await
    };
    assert!(!accepted(1).await && accepted(2).await);
    let expired = clients.list_with(&[], |list| list.next_update = date_time_ymd(2025, 1, 1));
    for unusable in [expired, Ca::new("other").list(&[]), String::new()] {
        reload::write(&path, &unusable);
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert!(!accepted(1).await && accepted(2).await);
    }
    reload::write(&path, &clients.list(&[2]));
    while accepted(2).await {
        tokio::time::advance(Duration::from_millis(200)).await;
    }
    assert!(accepted(1).await);
}

#[tokio::test]
async fn summary_names_the_lists() {
    let (ca, clients) = (Ca::new("ca"), Ca::new("clients"));
    let tls = ca.issue().tls().client_certificates("clients.pem");
    let tls = tls
        .revocation_lists("revoked.pem")
        .revocation_lists(Pem::text(clients.list(&[])));
    let summary = serve(hello_api().await).tls_with(tls).summary();
    let expected = "certificates of clients are required, by the authorities in `clients.pem`, and not in the revocation \
                    lists in `revoked.pem`, text";
    assert!(
        summary.iter().any(|line| line.contains(expected)),
        "{summary:?}"
    );
}
