//! Kubeconfig files that cannot be used.

use crate::runner::Workspace;

const KUBECONFIG: &str = "apiVersion: v1
kind: Config
current-context: prod
contexts:
- {name: prod, context: {cluster: prod, user: ada}}
- {name: test, context: {cluster: nowhere, user: ada}}
clusters:
- {name: prod, cluster: {server: 'https://127.0.0.1:1'}}
users:
- {name: ada, user: {token: secret}}
";

fn plan(kubeconfig: &str, more: &[&str]) -> String {
    let work = Workspace::new();
    work.write("config", kubeconfig);
    work.write("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    work.landfall(&[&["plan", "-f", "a.yaml", "--kubeconfig", "config"], more].concat()).snapshot()
}

#[test]
fn unknown_context() {
    insta::assert_snapshot!(plan(KUBECONFIG, &["--context", "production"]), @"
    --- stderr ---
    error: The kubeconfig has no context 'production'; it has prod, test
    hint: choose one with --context, or in landfall.yaml
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(plan(&KUBECONFIG.replace("current-context: prod\n", ""), &[]), @"
    --- stderr ---
    error: The kubeconfig has no current context; it has prod, test
    hint: choose one with --context, or in landfall.yaml
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(plan("apiVersion: v1\nkind: Config\n", &[]), @"
    --- stderr ---
    error: The kubeconfig has no current context; it has no contexts at all
    hint: choose one with --context, or in landfall.yaml
    --- exit status 1 ---
    ");
}

#[test]
fn context_whose_cluster_or_user_is_missing() {
    insta::assert_snapshot!(plan(KUBECONFIG, &["--context", "test"]), @"
    --- stderr ---
    error: The connection to context 'test' cannot be set up: it has no cluster 'nowhere'
    hint: try the same with kubectl version, and repair the kubeconfig
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(plan(KUBECONFIG, &["--cluster", "other"]), @"
    --- stderr ---
    error: The connection to context 'prod' cannot be set up: it has no cluster 'other'
    hint: try the same with kubectl version, and repair the kubeconfig
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(plan(KUBECONFIG, &["--user", "other"]), @"
    --- stderr ---
    error: The kubeconfig has no user 'other'; it has ada
    hint: correct the user of the context, or choose one with --user
    --- exit status 1 ---
    ");
}

#[test]
fn not_a_kubeconfig() {
    insta::assert_snapshot!(plan("apiVersion: v1\nkind: [\n", &[]), @"
    --- stderr ---
    error: The kubeconfig config cannot be read: line 2, column 7: it is no YAML
    hint: try the same with kubectl version, and repair the kubeconfig
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(plan("just a text", &[]), @"
    --- stderr ---
    error: The kubeconfig config cannot be read: line 1, column 1: not what a kubeconfig has here
    hint: try the same with kubectl version, and repair the kubeconfig
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(plan("", &[]), @"
    --- stderr ---
    error: The kubeconfig has no current context; it has no contexts at all
    hint: choose one with --context, or in landfall.yaml
    --- exit status 1 ---
    ");
}

#[test]
fn not_readable() {
    let work = Workspace::new();
    work.write("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n").write("folder/x", "");
    insta::assert_snapshot!(work.landfall(&["plan", "-f", "a.yaml", "--kubeconfig", "folder"]).snapshot(), @"
    --- stderr ---
    error: The kubeconfig folder cannot be read: Is a directory (os error 21)
    hint: try the same with kubectl version, and repair the kubeconfig
    --- exit status 1 ---
    ");
}

#[test]
fn files_that_the_kubeconfig_names_are_missing() {
    let without_ca = KUBECONFIG.replace("server:", "certificate-authority: nowhere.crt, server:");
    insta::assert_snapshot!(plan(&without_ca, &[]), @"
    --- stderr ---
    error: The connection to context 'prod' cannot be set up: its certificate authority cannot be read from nowhere.crt: No such file or directory (os error 2)
    hint: try the same with kubectl version, and repair the kubeconfig
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(plan(KUBECONFIG, &["--certificate-authority", "nowhere.crt"]), @"
    --- stderr ---
    error: The connection to context 'prod' cannot be set up: its certificate authority cannot be read from nowhere.crt: No such file or directory (os error 2)
    hint: try the same with kubectl version, and repair the kubeconfig
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(plan(&KUBECONFIG.replace("token: secret", "tokenFile: nowhere"), &[]), @"
    --- stderr ---
    error: The connection to context 'prod' cannot be set up: its token file nowhere cannot be read: No such file or directory (os error 2)
    hint: try the same with kubectl version, and repair the kubeconfig
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(plan(&KUBECONFIG.replace("'https://127.0.0.1:1'", "'not an address'"), &[]), @"
    --- stderr ---
    error: The connection to context 'prod' cannot be set up: the server of its cluster is no address
    hint: try the same with kubectl version, and repair the kubeconfig
    --- exit status 1 ---
    ");
}

#[test]
fn a_login_program_that_fails_or_is_missing() {
    let exec = |command: &str| {
        let user = format!(
            "exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: {command}}}"
        );
        KUBECONFIG.replace("token: secret", &user)
    };
    insta::assert_snapshot!(plan(&exec("no-such-login-program"), &[]), @"
    --- stderr ---
    error: The connection to context 'prod' cannot be set up: its login program 'no-such-login-program' cannot be started: No such file or directory (os error 2)
    hint: try the same with kubectl version, and repair the kubeconfig
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(plan(&exec("'false'"), &[]), @"
    --- stderr ---
    error: The connection to context 'prod' cannot be set up: its login program 'false' failed with exit status: 1
    hint: try the same with kubectl version, and repair the kubeconfig
    --- exit status 1 ---
    ");
}
