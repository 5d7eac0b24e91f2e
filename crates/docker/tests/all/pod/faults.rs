//! What cannot be translated, all at once.

use landfall_docker::pod::{CreateFacts, CreateFault};

use super::{spec, translated};

#[test]
fn every_fault_of_a_pod_is_told_with_its_field() {
    let faults = translated(
        "Deployment",
        r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: -1
      hostAliases: [{ip: nowhere, hostnames: [a]}]
      imagePullSecrets: [{name: broken}]
      initContainers:
      - {name: first, image: a, readinessProbe: {tcpSocket: {port: 1}}}
      containers:
      - name: web
        imagePullPolicy: Sometimes
        ports: [{containerPort: 80, hostPort: 80}, {containerPort: 81, hostPort: 80}]
        env:
        - {name: "A=B", value: x}
        - {name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: B, valueFrom: {}}
        - {name: C, valueFrom: {fieldRef: {fieldPath: status.phase}}}
        - {name: D, valueFrom: {configMapKeyRef: {name: gone, key: a}}}
        - {name: E, valueFrom: {secretKeyRef: {name: keys, key: gone}}}
        - {name: F, valueFrom: {resourceFieldRef: {resource: limits.ephemeral-storage}}}
        volumeMounts:
        - {name: data, mountPath: /data}
        - {name: data, mountPath: /data/}
        - {name: gone, mountPath: /gone}
        - {name: data, mountPath: /up, subPath: ../up}
        - {name: data, mountPath: /shared, mountPropagation: Bidirectional}
        readinessProbe: {httpGet: {port: http}}
        lifecycle: {preStop: {}}
      volumes:
      - {name: data, persistentVolumeClaim: {claimName: gone}}
      - {name: data, emptyDir: {}}
      - {name: two, emptyDir: {}, configMap: {name: gone}}
      - {name: conf, configMap: {name: gone}}
      - {name: keys, secret: {secretName: keys, items: [{key: gone, path: a}, {key: a, path: ../a}]}}
      - {name: file, hostPath: {path: relative}}
      - {name: made, hostPath: {path: /a, type: FileOrCreate}}
      - {name: huge, emptyDir: {medium: HugePages}}
---
apiVersion: v1
kind: Secret
metadata: {name: keys}
data: {a: YQ==}
---
apiVersion: v1
kind: Secret
metadata: {name: broken}
stringData: {.dockerconfigjson: "{"}
"#,
    );
    insta::assert_snapshot!(faults.unwrap_err().join("\n"), @r#"
    spec.template.spec.terminationGracePeriodSeconds: must be at least 0, but it is -1
    spec.template.spec.hostAliases[0].ip: must be an IP address
    spec.template.spec.containers[0].ports[1].hostPort: is published by another container of the pod already
    spec.template.spec.initContainers[0].readinessProbe: must not be given for an init container without `restartPolicy: Always`
    spec.template.spec.containers[0].image: must name an image
    spec.template.spec.containers[0].env[0].name: must be a name without `=`
    spec.template.spec.containers[0].env[1].valueFrom: must not be given beside `value`
    spec.template.spec.containers[0].env[2].valueFrom: must have one source
    spec.template.spec.containers[0].env[3].valueFrom.fieldRef.fieldPath: `status.phase` is no field that a container can be told by a variable
    spec.template.spec.containers[0].env[4].valueFrom.configMapKeyRef.name: the ConfigMap 'gone' does not exist in namespace shop
    spec.template.spec.containers[0].env[5].valueFrom.secretKeyRef.key: the Secret 'keys' has no key 'gone' with text
    spec.template.spec.containers[0].env[6].valueFrom.resourceFieldRef.resource: has no limit to be told, and the size of the engine's disk is not known
    spec.template.spec.containers[0].volumeMounts[1].mountPath: must be a path that no other volume is mounted at
    spec.template.spec.containers[0].volumeMounts[2].name: the pod has no volume 'gone'
    spec.template.spec.containers[0].volumeMounts[3].subPath: must be a relative path that has no `..`
    spec.template.spec.containers[0].volumeMounts[4].mountPropagation: may only be `Bidirectional` in a privileged container
    spec.template.spec.containers[0].imagePullPolicy: must be one of `Always`, `IfNotPresent`, `Never`, but it is `Sometimes`
    spec.template.spec.containers[0].readinessProbe.httpGet.port: the container has no port named `http`, nor any other name
    spec.template.spec.containers[0].lifecycle.preStop: must have one of `exec`, `httpGet`, `tcpSocket` and `grpc`
    spec.template.spec.volumes[0].persistentVolumeClaim.claimName: the PersistentVolumeClaim 'gone' does not exist in namespace shop
    spec.template.spec.volumes[1].name: must be a name that no other volume of the pod has
    spec.template.spec.volumes[2]: must have one kind, not several
    spec.template.spec.volumes[3].configMap.name: the ConfigMap 'gone' does not exist in namespace shop
    spec.template.spec.volumes[4].secret.items[0].key: the Secret 'keys' has no key 'gone'
    spec.template.spec.volumes[4].secret.items[1].path: must be a relative path that has no `..`
    spec.template.spec.volumes[5].hostPath.path: must be an absolute path without `..`
    spec.template.spec.volumes[6].hostPath.type: cannot be had: the engine makes folders, not files; make the file, and write `File`
    spec.template.spec.volumes[7].emptyDir.medium: must be `Memory` or not given: pages of other sizes cannot be had
    spec.template.spec.imagePullSecrets[0].name: the Secret holds no registry credentials: `.dockerconfigjson` or `.dockercfg` in JSON
    "#);
}

#[test]
fn a_container_that_must_not_be_root_is_not_created_as_root() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec:\n  securityContext: {runAsNonRoot: true}\n  \
                containers: [{name: a, image: a}]";
    let pod = spec("Pod", text);
    for (user, expected) in [
        ("", Some(CreateFault::Root)),
        ("0", Some(CreateFault::Root)),
        ("0:0", Some(CreateFault::Root)),
        ("1000", None),
        ("1000:0", None),
        ("app", Some(CreateFault::UnknownUser("app".to_owned()))),
        ("root:root", Some(CreateFault::UnknownUser("root".to_owned()))),
    ] {
        let facts = CreateFacts { image_user: user.to_owned(), ..CreateFacts::default() };
        assert_eq!(pod.containers[0].body(&facts).err(), expected, "{user}");
    }
}

