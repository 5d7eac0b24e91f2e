//! Pods of several containers.

use landfall_docker::pod::{Restart, Role};

use super::{bodies, spec};

const SHARED: &str = r#"
apiVersion: batch/v1
kind: Job
metadata: {name: load}
spec:
  template:
    spec:
      restartPolicy: OnFailure
      shareProcessNamespace: true
      initContainers:
      - {name: prepare, image: "load:1", volumeMounts: [{name: work, mountPath: /work}]}
      - {name: mesh, image: "mesh:1", restartPolicy: Always}
      containers:
      - {name: load, image: "load:1", volumeMounts: [{name: work, mountPath: /work}]}
      volumes:
      - {name: work, emptyDir: {medium: Memory}}
"#;

#[test]
fn several_containers_join_a_sandbox() {
    let pod = spec("Job", SHARED);
    let roles: Vec<(&str, Role, Restart)> =
        pod.init.iter().chain(&pod.containers).map(|one| (one.name.as_str(), one.role, one.restart)).collect();
    assert_eq!(
        roles,
        [
            ("prepare", Role::Init, Restart::OnFailure),
            ("mesh", Role::Sidecar, Restart::Always),
            ("load", Role::Main, Restart::OnFailure),
        ]
    );
    insta::assert_snapshot!(bodies(&pod), @r#"
    [
      {
        "body": {
          "Entrypoint": [
            "/landfall",
            "proxy",
            "pause"
          ],
          "HostConfig": {
            "IpcMode": "shareable",
            "Mounts": [
              {
                "ReadOnly": true,
                "Source": "work.volume",
                "Target": "/volumes/work",
                "Type": "volume",
                "VolumeOptions": {
                  "NoCopy": true
                }
              }
            ],
            "NetworkMode": "shop.net",
            "RestartPolicy": {
              "Name": "unless-stopped"
            }
          },
          "Hostname": "load-6f9c4b7d5a-x2k8p",
          "Image": "landfall:0",
          "NetworkingConfig": {
            "EndpointsConfig": {
              "shop.net": {}
            }
          }
        },
        "name": "load-6f9c4b7d5a-x2k8p.shop"
      },
      {
        "body": {
          "Env": [],
          "HostConfig": {
            "IpcMode": "container:load-6f9c4b7d5a-x2k8p.shop",
            "Mounts": [
              {
                "ReadOnly": false,
                "Source": "work.volume",
                "Target": "/work",
                "Type": "volume",
                "VolumeOptions": {
                  "NoCopy": true
                }
              }
            ],
            "NetworkMode": "container:load-6f9c4b7d5a-x2k8p.shop",
            "PidMode": "container:load-6f9c4b7d5a-x2k8p.shop",
            "RestartPolicy": {
              "Name": "on-failure"
            }
          },
          "Image": "load:1",
          "StopTimeout": 30
        },
        "name": "load-6f9c4b7d5a-x2k8p.shop.prepare"
      },
      {
        "body": {
          "Env": [],
          "HostConfig": {
            "IpcMode": "container:load-6f9c4b7d5a-x2k8p.shop",
            "NetworkMode": "container:load-6f9c4b7d5a-x2k8p.shop",
            "PidMode": "container:load-6f9c4b7d5a-x2k8p.shop",
            "RestartPolicy": {
              "Name": "always"
            }
          },
          "Image": "mesh:1",
          "StopTimeout": 30
        },
        "name": "load-6f9c4b7d5a-x2k8p.shop.mesh"
      },
      {
        "body": {
          "Env": [],
          "HostConfig": {
            "IpcMode": "container:load-6f9c4b7d5a-x2k8p.shop",
            "Mounts": [
              {
                "ReadOnly": false,
                "Source": "work.volume",
                "Target": "/work",
                "Type": "volume",
                "VolumeOptions": {
                  "NoCopy": true
                }
              }
            ],
            "NetworkMode": "container:load-6f9c4b7d5a-x2k8p.shop",
            "PidMode": "container:load-6f9c4b7d5a-x2k8p.shop",
            "RestartPolicy": {
              "Name": "on-failure"
            }
          },
          "Image": "load:1",
          "StopTimeout": 30
        },
        "name": "load-6f9c4b7d5a-x2k8p.shop.load"
      }
    ]
    "#);
}

/// The template of one pod.
fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: one}}\nspec:\n{spec}")
}

