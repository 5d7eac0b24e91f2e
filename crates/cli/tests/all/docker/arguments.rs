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
    insta::assert_snapshot!(ran.snapshot(), @"");
}

#[test]
fn an_environment_of_a_cluster_is_not_deployed_to_an_engine() {
    let ran = repository("{kubernetes: {}}").landfall(&["plan", "production", "--docker"]);
    insta::assert_snapshot!(ran.snapshot(), @"");
}

#[test]
fn an_environment_of_an_engine_is_not_deployed_to_a_cluster() {
    let ran = repository("{docker: {}}").landfall(&["deploy", "production", "--context", "prod"]);
    insta::assert_snapshot!(ran.snapshot(), @"");
}

#[test]
fn without_a_selector_nothing_tells_what_belongs_together() {
    let work = Workspace::new();
    work.write("base/settings.yaml", CONFIG_MAP);
    let ran = work.landfall(&["apply", "-f", "base", "--docker"]);
    insta::assert_snapshot!(ran.snapshot(), @"");
}

#[test]
fn the_address_in_the_file_is_none() {
    let ran = repository("{docker: {host: shop.example.com}}").landfall(&["plan"]);
    insta::assert_snapshot!(ran.snapshot(), @"");
}

#[test]
fn the_address_of_the_flag_is_none() {
    let work = Workspace::new();
    work.write("base/settings.yaml", CONFIG_MAP);
    let ran = work.landfall(&["plan", "-f", "base", "-l", "deploy=shop", "--docker=fd://3"]);
    insta::assert_snapshot!(ran.snapshot(), @"");
}

#[test]
fn a_variable_that_is_to_name_the_certificates_is_not_set() {
    let ran = repository("{docker: {host: 'tcp://127.0.0.1:2376', certificates: {env: SHOP_CERTIFICATES}}}")
        .landfall(&["plan"]);
    insta::assert_snapshot!(ran.snapshot(), @"");
}
