//! Kinds and versions that the cluster does not serve.

use super::{apply, assert_empty, workspace};

fn object(api_version: &str, kind: &str) -> String {
    format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: a, labels: {{deploy: shop}}}}\n")
}

#[test]
fn unknown_kinds_and_versions_that_are_gone() {
    let (work, namespace) = workspace();
    work.write("base/a.yaml", &object("extensions/v1beta1", "Ingress"));
    work.write("base/b.yaml", &object("apps/v1beta2", "Deployment"));
    work.write("base/c.yaml", &object("example.com/v1", "Gadget"));
    work.write("base/d.yaml", &object("v1", "Deploymint"));
    work.write("base/e.yaml", &object("v1", "Deployment"));
    work.write("base/f.yaml", &object("policy/v1beta1", "PodSecurityPolicy"));
    insta::assert_snapshot!(apply(&work, &namespace).snapshot(), @"
    --- stderr ---
    error: The cluster does not serve extensions/v1beta1 Ingress
     --> base/a.yaml:1:13
      |
    1 | apiVersion: extensions/v1beta1
      |             ^^^^^^^^^^^^^^^^^^
      |
      = help: it serves Ingress as networking.k8s.io/v1

    error: The cluster does not serve apps/v1beta2 Deployment any more, or not yet
     --> base/b.yaml:1:13
      |
    1 | apiVersion: apps/v1beta2
      |             ^^^^^^^^^^^^
      |
      = help: it serves Deployment as apps/v1; change apiVersion, and the fields that differ

    error: The cluster does not know the kind example.com/v1 Gadget
     --> base/c.yaml:1:13
      |
    1 | apiVersion: example.com/v1
      |             ^^^^^^^^^^^^^^
      |
      = help: correct apiVersion and kind, or add the CustomResourceDefinition of this kind to the repository or the cluster

    error: The cluster does not know the kind v1 Deploymint
     --> base/d.yaml:1:13
      |
    1 | apiVersion: v1
      |             ^^
      |
      = help: correct apiVersion and kind, or add the CustomResourceDefinition of this kind to the repository or the cluster

    error: The cluster does not serve v1 Deployment
     --> base/e.yaml:1:13
      |
    1 | apiVersion: v1
      |             ^^
      |
      = help: it serves Deployment as apps/v1

    error: The cluster does not know the kind policy/v1beta1 PodSecurityPolicy
     --> base/f.yaml:1:13
      |
    1 | apiVersion: policy/v1beta1
      |             ^^^^^^^^^^^^^^
      |
      = help: correct apiVersion and kind, or add the CustomResourceDefinition of this kind to the repository or the cluster

    error: The manifests have 6 faults; nothing was applied
    --- exit status 1 ---
    ");
    assert_empty(&namespace);
}
