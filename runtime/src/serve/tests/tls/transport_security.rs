//! `Strict-Transport-Security`.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use super::*;

#[public(reason = "a test")]
async fn own_policy() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("strict-transport-security", "max-age=1")], "hello")
}

/// Returns the address of this host in its network, if it has one. Nothing is sent.
fn network_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

/// Returns the policy of each response.
async fn policies(server: crate::Server, ca: &Ca, ip: IpAddr, paths: &[&str]) -> Vec<String> {
    let bound = server.bind("0.0.0.0:0").await.unwrap();
    let address = (ip, bound.local_addr().port()).into();
    let task = tokio::spawn(bound.run_until(pending()));
    let server = TlsServer { address, task };
    let mut policies = Vec::new();
    for path in paths {
        let response = server.get(ca.client(), path).await.unwrap();
        let fields = response.lines().filter_map(|line| line.split_once(": "));
        let fields = fields.filter(|(name, _)| *name == "strict-transport-security");
        let values: Vec<&str> = fields.map(|(_, value)| value).collect();
        policies.push(values.join(" and "));
    }
    policies
}

async fn server(ca: &Ca) -> crate::Server {
    let routes = SecureRouter::new()
        .route("/", get(hello))
        .route("/own", get(own_policy));
    let api = TestApi::new(routes).await.api().clone();
    serve(api).tls_with(ca.issue().tls())
}

#[tokio::test]
async fn tls_on_loopback_sends_no_policy() {
    let ca = Ca::new("ca");
    let loopback = Ipv4Addr::LOCALHOST.into();
    let sent = policies(server(&ca).await, &ca, loopback, &["/", "/unknown"]).await;
    assert_eq!(sent, ["", ""]);
}

/// Also refusals carry the policy. That of a handler is kept.
#[tokio::test]
async fn tls_on_a_network_sends_a_policy() {
    // a sandbox may have no network
    let Some(address) = network_address() else {
        return;
    };
    let ca = Ca::new("ca");
    let paths = ["/", "/unknown", "/own"];
    let sent = policies(server(&ca).await, &ca, address, &paths).await;
    assert_eq!(sent, ["max-age=31536000", "max-age=31536000", "max-age=1"]);
}
