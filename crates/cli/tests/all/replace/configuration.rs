//! ConfigMaps and Secrets that say of themselves that they cannot change.

use super::change;
use crate::shop::{Shop, config_map};

#[test]
fn the_data_of_an_immutable_config_map() {
    let shop = Shop::open();
    let settings = config_map("settings") + "immutable: true\n";
    let told = change(&shop, "configmap/settings", &settings, "level: info", "level: debug", &[]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:7:10: configmap/settings in namespace $NS has changes in fields that cannot be changed
          data[level]: "info" -> "debug"
          if it is replaced: it is deleted and created again at once, and is missing in between
        to go on: undo the change, or replace it: --replace configmap/settings, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced, @r#"
    ~ update   configmap/a         base/a.yaml:1:1
    ! replace  configmap/settings  base/object.yaml:1:1

    1 to update, 1 to replace

    configmap/a
        data[level]
          - "info"
          + "debug"

    configmap/settings
        data[level]
          - "info"
          + "debug"
        metadata.annotations[landfall.dev/replace]
          + "allowed"
        replaced, since data[level] cannot be changed: it is deleted and created again at once, and is missing in between
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
}

const SECRET: &str = "apiVersion: v1
kind: Secret
metadata:
  name: password
  labels: {deploy: $NS}
type: Opaque
immutable: true
stringData:
  password: hunter2
";

#[test]
fn the_data_of_an_immutable_secret() {
    let shop = Shop::open();
    let told = change(&shop, "secret/password", SECRET, "hunter2", "hunter3", &["--replace", "secret/password"]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:1:1: secret/password in namespace $NS has changes in fields that cannot be changed
          data[password]: "(hidden)" -> "(hidden)"
          if it is replaced: it is deleted and created again at once, and is missing in between
        to go on: undo the change, or replace it: --replace secret/password, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced, @r#"
    ~ update   configmap/a      base/a.yaml:1:1
    ! replace  secret/password  base/object.yaml:1:1

    1 to update, 1 to replace

    configmap/a
        data[level]
          - "info"
          + "debug"

    secret/password
        data[password]
          ~ (hidden)
        replaced, since data[password] cannot be changed: it is deleted and created again at once, and is missing in between
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
    for text in ["hunter", "aHVudGVy"] {
        assert!(!told.refused.contains(text) && !told.replaced.contains(text));
    }
}

#[test]
fn the_type_of_a_secret() {
    let shop = Shop::open();
    let secret = SECRET.replace("immutable: true\n", "");
    let told = change(&shop, "secret/password", &secret, "type: Opaque", "type: example.com/other", &[]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:6:7: secret/password in namespace $NS has changes in fields that cannot be changed
          type: "Opaque" -> "example.com/other"
          if it is replaced: it is deleted and created again at once, and is missing in between
        to go on: undo the change, or replace it: --replace secret/password, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced, @r#"
    ~ update   configmap/a      base/a.yaml:1:1
    ! replace  secret/password  base/object.yaml:1:1

    1 to update, 1 to replace

    configmap/a
        data[level]
          - "info"
          + "debug"

    secret/password
        metadata.annotations[landfall.dev/replace]
          + "allowed"
        type
          - "Opaque"
          + "example.com/other"
        replaced, since type cannot be changed: it is deleted and created again at once, and is missing in between
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
}
