//! Policies of the cluster.

use std::time::{Duration, Instant};

use landfall_bench_cluster::Cluster;

use super::{apply, config_map, workspace};

#[test]
fn a_policy_refuses_objects() {
    let cluster = Cluster::shared();
    let (work, namespace) = workspace();
    let policy = format!(
        "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: owners-{namespace}}}
spec:
  matchConstraints:
    namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {namespace}}}}}
    resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}}]
  matchConditions: [{{name: shop, expression: \"has(object.metadata.labels) && 'deploy' in object.metadata.labels\"}}]
  validations:
  - expression: \"'owner' in object.metadata.labels\"
    message: every object needs a label owner with the name of a team
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: owners-{namespace}}}
spec: {{policyName: owners-{namespace}, validationActions: [Deny]}}
"
    );
    cluster.kubectl_stdin(&["create", "-f", "-"], &policy).ok();
    let probe = config_map("probe");
    let started = Instant::now();
    while cluster.kubectl_stdin(&["create", "--dry-run=server", "-n", &namespace, "-f", "-"], &probe).status.success() {
        assert!(started.elapsed() < Duration::from_secs(60), "the policy does not come into force");
        std::thread::sleep(Duration::from_millis(100));
    }
    let owned = config_map("c").replace("deploy: shop", "deploy: shop, owner: web");
    work.write("base/a.yaml", &config_map("a")).write("base/b.yaml", &config_map("b")).write("base/c.yaml", &owned);
    insta::assert_snapshot!(apply(&work, &namespace).snapshot(), @r#"
    --- stderr ---
    error: This revision is not deployed; nothing was written
      - base/a.yaml:1:1: The cluster would refuse configmap/a in namespace $NS: configmaps "a" is forbidden: ValidatingAdmissionPolicy 'owners-$NS' with binding 'owners-$NS' denied request: every object needs a label owner with the name of a team
        to go on: correct the manifest
      - base/b.yaml:1:1: The cluster would refuse configmap/b in namespace $NS: configmaps "b" is forbidden: ValidatingAdmissionPolicy 'owners-$NS' with binding 'owners-$NS' denied request: every object needs a label owner with the name of a team
        to go on: correct the manifest
    --- exit status 1 ---
    "#);
    super::assert_empty(&namespace);
}
