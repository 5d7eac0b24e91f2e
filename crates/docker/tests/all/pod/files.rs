//! Files of ConfigMaps, Secrets and the pod itself.

use landfall_docker::pod::{FilesVolume, PodSpec, VolumeKind};

use super::spec;

const FILES: &str = r#"
apiVersion: v1
kind: Pod
metadata: {name: one, labels: {app: one, tier: x}}
spec:
  containers:
  - name: one
    image: one:1
    resources: {limits: {memory: 64Mi}}
    volumeMounts:
    - {name: all, mountPath: /all}
    - {name: some, mountPath: /some}
    - {name: secret, mountPath: /secret}
    - {name: pod, mountPath: /pod}
    - {name: mixed, mountPath: /mixed}
    - {name: maybe, mountPath: /maybe}
  volumes:
  - {name: all, configMap: {name: settings}}
  - {name: some, configMap: {name: settings, defaultMode: 0640, items: [{key: a.conf, path: deep/a}, {key: b.conf, path: b, mode: 0755}]}}
  - {name: secret, secret: {secretName: keys, defaultMode: 0400}}
  - name: pod
    downwardAPI:
      items:
      - {path: labels, fieldRef: {fieldPath: metadata.labels}}
      - {path: memory, resourceFieldRef: {containerName: one, resource: limits.memory, divisor: 1Mi}}
  - name: mixed
    projected:
      sources:
      - {configMap: {name: settings, items: [{key: a.conf, path: a}]}}
      - {secret: {name: keys, items: [{key: token, path: a}]}}
      - {downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.name}}]}}
      - {secret: {name: missing, optional: true}}
  - {name: maybe, configMap: {name: missing, optional: true}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {a.conf: "a\n", b.conf: b}
binaryData: {raw: AAEC}
---
apiVersion: v1
kind: Secret
metadata: {name: keys}
data: {token: c2VjcmV0}
"#;

fn volume<'a>(pod: &'a PodSpec, name: &str) -> &'a FilesVolume {
    match &pod.volumes.iter().find(|volume| volume.name == name).unwrap().kind {
        VolumeKind::Files(files) => files,
        other => panic!("{other:?}"),
    }
}

/// One line a file.
fn listed(pod: &PodSpec) -> String {
    let mut lines = Vec::new();
    for name in ["all", "some", "secret", "pod", "mixed", "maybe"] {
        let files = volume(pod, name);
        lines.push(format!("{name}: group {}, folders {:o}", files.group, files.folder_mode));
        for file in &files.files {
            lines.push(format!("  {} {:o} {:?}", file.path, file.mode, String::from_utf8_lossy(&file.content.0)));
        }
    }
    lines.join("\n")
}

#[test]
fn files_have_the_paths_modes_and_content_that_the_kubelet_gives_them() {
    let pod = spec("Pod", FILES);
    assert!(pod.containers[0].mounts.iter().all(|mount| mount.read_only));
    insta::assert_snapshot!(listed(&pod), @r#"
    all: group 0, folders 755
      a.conf 644 "a\n"
      b.conf 644 "b"
      raw 644 "\0\u{1}\u{2}"
    some: group 0, folders 755
      b 755 "b"
      deep/a 640 "a\n"
    secret: group 0, folders 755
      token 400 "secret"
    pod: group 0, folders 755
      labels 644 "app=\"one\"\ntier=\"x\""
      memory 644 "64"
    mixed: group 0, folders 755
      a 644 "secret"
      name 644 "one"
    maybe: group 0, folders 755
    "#);
}

#[test]
fn a_group_of_the_pod_can_read_its_files() {
    let pod = spec("Pod", &FILES.replace("  containers:\n", "  securityContext: {fsGroup: 2000}\n  containers:\n"));
    let files = volume(&pod, "secret");
    assert_eq!((files.group, files.folder_mode, files.files[0].mode), (2000, 0o2755, 0o440));
}

#[test]
fn a_digest_tells_whether_files_have_to_be_written_anew() {
    let (pod, same) = (spec("Pod", FILES), spec("Pod", FILES));
    let other = spec("Pod", &FILES.replace("b.conf: b}", "b.conf: c}"));
    assert_eq!(volume(&pod, "all").digest, volume(&same, "all").digest);
    assert_ne!(volume(&pod, "all").digest, volume(&other, "all").digest);
    assert_eq!(volume(&pod, "secret").digest, volume(&other, "secret").digest);
}
