//! Answers that are lost, or are no answers.

use landfall_bench_cluster::Cluster;

use super::{
    deploy,
    faulty::{Fate, Faulty},
    live, workspace, write,
};

#[test]
fn lost_answer_to_what_was_carried_out() {
    let cluster = Cluster::shared();
    let (work, namespace) = workspace(cluster, 3);
    let faulty = Faulty::start(&cluster.proxy(), |asked| {
        let is_write = ["POST", "PATCH", "DELETE", "PUT"].contains(&asked.method.as_str());
        if is_write && asked.before == 0 { Fate::LoseAnswer } else { Fate::Pass }
    });
    let work = work.replace(&faulty.url(), "$PROXY");
    let url = faulty.url();
    let run = || work.landfall(&deploy(&namespace, &["--server", &url])).snapshot();
    insta::assert_snapshot!(run(), @"
    + create  configmap/settings-000  base/000.yaml:1:1
    + create  configmap/settings-001  base/001.yaml:1:1
    + create  configmap/settings-002  base/002.yaml:1:1

    3 to create
    --- stderr ---
    Deploying base
    to context admin ($PROXY), namespace $NS

    Done in [N] s: 3 created
    --- exit status 0 ---
    ");
    write(&work, 2, "debug");
    work.remove("base/002.yaml");
    insta::assert_snapshot!(run(), @r#"
    ~ update  configmap/settings-000  base/000.yaml:1:1
    ~ update  configmap/settings-001  base/001.yaml:1:1
    - prune   configmap/settings-002

    2 to update, 1 to prune

    configmap/settings-000
        data[level]
          - "info"
          + "debug"

    configmap/settings-001
        data[level]
          - "info"
          + "debug"
    --- stderr ---
    Deploying base
    to context admin ($PROXY), namespace $NS

    Done in [N] s: 2 updated, 1 pruned
    --- exit status 0 ---
    "#);
    assert_eq!((live(cluster, &namespace, "info"), live(cluster, &namespace, "debug")), (0, 2));
    insta::assert_snapshot!(work.landfall(&deploy(&namespace, &[])).snapshot(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 2 unchanged
    --- exit status 0 ---
    ");
}

#[test]
fn the_page_of_a_proxy_in_between() {
    let cluster = Cluster::shared();
    let (work, namespace) = workspace(cluster, 1);
    let page = "<html>\n<head><title>502 Bad Gateway</title></head>\n<body>nginx</body>\n</html>";
    let faulty = Faulty::start(&cluster.proxy(), move |_| {
        Fate::Answer(format!(
            "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
            page.len()
        ))
    });
    let work = work.replace(&faulty.url(), "$PROXY");
    let arguments = ["plan", "-f", "base", "-n", &namespace, "--server", &faulty.url()];
    insta::assert_snapshot!(work.landfall(&arguments).snapshot(), @"
    --- stderr ---
    error: Asking for the kinds that the cluster serves failed: HTTP 502: 502 Bad Gateway
    hint: run it again; with -v it tells each request
    --- exit status 1 ---
    ");
}

#[test]
fn a_login_page_instead_of_the_api() {
    let cluster = Cluster::shared();
    let (work, namespace) = workspace(cluster, 1);
    let page = "<html><title>Sign in</title></html>";
    let faulty = Faulty::start(&cluster.proxy(), move |_| {
        Fate::Answer(format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
            page.len()
        ))
    });
    let work = work.replace(&faulty.url(), "$PROXY");
    insta::assert_snapshot!(work.landfall(&deploy(&namespace, &["--server", &faulty.url()])).snapshot(), @"
    --- stderr ---
    Deploying base
    to context admin ($PROXY), namespace $NS

    error: context admin ($PROXY) cannot be reached: a web page (Sign in) answers there, and no Kubernetes API server
    hint: check the address in the kubeconfig, the network and the VPN: kubectl cluster-info
    --- exit status 1 ---
    ");
}
