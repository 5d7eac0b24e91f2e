//! What is said of a revision before it is deployed to one host.

use std::{
    fs,
    path::{Path, PathBuf},
};

use landfall_core::{
    catalog::{Catalog, ServedKind},
    desired::{DesiredSet, Scope},
    manifest::{self, ManifestFile},
    schema,
    selector::Selector,
};
use landfall_deploy::target::Review;
use landfall_docker::{
    pod::{EngineFacts, Objects},
    support::review,
};

fn revision(files: Vec<ManifestFile>) -> DesiredSet {
    let mut catalog = Catalog::default();
    for (gvk, kind) in schema::builtin().kinds() {
        let (plural, namespaced) = (kind.plural().to_owned(), kind.namespaced());
        catalog.add(ServedKind { gvk, plural, namespaced, prunable: true });
    }
    let scope =
        Scope { default_namespace: "default".to_owned(), enforce_namespace: false, selector: Selector::default() };
    DesiredSet::resolve(manifest::load(files).unwrap(), &catalog, &scope).unwrap()
}

fn reviewed(files: Vec<ManifestFile>) -> Review {
    let engine = EngineFacts { name: "host".to_owned(), cpus: 8, memory: 16 << 30 };
    review(&revision(files), &Objects::default(), &|_| None, &engine)
}

/// As a plan would tell it.
fn told(review: &Review) -> String {
    let mut lines = Vec::new();
    for (_, refusal) in &review.refusals {
        lines.push(format!("{}: {}", refusal.place.as_deref().unwrap_or("?"), refusal.message));
        lines.extend(refusal.details.iter().map(|detail| format!("  {detail}")));
    }
    lines.extend(review.notes.iter().map(|note| format!("note: {note}")));
    lines.join("\n")
}

/// The manifests of deploy-sourcegraph, or a notice where they are not at hand.
fn snapshot(name: &str) -> Option<Vec<ManifestFile>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/manifests/deploy-sourcegraph").join(name);
    if !path.exists() {
        println!("skipped: there is no {}", path.display());
        return None;
    }
    let mut files = Vec::new();
    read(&path.join("base"), &path, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Some(files)
}

fn read(folder: &Path, root: &Path, files: &mut Vec<ManifestFile>) {
    let entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    for path in entries {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            read(&path, root, files);
        } else if manifest::is_manifest_path(&name) {
            files.push(ManifestFile { path: name, bytes: fs::read(&path).unwrap() });
        }
    }
}