#[test]
fn a_group_goes_with_the_user_of_the_image() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec:\n  securityContext: {runAsGroup: 7}\n  \
                containers: [{name: a, image: a}]";
    let pod = spec("Pod", text);
    for (user, expected) in [("", "0:7"), ("app", "app:7"), ("5:6", "5:7")] {
        let facts = CreateFacts { image_user: user.to_owned(), ..CreateFacts::default() };
        assert_eq!(pod.containers[0].body(&facts).unwrap().user.as_deref(), Some(expected), "{user}");
    }
}

#[test]
fn fields_that_contradict_each_other_are_refused() {
    for (text, expected) in [
        (
            "hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet, containers: [{name: a, image: a}]",
            "spec.dnsPolicy: cannot be had with `hostNetwork`: names of Services are known in the engine's network only; \
             write `Default` if the pod asks for none",
        ),
        (
            "containers: [{name: a, image: a, volumeMounts: [{name: m, mountPath: /m, subPath: a}]}], volumes: [{name: m, \
             emptyDir: {medium: Memory}}]",
            "spec.containers[0].volumeMounts[0].subPath: cannot be a part of a volume in memory: the engine makes it with \
             the container",
        ),
        ("containers: []", "spec.containers: must have at least one container"),
    ] {
        let text = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: one}}\nspec: {{{text}}}");
        assert_eq!(translated("Pod", &text).unwrap_err(), [expected]);
    }
}