#[test]
fn a_sandbox_is_made_only_where_it_is_needed() {
    for (text, is_needed) in [
        ("  containers: [{name: a, image: a}]", false),
        ("  initContainers: [{name: i, image: i}]\n  containers: [{name: a, image: a}]", false),
        ("  containers: [{name: a, image: a}, {name: b, image: b}]", true),
        ("  initContainers: [{name: i, image: i, restartPolicy: Always}]\n  containers: [{name: a, image: a}]", true),
        ("  shareProcessNamespace: true\n  containers: [{name: a, image: a}]", true),
        (
            "  containers: [{name: a, image: a, env: [{name: A, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]}]",
            true,
        ),
        (
            "  hostNetwork: true\n  containers: [{name: a, image: a, env: [{name: A, valueFrom: {fieldRef: {fieldPath: \
             status.podIP}}}]}]",
            false,
        ),
        (
            "  containers: [{name: a, image: a, volumeMounts: [{name: m, mountPath: /m}]}]\n  volumes: [{name: m, \
             emptyDir: {medium: Memory}}]",
            false,
        ),
        (
            "  initContainers: [{name: i, image: i, volumeMounts: [{name: m, mountPath: /m}]}]\n  containers: [{name: a, \
             image: a, volumeMounts: [{name: m, mountPath: /m}]}]\n  volumes: [{name: m, emptyDir: {medium: Memory}}]",
            true,
        ),
    ] {
        let pod = spec("Pod", &pod(text));
        assert_eq!(pod.sandbox.is_some(), is_needed, "{text}");
        let name = &pod.containers[0].engine_name;
        assert_eq!(name, if is_needed { "one.shop.a" } else { "one.shop" }, "{text}");
    }
}

#[test]
fn an_init_container_without_a_sandbox_is_found_by_nobody() {
    let text = pod(
        "  initContainers: [{name: i, image: i}]\n  hostname: web\n  subdomain: all\n  containers: [{name: a, image: \
                    a, ports: [{containerPort: 80, hostPort: 80}]}]",
    );
    insta::assert_snapshot!(bodies(&spec("Pod", &text)), @r#"
    [
      {
        "body": {
          "Domainname": "all.shop.svc.cluster.local",
          "Env": [],
          "HostConfig": {
            "NetworkMode": "shop.net",
            "RestartPolicy": {
              "Name": "on-failure"
            }
          },
          "Hostname": "web",
          "Image": "i",
          "NetworkingConfig": {
            "EndpointsConfig": {
              "shop.net": {}
            }
          },
          "StopTimeout": 30
        },
        "name": "one.shop.i"
      },
      {
        "body": {
          "Domainname": "all.shop.svc.cluster.local",
          "Env": [],
          "ExposedPorts": {
            "80/tcp": {}
          },
          "HostConfig": {
            "NetworkMode": "shop.net",
            "PortBindings": {
              "80/tcp": [
                {
                  "HostPort": "80"
                }
              ]
            },
            "RestartPolicy": {
              "Name": "always"
            }
          },
          "Hostname": "web",
          "Image": "a",
          "NetworkingConfig": {
            "EndpointsConfig": {
              "shop.net": {
                "Aliases": [
                  "web.all",
                  "web.all.shop",
                  "web.all.shop.svc",
                  "web.all.shop.svc.cluster.local"
                ]
              }
            }
          },
          "StopTimeout": 30
        },
        "name": "one.shop"
      }
    ]
    "#);
}

#[test]
fn a_sandbox_has_the_machines_network_for_all() {
    let text = pod(
        "  hostNetwork: true\n  hostAliases: [{ip: 10.0.0.9, hostnames: [a]}]\n  containers: [{name: a, image: a}, \
                    {name: b, image: b}]",
    );
    let pod = spec("Pod", &text);
    let sandbox = pod.sandbox.as_ref().unwrap().body("landfall:0", &super::facts(&pod).volumes).unwrap();
    let host = sandbox.host_config.unwrap();
    assert_eq!((host.network_mode.as_deref(), host.extra_hosts), (Some("host"), Some(vec!["a:10.0.0.9".to_owned()])));
    let container = pod.containers[1].body(&super::facts(&pod)).unwrap().host_config.unwrap();
    assert_eq!(container.network_mode.as_deref(), Some("container:one.shop"));
}
