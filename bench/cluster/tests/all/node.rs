//! A real node: real containers.

use landfall_bench_cluster::{Cluster, Image, can_run_real_node, http::get};

use crate::eventually;

/// Two replicas of the web server, a pod whose image does not exist, and one that takes more memory than it may.
const MANIFESTS: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 2
      containers:
      - name: web
        image: landfall-bench/web:v1
        readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: missing}
spec: {containers: [{name: main, image: 'registry.invalid/missing:1'}]}
---
apiVersion: v1
kind: Pod
metadata: {name: hog}
spec:
  containers:
  - name: main
    image: landfall-bench/web:v1
    env: [{name: MEMORY_MB, value: '100'}]
    resources: {limits: {memory: 40Mi}}
";

#[test]
fn a_real_node_runs_containers() {
    if !can_run_real_node() {
        return;
    }
    let cluster = Cluster::builder().real_node(true).start();
    let namespace = cluster.namespace();
    let kubectl = |args: &[&str]| cluster.kubectl(&[&["-n", &namespace], args].concat());
    cluster.import(&Image::web("landfall-bench/web:v1"));
    cluster.kubectl_stdin(&["apply", "-n", &namespace, "-f", "-"], MANIFESTS).ok();
    kubectl(&["rollout", "status", "deployment/web", "--timeout=60s"]).ok();

    let template = "jsonpath={range .items[*]}{.status.podIP}{'\\n'}{end}";
    let addresses = kubectl(&["get", "pods", "-l", "app=web", "-o", template]).ok();
    assert_eq!(addresses.lines().count(), 2, "{addresses}");
    for address in addresses.lines() {
        let answer = get(&format!("{address}:8080"), "/").unwrap();
        assert!(answer.contains("\r\n\r\nv1 web-"), "{answer}");
    }
    let slices = kubectl(&["get", "endpointslices", "-l", "kubernetes.io/service-name=web"]).ok();
    assert!(addresses.lines().all(|address| slices.contains(address)), "{slices}");
    let service =
        kubectl(&["get", "service", "web", "-o", "jsonpath={.spec.clusterIP} {.spec.ports[0].nodePort}"]).ok();
    let (address, port) = service.split_once(' ').unwrap();
    for target in [format!("{address}:80"), format!("{}:{port}", cluster.node_address())] {
        let answer = eventually("the Service answers", || get(&target, "/"));
        assert!(answer.contains("v1 web-"), "{target}: {answer}");
    }
    let pod = format!("{}:8080", addresses.lines().next().unwrap());
    for name in ["web".to_owned(), format!("web.{namespace}"), format!("web.{namespace}.svc.cluster.local")] {
        let answer = eventually("the name is resolved", || get(&pod, &format!("/get?http://{name}/")));
        assert!(answer.contains("v1 web-"), "{name}: {answer}");
    }
    let answer = get(&pod, "/get?http://registry.invalid/").unwrap();
    assert!(answer.starts_with("HTTP/1.0 502") && answer.contains("lookup registry.invalid"), "{answer}");
    assert!(kubectl(&["logs", "deployment/web"]).ok().contains("version v1 starts"));
    eventually("the missing image is reported", || {
        let pod = kubectl(&["get", "pod", "missing"]).ok();
        if pod.contains("ErrImagePull") || pod.contains("ImagePullBackOff") { Ok(()) } else { Err(pod) }
    });
    let reason = "jsonpath={.status.containerStatuses[0].lastState.terminated.reason}";
    eventually("the container that takes too much memory is killed", || {
        match kubectl(&["get", "pod", "hog", "-o", reason]).ok() {
            answer if answer == "OOMKilled" => Ok(()),
            answer => Err(answer),
        }
    });

    cluster.import(&Image::web("landfall-bench/web:v2"));
    kubectl(&["set", "image", "deployment/web", "web=landfall-bench/web:v2"]).ok();
    kubectl(&["rollout", "status", "deployment/web", "--timeout=60s"]).ok();
}
