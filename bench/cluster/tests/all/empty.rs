//! Clusters that are only an API server.

use landfall_bench_cluster::{Cluster, kubectl};

#[test]
fn an_empty_cluster_answers() {
    let cluster = Cluster::shared();
    let version = cluster.kubectl(&["version", "-o", "json"]).ok();
    assert!(version.contains("\"gitVersion\": \"v1.37.2\""), "{version}");
    let namespace = cluster.namespace();
    let manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let applied = cluster.kubectl_stdin(&["apply", "-n", &namespace, "-f", "-"], manifest).ok();
    assert_eq!(applied, "configmap/a created\n");
    let audit = std::fs::read_to_string(cluster.audit_log()).unwrap();
    assert!(audit.contains(&format!("/api/v1/namespaces/{namespace}/configmaps")));
}

#[test]
fn a_weak_user_may_do_what_its_role_says() {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace();
    let get = ["get", "configmaps", "-n", &namespace, "-o", "name"];
    let refused = cluster.kubectl_as("viewer", &get).err();
    assert!(refused.contains("Forbidden"), "{refused}");
    cluster.grant(&namespace, "viewer", "get,list", "configmaps");
    cluster.kubectl_as("viewer", &get).ok();
    cluster.kubectl_as("nobody", &get).err();
}

#[test]
fn a_wrong_token_and_a_wrong_authority_are_refused() {
    let cluster = Cluster::shared();
    let token = kubectl(&cluster.kubeconfig_with_wrong_token(), &["get", "namespaces"], None).err();
    assert!(token.contains("You must be logged in"), "{token}");
    let authority = kubectl(&cluster.kubeconfig_with_wrong_ca(), &["get", "namespaces"], None).err();
    assert!(authority.contains("certificate"), "{authority}");
}

#[test]
fn two_clusters_are_separate_and_a_restart_keeps_the_data() {
    let (one, other) = (Cluster::start(), Cluster::start());
    assert_ne!(one.url(), other.url());
    one.kubectl(&["create", "configmap", "only-here"]).ok();
    assert!(!other.kubectl(&["get", "configmaps", "-o", "name"]).ok().contains("only-here"));

    let url = one.url();
    one.stop_api_server();
    let refused = one.kubectl(&["get", "configmaps"]).err();
    assert!(refused.contains("refused"), "{refused}");
    one.start_api_server();
    assert_eq!(one.url(), url);
    one.kubectl(&["get", "configmap", "only-here"]).ok();

    one.kill_api_server();
    one.start_api_server();
    one.kubectl(&["get", "configmap", "only-here"]).ok();
}
