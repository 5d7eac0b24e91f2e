//! Faults in `landfall.yaml`. No cluster is asked.

use super::{config_map, environment};
use crate::runner::Workspace;

fn deploy(config: &str) -> String {
    let work = Workspace::new();
    work.write("landfall.yaml", config).write("base/a.yaml", &config_map("a")).commit("Begin");
    work.landfall(&["deploy", "prod"]).snapshot()
}

#[test]
fn not_yaml() {
    insta::assert_snapshot!(deploy("name: shop\nenvironments: [\n"), @"
    --- stderr ---
    error: The bracket is not closed
     --> landfall.yaml:2:15
      |
    2 | environments: [
      |               ^
      |
      = help: Add the missing `]` or `}`, or quote the value if the bracket is part of a text

    error: landfall.yaml of revision d942800 cannot be used; nothing was applied
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(deploy("name: shop\nenvironments:\n\tprod: {}\n"), @"
    --- stderr ---
    error: A tab is used for indentation
     --> landfall.yaml:3:1
      |
    3 |     prod: {}
      | ^^^^
      |
      = help: Indent with spaces

    error: landfall.yaml of revision b799601 cannot be used; nothing was applied
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(deploy(""), @"
    --- stderr ---
    error: The file is empty
     --> landfall.yaml
      = help: docs/configuration.md describes every field of landfall.yaml

    error: landfall.yaml of revision 4e6ecbd cannot be used; nothing was applied
    --- exit status 1 ---
    ");
}

#[test]
fn unknown_field() {
    insta::assert_snapshot!(deploy(&environment("shop").replace("paths:", "path:")), @"
    --- stderr ---
    error: The field `path` is unknown; did you mean `paths`?
     --> landfall.yaml:5:5
      |
    5 |     path: [base]
      |     ^^^^
      |
      = help: The fields of `prod` are: branch, drift, maxPruneShare, paths, paused, selector, target

    error: landfall.yaml of revision f30bdd0 cannot be used; nothing was applied
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(deploy(&(environment("shop") + "selectors: {}\n")), @"
    --- stderr ---
    error: The field `selectors` is unknown
     --> landfall.yaml:7:1
      |
    7 | selectors: {}
      | ^^^^^^^^^
      |
      = help: The fields of landfall.yaml are: environments, name, notifications, readyConditions

    error: landfall.yaml of revision 6439b1f cannot be used; nothing was applied
    --- exit status 1 ---
    ");
}

#[test]
fn missing_field() {
    insta::assert_snapshot!(deploy(&environment("shop").replace("    branch: main\n", "")), @"
    --- stderr ---
    error: `branch` is missing in `prod`
     --> landfall.yaml:3:3
      |
    3 |   prod:
      |   ^^^^
      |
      = help: `branch`: The branch whose commits are deployed

    error: landfall.yaml of revision 22bf91f cannot be used; nothing was applied
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(deploy("name: shop\n"), @"
    --- stderr ---
    error: `environments` is missing in landfall.yaml
     --> landfall.yaml:1:1
      |
    1 | name: shop
      | ^^^^
      |
      = help: `environments`: The places to deploy to, by their names

    error: landfall.yaml of revision a78b23a cannot be used; nothing was applied
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(deploy("name: shop\nenvironments: {}\n"), @"
    --- stderr ---
    error: There are no environments
     --> landfall.yaml:2:1
      |
    2 | environments: {}
      | ^^^^^^^^^^^^
      |
      = help: docs/configuration.md describes every field of landfall.yaml

    error: landfall.yaml of revision 2b01781 cannot be used; nothing was applied
    --- exit status 1 ---
    ");
}

#[test]
fn wrong_type() {
    insta::assert_snapshot!(deploy(&environment("shop").replace("[base]", "base")), @"
    --- stderr ---
    error: `paths` must be a list, but it is a string
     --> landfall.yaml:5:12
      |
    5 |     paths: base
      |            ^^^^
      |
      = help: Write it as `[base]`

    error: landfall.yaml of revision 7aee993 cannot be used; nothing was applied
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(deploy(&environment("shop").replace("branch: main", "branch: [main]")), @"
    --- stderr ---
    error: `branch` must be a text, but it is a list
     --> landfall.yaml:4:13
      |
    4 |     branch: [main]
      |             ^^^^^^

    error: landfall.yaml of revision 6070a0d cannot be used; nothing was applied
    --- exit status 1 ---
    ");
}

#[test]
fn duplicate_key() {
    insta::assert_snapshot!(deploy(&(environment("shop") + "name: other\n")), @"
    --- stderr ---
    error: The key `name` is set twice
     --> landfall.yaml:7:1
      |
    7 | name: other
      | ^^^^
      |
      = help: Remove one of the two; the first is on line 1

    error: landfall.yaml of revision 50a7f28 cannot be used; nothing was applied
    --- exit status 1 ---
    ");
}

#[test]
fn wrong_values_are_told_all_at_once() {
    let second = "  test:\n    branch: main\n    paths: []\n    selector: 'deploy in shop'\n    maxPruneShare: 120\n    target: {kubernetes: {}}\n";
    insta::assert_snapshot!(deploy(&(environment("shop").replace("[base]", "[base, ../other, /etc]") + second)), @"
    --- stderr ---
    error: `maxPruneShare` must be a whole number from 0 to 100
      --> landfall.yaml:11:20
       |
    11 |     maxPruneShare: 120
       |                    ^^^

    error: landfall.yaml of revision aaaf5ee cannot be used; nothing was applied
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(deploy(&environment("shop").replace("name: shop", "name: my shop")), @"
    --- stderr ---
    error: The name 'my shop' cannot be the value of a label
     --> landfall.yaml:1:7
      |
    1 | name: my shop
      |       ^^^^^^^
      |
      = help: Use at most 63 letters, digits, `-`, `_` and `.`

    error: landfall.yaml of revision f75e4a5 cannot be used; nothing was applied
    --- exit status 1 ---
    ");
}

#[test]
fn two_targets_or_none() {
    for_target("{}", |said| {
        insta::assert_snapshot!(said, @r"
    --- stderr ---
    error: `target` must be `{kubernetes: {...}}` or `{docker: {...}}`
     --> landfall.yaml:6:5
      |
    6 |     target: {}
      |     ^^^^^^

    error: landfall.yaml of revision 370ecd0 cannot be used; nothing was applied
    --- exit status 1 ---
    ")
    });
    for_target("{docker: {}, kubernetes: {}}", |said| {
        insta::assert_snapshot!(said, @r"
    --- stderr ---
    error: `target` must be `{kubernetes: {...}}` or `{docker: {...}}`
     --> landfall.yaml:6:5
      |
    6 |     target: {docker: {}, kubernetes: {}}
      |     ^^^^^^

    error: landfall.yaml of revision 7380269 cannot be used; nothing was applied
    --- exit status 1 ---
    ")
    });
    for_target("{podman: {}}", |said| {
        insta::assert_snapshot!(said, @r"
    --- stderr ---
    error: The field `podman` is unknown
     --> landfall.yaml:6:14
      |
    6 |     target: {podman: {}}
      |              ^^^^^^
      |
      = help: `target` must be `{kubernetes: {...}}` or `{docker: {...}}`

    error: landfall.yaml of revision efa9d4c cannot be used; nothing was applied
    --- exit status 1 ---
    ")
    });
}

fn for_target(target: &str, check: impl Fn(String)) {
    check(deploy(&environment("shop").replace("{kubernetes: {namespace: shop}}", target)));
}

#[test]
fn kubeconfig_from_a_variable_that_is_not_set() {
    insta::assert_snapshot!(deploy(&environment("shop").replace("namespace: shop", "kubeconfig: {env: SHOP_KUBECONFIG}")), @"
    --- stderr ---
    error: landfall.yaml takes the kubeconfig from $SHOP_KUBECONFIG, which is not set
    hint: set SHOP_KUBECONFIG to the path of the kubeconfig, or use --kubeconfig
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(deploy(&environment("shop").replace("namespace: shop", "kubeconfig: $SHOP_KUBECONFIG")), @"
    --- stderr ---
    error: `kubeconfig` must be `{env: ENV}` or `{file: FILE}`
     --> landfall.yaml:6:27
      |
    6 |     target: {kubernetes: {kubeconfig: $SHOP_KUBECONFIG}}
      |                           ^^^^^^^^^^
      |
      = help: What is secret or differs from place to place is not in the repository but in a variable or a file

    error: landfall.yaml of revision 7cf299a cannot be used; nothing was applied
    --- exit status 1 ---
    ");
}
