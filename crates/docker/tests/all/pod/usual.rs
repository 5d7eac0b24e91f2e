//! What most pods say.

use landfall_docker::pod::{Label, pod_document};

use super::{bodies, spec};

const WEB: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {note: hello}}
    spec:
      terminationGracePeriodSeconds: 60
      securityContext: {fsGroup: 2000, runAsNonRoot: true}
      hostAliases: [{ip: 10.0.0.9, hostnames: [a.example, b.example]}]
      dnsConfig: {nameservers: [1.1.1.1], searches: [example.org], options: [{name: ndots, value: "2"}, {name: edns0}]}
      containers:
      - name: web
        image: web:1
        command: [/web, --name=$(NAME)]
        args: ["--port", "$(PORT)", "$$(NAME)", "$(MISSING)"]
        workingDir: /srv
        env: [{name: NAME, value: shop}, {name: PORT, value: "8080"}]
        ports: [{containerPort: 8080, name: http}, {containerPort: 53, hostPort: 5353, protocol: UDP, hostIP: 127.0.0.1}]
        resources: {limits: {cpu: 500m, memory: 256Mi}, requests: {cpu: 100m, memory: 64Mi}}
        securityContext:
          runAsUser: 1000
          runAsGroup: 1001
          readOnlyRootFilesystem: true
          allowPrivilegeEscalation: false
          capabilities: {add: [NET_BIND_SERVICE], drop: [ALL]}
        lifecycle: {stopSignal: SIGQUIT, preStop: {exec: {command: [/web, drain]}}}
        volumeMounts:
        - {name: data, mountPath: /data}
        - {name: data, mountPath: /part, subPath: a/b, readOnly: true}
        - {name: logs, mountPath: /var/log/host, readOnly: true, mountPropagation: HostToContainer}
        - {name: scratch, mountPath: /tmp}
        - {name: memory, mountPath: /dev/shm}
      volumes:
      - {name: data, persistentVolumeClaim: {claimName: data}}
      - {name: logs, hostPath: {path: /var/log, type: Directory}}
      - {name: scratch, emptyDir: {}}
      - {name: memory, emptyDir: {medium: Memory, sizeLimit: 64Mi}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
"#;

#[test]
fn a_pod_of_one_container_is_that_container() {
    let pod = spec("Deployment", WEB);
    assert_eq!(pod.sandbox, None);
    insta::assert_snapshot!(bodies(&pod), @r#"
    [
      {
        "body": {
          "Cmd": [
            "--port",
            "8080",
            "$(NAME)",
            "$(MISSING)"
          ],
          "Entrypoint": [
            "/web",
            "--name=shop"
          ],
          "Env": [
            "NAME=shop",
            "PORT=8080"
          ],
          "ExposedPorts": {
            "53/udp": {}
          },
          "HostConfig": {
            "CapAdd": [
              "NET_BIND_SERVICE"
            ],
            "CapDrop": [
              "ALL"
            ],
            "CpuPeriod": 100000,
            "CpuQuota": 50000,
            "CpuShares": 102,
            "Dns": [
              "1.1.1.1"
            ],
            "DnsOptions": [
              "ndots:2",
              "edns0"
            ],
            "DnsSearch": [
              "example.org"
            ],
            "ExtraHosts": [
              "a.example:10.0.0.9",
              "b.example:10.0.0.9"
            ],
            "GroupAdd": [
              "2000"
            ],
            "Memory": 268435456,
            "MemoryReservation": 67108864,
            "MemorySwap": 268435456,
            "Mounts": [
              {
                "ReadOnly": false,
                "Source": "data.volume",
                "Target": "/data",
                "Type": "volume",
                "VolumeOptions": {
                  "NoCopy": true
                }
              },
              {
                "ReadOnly": true,
                "Source": "/volumes/data/_data/a/b",
                "Target": "/part",
                "Type": "bind"
              },
              {
                "BindOptions": {
                  "Propagation": "rslave"
                },
                "ReadOnly": true,
                "Source": "/var/log",
                "Target": "/var/log/host",
                "Type": "bind"
              },
              {
                "ReadOnly": false,
                "Source": "scratch.volume",
                "Target": "/tmp",
                "Type": "volume",
                "VolumeOptions": {
                  "NoCopy": true
                }
              },
              {
                "ReadOnly": false,
                "Source": "memory.volume",
                "Target": "/dev/shm",
                "Type": "volume",
                "VolumeOptions": {
                  "NoCopy": true
                }
              }
            ],
            "NetworkMode": "shop.net",
            "PortBindings": {
              "53/udp": [
                {
                  "HostIp": "127.0.0.1",
                  "HostPort": "5353"
                }
              ]
            },
            "ReadonlyRootfs": true,
            "RestartPolicy": {
              "Name": "always"
            },
            "SecurityOpt": [
              "no-new-privileges"
            ]
          },
          "Hostname": "web-6f9c4b7d5a-x2k8p",
          "Image": "web:1",
          "NetworkingConfig": {
            "EndpointsConfig": {
              "shop.net": {}
            }
          },
          "StopSignal": "SIGQUIT",
          "StopTimeout": 60,
          "User": "1000:1001",
          "WorkingDir": "/srv"
        },
        "name": "web-6f9c4b7d5a-x2k8p.shop"
      }
    ]
    "#);
}

#[test]
fn volumes_are_named_with_what_they_hold() {
    let pod = spec("Deployment", WEB);
    insta::assert_debug_snapshot!(pod.volumes, @r#"
    [
        VolumeSpec {
            name: "data",
            field: "spec.template.spec.volumes[0]",
            kind: Claim(
                ClaimVolume {
                    claim: "data",
                    template: None,
                    read_only: false,
                },
            ),
        },
        VolumeSpec {
            name: "logs",
            field: "spec.template.spec.volumes[1]",
            kind: HostPath(
                HostPath {
                    path: "/var/log",
                    kind: Existing,
                },
            ),
        },
        VolumeSpec {
            name: "scratch",
            field: "spec.template.spec.volumes[2]",
            kind: EmptyDir(
                EmptyDir {
                    memory: false,
                    size_limit: None,
                },
            ),
        },
        VolumeSpec {
            name: "memory",
            field: "spec.template.spec.volumes[3]",
            kind: EmptyDir(
                EmptyDir {
                    memory: true,
                    size_limit: Some(
                        67108864,
                    ),
                },
            ),
        },
    ]
    "#);
}

#[test]
fn a_container_says_what_it_belongs_to() {
    let pod = spec("Deployment", WEB);
    let mut labels = pod.containers[0].labels.clone();
    let document = pod_document(&labels).unwrap();
    assert_eq!(document, pod.document);
    labels.remove(Label::PodDocument.key());
    insta::assert_debug_snapshot!(labels, @r#"
    {
        "app": "web",
        "landfall.dev/container": "web",
        "landfall.dev/environment": "production",
        "landfall.dev/namespace": "shop",
        "landfall.dev/owner-kind": "Deployment",
        "landfall.dev/owner-name": "web",
        "landfall.dev/owner-uid": "owner-uid",
        "landfall.dev/pod": "web-6f9c4b7d5a-x2k8p",
        "landfall.dev/pod-labels": "{\"app\":\"web\",\"pod-template-hash\":\"4786d153e9\"}",
        "landfall.dev/pod-uid": "pod-uid",
        "landfall.dev/role": "main",
        "landfall.dev/template-hash": "4786d153e9",
        "pod-template-hash": "4786d153e9",
    }
    "#);
    insta::assert_snapshot!(document["metadata"], @r#"{"annotations":{"note":"hello"},"labels":{"app":"web","pod-template-hash":"4786d153e9"},"name":"web-6f9c4b7d5a-x2k8p","namespace":"shop","ownerReferences":[{"controller":true,"kind":"Deployment","name":"web","uid":"owner-uid"}],"uid":"pod-uid"}"#);
    assert_eq!(document["spec"]["containers"][0]["image"], "web:1");
}

#[test]
fn a_pod_of_a_set_has_its_number_its_name_and_its_claims() {
    let pod = spec(
        "StatefulSet",
        r#"
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
      - name: db
        image: db@sha256:0
        env:
        - {name: INDEX, valueFrom: {fieldRef: {fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']"}}}
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data, labels: {app: db}}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}
"#,
    );
    insta::assert_snapshot!(bodies(&pod), @r#"
    [
      {
        "body": {
          "Domainname": "db.shop.svc.cluster.local",
          "Env": [
            "INDEX=1"
          ],
          "HostConfig": {
            "Mounts": [
              {
                "ReadOnly": false,
                "Source": "data.volume",
                "Target": "/data",
                "Type": "volume",
                "VolumeOptions": {
                  "NoCopy": true
                }
              }
            ],
            "NetworkMode": "shop.net",
            "RestartPolicy": {
              "Name": "always"
            }
          },
          "Hostname": "db-1",
          "Image": "db@sha256:0",
          "NetworkingConfig": {
            "EndpointsConfig": {
              "shop.net": {
                "Aliases": [
                  "db",
                  "db-1.db",
                  "db-1.db.shop",
                  "db-1.db.shop.svc",
                  "db-1.db.shop.svc.cluster.local",
                  "db.shop",
                  "db.shop.svc",
                  "db.shop.svc.cluster.local"
                ]
              }
            }
          },
          "StopTimeout": 30
        },
        "name": "db-1.shop"
      }
    ]
    "#);
    insta::assert_debug_snapshot!(pod.volumes, @r#"
    [
        VolumeSpec {
            name: "data",
            field: "spec.volumeClaimTemplates[0]",
            kind: Claim(
                ClaimVolume {
                    claim: "data-db-1",
                    template: Some(
                        Object {
                            "apiVersion": String("v1"),
                            "kind": String("PersistentVolumeClaim"),
                            "metadata": Object {
                                "labels": Object {
                                    "app": String("db"),
                                },
                                "name": String("data-db-1"),
                                "namespace": String("shop"),
                            },
                            "spec": Object {
                                "accessModes": Array [
                                    String("ReadWriteOnce"),
                                ],
                                "resources": Object {
                                    "requests": Object {
                                        "storage": String("1Gi"),
                                    },
                                },
                            },
                        },
                    ),
                    read_only: false,
                },
            ),
        },
    ]
    "#);
}

#[test]
fn a_pod_on_the_machines_network_has_no_names_of_its_own() {
    let pod = spec(
        "DaemonSet",
        r#"
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      hostNetwork: true
      hostPID: true
      containers:
      - name: agent
        image: agent:1
        securityContext: {privileged: true}
        ports: [{containerPort: 9100, hostPort: 9100}]
        volumeMounts: [{name: root, mountPath: /host, mountPropagation: Bidirectional}]
      volumes:
      - {name: root, hostPath: {path: /}}
"#,
    );
    insta::assert_snapshot!(bodies(&pod), @r#"
    [
      {
        "body": {
          "Env": [],
          "HostConfig": {
            "Binds": [
              "/:/host:rw,rshared"
            ],
            "NetworkMode": "host",
            "PidMode": "host",
            "Privileged": true,
            "RestartPolicy": {
              "Name": "always"
            }
          },
          "Image": "agent:1",
          "StopTimeout": 30
        },
        "name": "agent-6f9c4b7d5a-x2k8p.shop"
      }
    ]
    "#);
}

#[test]
fn the_images_own_health_check_is_not_run() {
    let pod = spec("Deployment", WEB);
    let body = pod.containers[0].body(&super::facts(&pod)).unwrap();
    assert_eq!(body.healthcheck.unwrap().test.unwrap(), ["NONE"]);
}
