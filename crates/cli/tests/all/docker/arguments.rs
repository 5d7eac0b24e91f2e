//! Which target is meant.

use crate::runner::Workspace;

const CONFIG_MAP: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, labels: {deploy: shop}}\ndata: {level: info}\n";

fn repository(target: &str) -> Workspace {
    let work = Workspace::new();
    let config =
        format!("name: shop\nenvironments:\n  production: {{branch: main, paths: [base], target: {target}}}\n");
    work.write("landfall.yaml", &config).write("base/settings.yaml", CONFIG_MAP).commit("Open");
    work
}

#[test]
fn flags_of_a_cluster_and_of_an_engine_exclude_each_other() {
    let work = Workspace::new();
    work.write("base/settings.yaml", CONFIG_MAP);
    let ran = work.landfall(&["plan", "-f", "base", "-l", "deploy=shop", "--docker", "--context", "prod"]);
    insta::assert_snapshot!(ran.snapshot(), @r"
    --- stderr ---
    error: the argument '--docker[=<HOST>]' cannot be used with '--context <NAME>'

    Usage: landfall plan --filename <PATH> --selector <SELECTOR> --docker[=<HOST>] [ENVIRONMENT] [REVISION]

    For more information, try '--help'.
    --- exit status 1 ---
    ");
}

#[test]
fn an_environment_of_a_cluster_is_not_deployed_to_an_engine() {
    let ran = repository("{kubernetes: {}}").landfall(&["plan", "production", "--docker"]);
    insta::assert_snapshot!(ran.snapshot(), @r"
    --- stderr ---
    error: --docker names an engine, but this environment is deployed to a cluster
    hint: add an environment with `target: {docker: {}}` to landfall.yaml, and name that
    --- exit status 1 ---
    ");
}

#[test]
fn an_environment_of_an_engine_is_not_deployed_to_a_cluster() {
    let ran = repository("{docker: {}}").landfall(&["deploy", "production", "--context", "prod"]);
    insta::assert_snapshot!(ran.snapshot(), @r"
    --- stderr ---
    error: --context names a cluster, but this environment is deployed to a Docker engine
    hint: another engine is named by --docker=HOST; leave the flag out
    --- exit status 1 ---
    ");
}

#[test]
fn without_a_selector_nothing_tells_what_belongs_together() {
    let work = Workspace::new();
    work.write("base/settings.yaml", CONFIG_MAP);
    let ran = work.landfall(&["apply", "-f", "base", "--docker"]);
    insta::assert_snapshot!(ran.snapshot(), @r"
    --- stderr ---
    error: Nothing tells which objects on the engine belong to this deploy
    hint: name them by a label, as with kubectl's --prune: add -l deploy=NAME
    --- exit status 1 ---
    ");
}

#[test]
fn the_address_in_the_file_is_none() {
    let ran = repository("{docker: {host: shop.example.com}}").landfall(&["plan"]);
    insta::assert_snapshot!(ran.snapshot(), @r"
    --- stderr ---
    error: 'shop.example.com' is not the address of a Docker engine
     --> landfall.yaml:3:69
      |
    3 |   production: {branch: main, paths: [base], target: {docker: {host: shop.example.com}}}
      |                                                                     ^^^^^^^^^^^^^^^^
      |
      = help: Write unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST, or leave it out for the engine of $DOCKER_HOST, or else this machine's

    error: landfall.yaml of revision dcd58d7 cannot be used; nothing was applied
    --- exit status 1 ---
    ");
}

#[test]
fn the_address_of_the_flag_is_none() {
    let work = Workspace::new();
    work.write("base/settings.yaml", CONFIG_MAP);
    let ran = work.landfall(&["plan", "-f", "base", "-l", "deploy=shop", "--docker=fd://3"]);
    insta::assert_snapshot!(ran.snapshot(), @r"
    --- stderr ---
    error: The engine's address 'fd://3' cannot be used: Landfall does not know 'fd://'
    hint: set DOCKER_HOST to unix:///path/of/the.sock, tcp://host:port or ssh://user@host, or unset it for this machine's engine
    --- exit status 1 ---
    ");
}

#[test]
fn a_variable_that_is_to_name_the_certificates_is_not_set() {
    let ran = repository("{docker: {host: 'tcp://127.0.0.1:2376', certificates: {env: SHOP_CERTIFICATES}}}")
        .landfall(&["plan"]);
    insta::assert_snapshot!(ran.snapshot(), @r"
    --- stderr ---
    error: landfall.yaml takes the engine's certificates from $SHOP_CERTIFICATES, which is not set
    hint: set SHOP_CERTIFICATES to the folder with ca.pem, cert.pem and key.pem
    --- exit status 1 ---
    ");
}
