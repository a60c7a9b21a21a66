//! A server refuses to explain requests beyond loopback.

use super::*;

/// The header fields of a proxy or a tunnel on this host reveal it.
#[tokio::test]
async fn request_through_a_proxy_is_not_explained() {
    let api = TestApi::new(SecureRouter::new().route("/health", get(health))).await;
    let served = Served::start(api.api().clone()).await;
    for field in [
        "X-Forwarded-For: 192.0.2.1",
        "x-forwarded-proto: https",
        "X-Forwarded-Anything: 1",
        "Forwarded: for=192.0.2.1",
        "Via: 1.1 proxy",
        "X-Real-IP: 192.0.2.1",
        "CF-Connecting-IP: 192.0.2.1",
        "True-Client-IP: 192.0.2.1",
        "Client-Cert: :AA==:",
    ] {
        let head = served.send("GET /health", &[field.to_owned()], "").await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        assert!(served.take().is_empty(), "{field}");
    }
    served.send("GET /health", &[], "").await;
    assert_eq!(served.take().len(), 1);
}

async fn explained() -> Api {
    let api = TestApi::new(SecureRouter::new().route("/health", get(health))).await;
    api.api().clone().explain(|_| {})
}

#[tokio::test]
async fn explained_api_starts_on_loopback_only() {
    for address in ["127.0.0.1:0", "localhost:0"] {
        assert!(
            palisade::serve(explained().await)
                .bind(address)
                .await
                .is_ok()
        );
    }
    for address in [
        "0.0.0.0:0",
        "[::]:0",
        "192.0.2.1:0",
        "[::ffff:127.0.0.1]:0",
        "10.0.0.1:8080",
    ] {
        let error = palisade::serve(explained().await)
            .bind(address)
            .await
            .err()
            .unwrap();
        let is_refused = matches!(
            error,
            ServeError::ExplainNotLoopback { .. } | ServeError::NotLoopback { .. }
        );
        assert!(is_refused, "{address}: {error}");
    }
    let both: [SocketAddr; 2] = ["127.0.0.1:0".parse().unwrap(), "0.0.0.0:0".parse().unwrap()];
    assert!(
        palisade::serve(explained().await)
            .bind(&both[..])
            .await
            .is_err()
    );
    let networks: [&[&str]; 2] = [&["127.0.0.1"], &["10.0.0.0/8"]];
    for networks in networks {
        for address in ["127.0.0.1:0", "0.0.0.0:0"] {
            let networks: Vec<Network> =
                networks.iter().map(|text| text.parse().unwrap()).collect();
            let server = palisade::serve(explained().await).behind_proxy(networks);
            let error = server.bind(address).await.err().unwrap();
            assert!(matches!(error, ServeError::ExplainBehindProxy), "{error}");
        }
    }
}

/// TLS protects tokens on any address, but not the explanations.
#[tokio::test]
async fn explained_api_with_tls_starts_on_loopback_only() {
    let server = palisade::serve(explained().await).tls("missing.pem", "missing.key");
    let error = server.bind("0.0.0.0:0").await.err().unwrap();
    assert!(
        matches!(error, ServeError::ExplainNotLoopback { .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("remove `.explain(…)`"),
        "{error}"
    );
    let server = palisade::serve(explained().await).tls("missing.pem", "missing.key");
    let error = server.bind("127.0.0.1:0").await.err().unwrap();
    assert!(matches!(error, ServeError::Tls(_)), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn explained_api_refuses_a_unix_socket() {
    let path = std::env::temp_dir().join(format!("palisade-{}-explained.sock", std::process::id()));
    for server in [
        palisade::serve(explained().await),
        palisade::serve(explained().await).behind_proxy([]),
    ] {
        let error = server.bind_unix(&path).await.err().unwrap();
        assert!(matches!(error, ServeError::ExplainOnUnixSocket), "{error}");
        assert!(!path.exists());
    }
}

#[tokio::test]
async fn relaxation_is_in_the_inventory_and_survives_changes_of_the_api() {
    let api = explained().await;
    let text =
        "the steps of each request on loopback are shown, with the lines of the declarations";
    assert_eq!(api.inventory().relaxations().collect::<Vec<_>>(), [text]);
    let api = api.mounted_at("/v1").map_problems(|problem| problem);
    let api = api.beside(axum::Router::new(), "nothing");
    let inventory = api.inventory().to_string();
    assert!(
        inventory.contains(&format!("relaxation: {text}\n")),
        "{inventory}"
    );
    let error = palisade::serve(api).bind("0.0.0.0:0").await.err().unwrap();
    assert!(matches!(
        error,
        ServeError::NotLoopback { .. } | ServeError::ExplainNotLoopback { .. }
    ));
    let plain = TestApi::new(SecureRouter::new().route("/health", get(health))).await;
    assert_eq!(plain.api().inventory().relaxations().count(), 0);
}
