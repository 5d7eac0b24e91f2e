//! Servers that cannot be reached or trusted: told at once, not after a minute.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use landfall_bench_cluster::Cluster;

use super::{deploy, workspace};

/// Runs a plan against another server, and tells what it said within how long.
fn plan(server: &str) -> (String, Duration) {
    let (work, namespace) = workspace(Cluster::shared(), 1);
    let work = work.replace(server, "$OTHER");
    let started = Instant::now();
    let ran = work.landfall(&["plan", "-f", "base", "-l", "deploy=shop", "-n", &namespace, "--server", server]);
    (ran.snapshot(), started.elapsed())
}

#[test]
fn nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (said, took) = plan(&format!("https://127.0.0.1:{port}"));
    insta::assert_snapshot!(said, @"
    --- stderr ---
    error: context admin ($OTHER) cannot be reached: Connection refused (os error 111)
    hint: check the address in the kubeconfig, the network and the VPN: kubectl cluster-info
    --- exit status 1 ---
    ");
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[test]
fn somebody_listens_and_never_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (said, took) = plan(&format!("https://{}", listener.local_addr().unwrap()));
    insta::assert_snapshot!(said, @"
    --- stderr ---
    error: context admin ($OTHER) cannot be reached: no connection came about within 3 s
    hint: check the address in the kubeconfig, the network and the VPN: kubectl cluster-info
    --- exit status 1 ---
    ");
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn no_such_name() {
    let (said, took) = plan("https://cluster.invalid:6443");
    insta::assert_snapshot!(said, @"
    --- stderr ---
    error: context admin ($OTHER) cannot be reached: the name cannot be resolved: failed to lookup address information: Name or service not known
    hint: check the address in the kubeconfig, the network and the VPN: kubectl cluster-info
    --- exit status 1 ---
    ");
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn plain_http_where_tls_is_spoken() {
    let (said, _) = plan(&Cluster::shared().url().replace("https", "http"));
    insta::assert_snapshot!(said, @"
    --- stderr ---
    error: context admin ($OTHER) cannot be reached: it speaks HTTPS, but the address begins with http://
    hint: check the address in the kubeconfig, the network and the VPN: kubectl cluster-info
    --- exit status 1 ---
    ");
}

#[test]
fn tls_where_plain_http_is_spoken() {
    let (said, _) = plan(&format!("https://{}", Cluster::shared().proxy()));
    insta::assert_snapshot!(said, @"
    --- stderr ---
    error: context admin ($OTHER) cannot be reached: what answers there does not speak TLS; look at https:// and the port of the address
    hint: check the address in the kubeconfig, the network and the VPN: kubectl cluster-info
    --- exit status 1 ---
    ");
}

#[test]
fn wrong_token() {
    let cluster = Cluster::shared();
    let (work, namespace) = workspace(cluster, 1);
    let work = work.with_kubeconfig(&cluster.kubeconfig_with_wrong_token());
    insta::assert_snapshot!(work.landfall(&deploy(&namespace, &[])).snapshot(), @"
    --- stderr ---
    Deploying base
    to context wrong-token ($SERVER), namespace $NS

    error: context wrong-token ($SERVER) does not accept the credentials: Unauthorized
    hint: log in again, or renew the token in the kubeconfig: kubectl auth whoami
    --- exit status 1 ---
    ");
}

#[test]
fn wrong_certificate_authority() {
    let cluster = Cluster::shared();
    let (work, namespace) = workspace(cluster, 1);
    let work = work.with_kubeconfig(&cluster.kubeconfig_with_wrong_ca());
    let started = Instant::now();
    insta::assert_snapshot!(work.landfall(&deploy(&namespace, &[])).snapshot(), @"
    --- stderr ---
    Deploying base
    to context wrong-ca ($SERVER), namespace $NS

    error: context wrong-ca ($SERVER) cannot be reached: invalid peer certificate: UnknownIssuer
    hint: the server is not the one that the kubeconfig's certificate authority vouches for; check --certificate-authority, or whether the cluster was set up anew
    --- exit status 1 ---
    ");
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}
