//! Simulated nodes: pods become ready without containers, hundreds at a time.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;

use crate::keeper::keeper;
use crate::ports::free_port;
use crate::programs::program;

/// What the simulation does; see the file for the labels that make pods fail.
const STAGES: &str = include_str!("kwok_stages.yaml");

/// Starts kwok without waiting.
pub(crate) fn start(id: &str, folder: &Path, kubeconfig: &Path) {
    let stages = folder.join("kwok_stages.yaml");
    fs::write(&stages, STAGES).expect("the cluster's folder is writable");
    let command = [
        program("kwok").display().to_string(),
        format!("--kubeconfig={}", kubeconfig.display()),
        format!("--config={}", stages.display()),
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake".to_owned(),
        format!("--server-address=127.0.0.1:{}", free_port(Ipv4Addr::LOCALHOST.into())),
        "--node-lease-duration-seconds=40".to_owned(),
    ];
    keeper().run(&format!("{id}/kwok"), folder, &command);
}

/// The manifest of so many simulated nodes `kwok-1`, `kwok-2`, ...
pub(crate) fn nodes(count: u32) -> String {
    let node = |number: u32| {
        format!(
            r#"---
apiVersion: v1
kind: Node
metadata:
  name: kwok-{number}
  annotations:
    kwok.x-k8s.io/node: fake
  labels:
    kubernetes.io/hostname: kwok-{number}
    kubernetes.io/os: linux
    kubernetes.io/arch: amd64
    type: kwok
status:
  capacity: {{cpu: "256", memory: 1Ti, pods: "1000", ephemeral-storage: 1Ti}}
  allocatable: {{cpu: "256", memory: 1Ti, pods: "1000", ephemeral-storage: 1Ti}}
"#
        )
    };
    (1..=count).map(node).collect()
}
