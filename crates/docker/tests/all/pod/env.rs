//! Variables from everywhere.

use landfall_docker::pod::CreateFault;

use super::{facts, spec};

const ALL: &str = r#"
apiVersion: v1
kind: Pod
metadata: {name: one, labels: {app: one}, annotations: {a.b/c: deep}}
spec:
  serviceAccountName: robot
  containers:
  - name: one
    image: one:1
    args: ["$(IP)", "$(PASSWORD)"]
    resources: {limits: {cpu: 1500m, ephemeral-storage: 2Gi}, requests: {memory: 100Mi}}
    envFrom:
    - {prefix: C_, configMapRef: {name: settings}}
    - {secretRef: {name: keys}}
    - {configMapRef: {name: missing, optional: true}}
    env:
    - {name: PLAIN, value: "$(C_MODE)/$(UNKNOWN)/$$(C_MODE)"}
    - {name: C_MODE, value: over}
    - {name: AFTER, value: $(C_MODE)}
    - {name: EMPTY}
    - {name: URL, value: "http://$(WEB_SERVICE_HOST):$(WEB_SERVICE_PORT_HTTP)/"}
    - {name: PASSWORD, valueFrom: {secretKeyRef: {name: keys, key: TOKEN}}}
    - {name: ONE, valueFrom: {configMapKeyRef: {name: settings, key: MODE}}}
    - {name: NONE, valueFrom: {configMapKeyRef: {name: settings, key: nothing, optional: true}}}
    - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    - {name: NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
    - {name: UID_, valueFrom: {fieldRef: {fieldPath: metadata.uid}}}
    - {name: LABEL, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
    - {name: NOTE, valueFrom: {fieldRef: {fieldPath: "metadata.annotations['a.b/c']"}}}
    - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
    - {name: ACCOUNT, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}}
    - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
    - {name: HOST, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}
    - {name: CPUS, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
    - {name: MILLIS, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}
    - {name: MEMORY, valueFrom: {resourceFieldRef: {resource: requests.memory, divisor: 1Mi}}}
    - {name: MOST, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Gi}}}
    - {name: DISK, valueFrom: {resourceFieldRef: {resource: limits.ephemeral-storage, divisor: 1M}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {MODE: fast, "not a name=": x}
binaryData: {RAW: AAEC}
---
apiVersion: v1
kind: Secret
metadata: {name: keys}
data: {TOKEN: c2VjcmV0LXZhbHVl}
stringData: {OTHER: plain-secret}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
"#;

#[test]
fn variables_come_from_everywhere() {
    let pod = spec("Pod", ALL);
    assert!(pod.needs_address && pod.needs_host_address);
    let body = pod.containers[0].body(&facts(&pod)).unwrap();
    insta::assert_snapshot!(body.env.unwrap().join("\n"), @r#"
    ACCOUNT=robot
    AFTER=over
    CPUS=2
    C_MODE=over
    DISK=2148
    EMPTY=
    HOST=10.1.0.1
    IP=10.1.0.7
    LABEL=one
    MEMORY=100
    MILLIS=1500
    MOST=16
    NAMESPACE=shop
    NODE=machine
    NOTE=deep
    ONE=fast
    OTHER=plain-secret
    PASSWORD=secret-value
    PLAIN=fast/$(UNKNOWN)/$(C_MODE)
    POD=one
    TOKEN=secret-value
    UID_=pod-uid
    URL=http://web:80/
    WEB_PORT=tcp://web:80
    WEB_PORT_80_TCP=tcp://web:80
    WEB_PORT_80_TCP_ADDR=web
    WEB_PORT_80_TCP_PORT=80
    WEB_PORT_80_TCP_PROTO=tcp
    WEB_SERVICE_HOST=web
    WEB_SERVICE_PORT=80
    WEB_SERVICE_PORT_HTTP=80
    "#);
    assert_eq!(body.cmd.unwrap(), ["10.1.0.7", "secret-value"]);
}

#[test]
fn nothing_of_a_secret_is_shown() {
    let shown = format!("{:?}", spec("Pod", ALL));
    assert!(!shown.contains("secret-value") && !shown.contains("plain-secret"), "{shown}");
    assert!(shown.contains("PASSWORD"), "{shown}");
}

#[test]
fn an_address_has_to_be_known_where_it_is_told() {
    let pod = spec("Pod", ALL);
    let facts = landfall_docker::pod::CreateFacts { address: None, ..facts(&pod) };
    assert_eq!(pod.containers[0].body(&facts).err(), Some(CreateFault::NoAddress));
}