#[test]
fn the_older_snapshot_of_deploy_sourcegraph_is_supported() {
    let Some(files) = snapshot("v2.13.5") else { return };
    insta::assert_snapshot!(told(&reviewed(files)), @r#"
    note: `revisionHistoryLimit` has no effect on one host (base/frontend/sourcegraph-frontend.Deployment.yaml:12:25 and 13 more): the history is Git's and the journal's: no old versions are kept on the engine
    note: `serviceAccountName`, Role, RoleBinding and ServiceAccount have no effect on one host (base/frontend/sourcegraph-frontend.Deployment.yaml:88:27 and 3 more): there is no API server that pods could ask
    note: `accessModes` has no effect on one host (base/gitserver/gitserver.StatefulSet.yaml:77:7 and 4 more): all pods are on the one node
    note: `resources` has no effect on one host (base/gitserver/gitserver.StatefulSet.yaml:79:7 and 4 more): the engine does not limit the size of a volume
    note: `storageClassName` has no effect on one host (base/gitserver/gitserver.StatefulSet.yaml:84:25 and 4 more): all volumes are the engine's
    "#);
}

#[test]
fn the_newer_snapshot_of_deploy_sourcegraph_is_reviewed() {
    let Some(files) = snapshot("v5.0.0") else { return };
    insta::assert_snapshot!(told(&reviewed(files)), @r#"
    note: `revisionHistoryLimit` has no effect on one host (base/blobstore/blobstore.Deployment.yaml:15:25 and 19 more): the history is Git's and the journal's: no old versions are kept on the engine
    note: `terminationMessagePolicy` has no effect on one host (base/blobstore/blobstore.Deployment.yaml:30:35 and 26 more): why a container ended is told by its last log lines
    note: `accessModes` has no effect on one host (base/blobstore/blobstore.PersistentVolumeClaim.yaml:10:3 and 9 more): all pods are on the one node
    note: `resources` has no effect on one host (base/blobstore/blobstore.PersistentVolumeClaim.yaml:12:3 and 9 more): the engine does not limit the size of a volume
    note: `storageClassName` has no effect on one host (base/blobstore/blobstore.PersistentVolumeClaim.yaml:15:21 and 9 more): all volumes are the engine's
    note: `automountServiceAccountToken`, `serviceAccountName`, ServiceAccount, Role, RoleBinding, ClusterRole and ClusterRoleBinding have no effect on one host (base/cadvisor/cadvisor.DaemonSet.yaml:67:37 and 13 more): there is no API server that pods could ask
    note: `kubernetes.io/ingress.class` and `nginx.ingress.kubernetes.io/proxy-body-size` have no effect on one host (base/frontend/sourcegraph-frontend.Ingress.yaml:5:34 and 1 more): it is for another ingress controller; the HTTP entry is Landfall's own
    "#);
}

fn file(text: &str) -> Vec<ManifestFile> {
    vec![ManifestFile { path: "base/all.yaml".to_owned(), bytes: text.as_bytes().to_vec() }]
}

#[test]
fn what_one_host_cannot_do_is_told_at_once_with_its_place() {
    let review = reviewed(file(
        r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: wep}}
    spec:
      nodeSelector: {kubernetes.io/os: windows}
      affinity: {nodeAffinity: {}}
      restartPolicy: Never
      containers:
      - name: web
        image: web:1
        imagePullpolicy: Always
        ports: [{containerPort: 80, hostPort: 80}]
        env:
        - {name: A, valueFrom: {secretKeyRef: {name: gone, key: a}}}
        volumeMounts:
        - {name: data, mountPath: /data}
        - {name: nowhere, mountPath: /nowhere}
        securityContext: {seccompProfile: {type: Localhost, localhostProfile: a.json}}
        resources: {limits: {nvidia.com/gpu: 1}}
      volumes:
      - {name: data, nfs: {server: a, path: /}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec: {schedule: "0 0 * * 7", jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: "a:1"}]}}}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: LoadBalancer
  clusterIP: 10.0.0.10
  loadBalancerSourceRanges: [10.0.0.0/8]
  ports: [{port: 80, protocol: SCTP}]
  selector: {app: web}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {}}
---
apiVersion: v1
kind: Pod
metadata: {name: wrong}
spec: {containers: web}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, annotations: {nginx.ingress.kubernetes.io/auth-url: "http://a/"}}
spec:
  rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 81}}}}]}}]
