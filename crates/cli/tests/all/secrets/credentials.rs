//! Credentials of the kubeconfig, the command line and the environment.

use landfall_bench_cluster::Cluster;

use super::{ENCODED, MARKER, run};
use crate::runner::Workspace;

fn plan(user: &str, cluster: &str, more: &[&str]) -> String {
    let work = Workspace::new();
    let kubeconfig = format!(
        "apiVersion: v1
kind: Config
current-context: prod
contexts: [{{name: prod, context: {{cluster: prod, user: ada}}}}]
clusters: [{{name: prod, cluster: {{{cluster}}}}}]
users: [{{name: ada, user: {user}}}]
"
    );
    work.write("config", &kubeconfig).write("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    run(&work, &[&["plan", "-f", "a.yaml", "--kubeconfig", "config"], more].concat()).snapshot()
}

const SERVER: &str = "server: 'https://127.0.0.1:1', insecure-skip-tls-verify: true";

#[test]
fn kubeconfigs_that_cannot_be_read() {
    for user in [
        MARKER.to_owned(),
        format!("[{MARKER}]"),
        format!("{{token: [{MARKER}]}}"),
        format!("{{token: {MARKER}"),
        format!("{{token: {MARKER}, exec: {MARKER}}}"),
        format!("{{client-certificate-data: {MARKER}!, client-key-data: {ENCODED}}}"),
        format!("{{client-certificate-data: {ENCODED}, client-key-data: {ENCODED}}}"),
        format!("{{token: \"{MARKER}\\n\"}}"),
        format!("{{username: ada, password: {MARKER}}}"),
    ] {
        plan(&user, SERVER, &[]);
    }
    plan("{}", &format!("{SERVER}, certificate-authority-data: {ENCODED}"), &[]);
    plan("{}", &format!("server: 'https://ada:{MARKER}@127.0.0.1:1'"), &[]);
    plan("{}", &format!("{SERVER}, proxy-url: 'http://ada:{MARKER}@127.0.0.1:1'"), &[]);
    plan("{}", &format!("{SERVER}, proxy-url: '{MARKER} x'"), &[]);
}

#[test]
fn login_programs() {
    let exec = |script: &str| {
        format!(
            "{{exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: sh, args: [-c, '{script}'], env: [{{name: PASSWORD, value: {MARKER}}}]}}}}"
        )
    };
    insta::assert_snapshot!(plan(&exec("echo $PASSWORD; echo please log in >&2; exit 3"), SERVER, &[]), @"
    --- stderr ---
    error: The connection to context 'prod' cannot be set up: its login program 'sh' failed with exit status: 3: please log in
    hint: try the same with kubectl version, and repair the kubeconfig
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(plan(&exec("echo $PASSWORD"), SERVER, &[]), @"
    --- stderr ---
    error: The connection to context 'prod' cannot be set up: its login program 'sh' did not print an ExecCredential
    hint: try the same with kubectl version, and repair the kubeconfig
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(plan(&exec("echo {}"), SERVER, &[]), @"
    --- stderr ---
    error: The connection to context 'prod' cannot be set up: its login program 'sh' did not print an ExecCredential
    hint: try the same with kubectl version, and repair the kubeconfig
    --- exit status 1 ---
    ");
}

#[test]
fn tokens_of_the_command_line() {
    let cluster = Cluster::shared();
    let work = Workspace::on(cluster);
    work.write("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    insta::assert_snapshot!(run(&work, &["plan", "-f", "a.yaml", "--token", MARKER]).snapshot(), @"
    --- stderr ---
    error: context admin ($SERVER) does not accept the credentials: Unauthorized
    hint: log in again, or renew the token in the kubeconfig: kubectl auth whoami
    --- exit status 1 ---
    ");
    run(&work, &["plan", "-f", "a.yaml", "--token", &format!("{MARKER}\n")]);
    let server = cluster.url().replace("https://", &format!("https://ada:{MARKER}@"));
    run(&work, &["plan", "-f", "a.yaml", "--server", &server]);
    run(&work, &["plan", "-f", "a.yaml", "--token", MARKER, "--bad-flag"]);
}
