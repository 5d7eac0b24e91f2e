//! Bindings: the role that they give cannot change.

use super::change;
use crate::shop::Shop;

const BINDING: &str = "apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: readers
  labels: {deploy: $NS}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: reader
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: ada}
";

#[test]
fn the_role_of_a_role_binding() {
    let shop = Shop::open();
    let told = change(&shop, "rolebinding/readers", BINDING, "name: reader\n", "name: writer\n", &[]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:9:9: rolebinding/readers in namespace $NS has changes in fields that cannot be changed
          roleRef.name: "reader" -> "writer"
          if it is replaced: it is deleted and created again at once, and is missing in between
        to go on: undo the change, or replace it: --replace rolebinding/readers, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced, @r#"
    ~ update   configmap/a          base/a.yaml:1:1
    ! replace  rolebinding/readers  base/object.yaml:1:1

    1 to update, 1 to replace

    configmap/a
        data[level]
          - "info"
          + "debug"

    rolebinding/readers
        metadata.annotations[landfall.dev/replace]
          + "allowed"
        roleRef.name
          - "reader"
          + "writer"
        replaced, since roleRef.name cannot be changed: it is deleted and created again at once, and is missing in between
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
}

#[test]
fn the_role_of_a_cluster_role_binding() {
    let shop = Shop::open();
    let binding =
        BINDING.replace("kind: RoleBinding", "kind: ClusterRoleBinding").replace("kind: Role\n", "kind: ClusterRole\n");
    let binding = binding.replace("name: readers", "name: $NS-readers");
    let object = shop.fill("clusterrolebinding/$NS-readers");
    let told = change(&shop, &object, &binding, "name: reader\n", "name: writer\n", &["--replace", &object]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:9:9: clusterrolebinding/$NS-readers has changes in fields that cannot be changed
          roleRef.name: "reader" -> "writer"
          if it is replaced: it is deleted and created again at once, and is missing in between
        to go on: undo the change, or replace it: --replace clusterrolebinding/$NS-readers, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced, @r#"
    ~ update   configmap/a                          base/a.yaml:1:1
    ! replace  clusterrolebinding/$NS-readers  base/object.yaml:1:1

    1 to update, 1 to replace

    configmap/a
        data[level]
          - "info"
          + "debug"

    clusterrolebinding/$NS-readers
        roleRef.name
          - "reader"
          + "writer"
        replaced, since roleRef.name cannot be changed: it is deleted and created again at once, and is missing in between
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
}