"#,
    ));
    insta::assert_snapshot!(told(&review), @r#"
    base/all.yaml:6:33: Docker cannot run deployment/web in namespace default: 10 fields cannot be honoured
      base/all.yaml:6:33: spec.selector.matchLabels[app]: is no label of the pods: write it in `spec.template.metadata.labels`, too
      base/all.yaml:10:40: spec.template.spec.nodeSelector[kubernetes.io/os]: asks for a node with windows, but only programs for Linux run here
      base/all.yaml:12:22: spec.template.spec.restartPolicy: must be `Always` in a Deployment
      base/all.yaml:16:26: spec.template.spec.containers[0].imagePullpolicy: unknown field; did you mean `imagePullPolicy`?
      base/all.yaml:17:47: spec.template.spec.containers[0].ports[0].hostPort: asks for port 80/tcp of the host, which ingress/web in namespace default has by spec.rules
      base/all.yaml:19:54: spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef.name: the Secret 'gone' does not exist in namespace default
      base/all.yaml:22:18: spec.template.spec.containers[0].volumeMounts[1].name: the pod has no volume 'nowhere'
      base/all.yaml:23:50: spec.template.spec.containers[0].securityContext.seccompProfile.type: names a file of a node; on one host only `RuntimeDefault` and `Unconfined` can be had
      base/all.yaml:24:46: spec.template.spec.containers[0].resources.limits[nvidia.com/gpu]: cannot be had on one host: only cpu, memory and ephemeral-storage can
      base/all.yaml:26:22: spec.template.spec.volumes[0].nfs: is not supported on one host: storage of a cloud or cluster cannot be mounted; write `persistentVolumeClaim` or `hostPath`
    base/all.yaml:31:18: Docker cannot run cronjob/nightly in namespace default: 2 fields cannot be honoured
      base/all.yaml:31:18: spec.schedule: '7' has the day of the week 7; Sunday is 0
      base/all.yaml:31:63: spec.jobTemplate.spec.template.spec.restartPolicy: must be `OnFailure` or `Never` in a Job
    base/all.yaml:38:14: Docker cannot run service/web in namespace default: 3 fields cannot be honoured
      base/all.yaml:38:14: spec.clusterIP: can only be `None` on one host, but it is `10.0.0.10`: the engine gives addresses; only `None` (headless) can be chosen
      base/all.yaml:39:3: spec.loadBalancerSourceRanges: is not supported on one host: the proxy does not look where clients come from: a port that is to be closed to some would be open to all
      base/all.yaml:40:32: spec.ports[0].protocol: can only be `TCP` or `UDP` on one host, but it is `SCTP`: the proxy speaks TCP and UDP
    base/all.yaml:51:20: Docker cannot run pod/wrong in namespace default: 1 field cannot be honoured
      base/all.yaml:51:20: spec.containers: must be a list, but it is a string
    base/all.yaml:55:75: Docker cannot run ingress/web in namespace default: 2 fields cannot be honoured
      base/all.yaml:55:75: metadata.annotations[nginx.ingress.kubernetes.io/auth-url]: is not supported on one host: the HTTP entry is Landfall's own, which routes by host and path only
      base/all.yaml:57:86: spec.rules[0].http.paths[0].backend.service.port: must be a port of the Service 'web', by number or by name
    note: `affinity` has no effect on one host (base/all.yaml:11:7): there is one node to choose
    note: `localhostProfile` has no effect on one host (base/all.yaml:23:79): only type `Localhost` has one, which is refused
    note: NetworkPolicy has no effect on one host (base/all.yaml:43:1): it is not enforced: all pods of the environment reach each other, as in a cluster whose network plugin has no policies
    note: cronjob/nightly in namespace default (base/all.yaml:30:18) runs only while `landfall serve` runs for this environment
    "#);
}

#[test]
fn what_only_one_can_have_is_told_before_anything_is_done() {
    let review = reviewed(file(
        r#"apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: LoadBalancer, ports: [{port: 80}], selector: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: dns}
spec: {type: NodePort, ports: [{name: a, port: 53, protocol: UDP, nodePort: 30053}, {name: b, port: 53, nodePort: 30053}], selector: {app: dns}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: back, annotations: {landfall.dev/http-port: "8080"}}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: side, annotations: {landfall.dev/http-port: "8081"}}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: agent}
spec:
  replicas: 2
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: a, image: "a:1", ports: [{containerPort: 53, hostPort: 30053}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: other}
spec: {ports: [{port: 80}], selector: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: far}
spec: {type: ExternalName, externalName: example.com}
"#,
    ));
    insta::assert_snapshot!(told(&review), @r#"
    base/all.yaml:23:24: Docker cannot run ingress/side in namespace default: 1 field cannot be honoured
      base/all.yaml:23:24: metadata.annotations: The Ingress 'side' asks for port 8081 by landfall.dev/http-port, and the Ingress 'back' for 8080: an environment has one HTTP entry
    base/all.yaml:30:13: Docker cannot run deployment/agent in namespace default: 2 fields cannot be honoured
      base/all.yaml:30:13: spec.replicas: cannot be 2 on one host, since the pod publishes a port of the host (`hostPort`), which only one pod can have
      base/all.yaml:34:87: spec.template.spec.containers[0].ports[0].hostPort: asks for port 30053/tcp of the host, which service/dns in namespace default has by spec.ports[1].nodePort
    base/all.yaml:38:18: Docker cannot run service/web in namespace other: 1 field cannot be honoured
      base/all.yaml:38:18: metadata.name: is the name of service/web in namespace default, too, and all pods of an environment share one network, where the short name is one Service's; name one of them differently, or make two environments
    base/all.yaml:44:1: Docker cannot run service/far in namespace default: 1 field cannot be honoured
      base/all.yaml:44:1: spec.ports: must list the ports: on one host the name leads to a proxy that passes them to the other host
    "#);
}
