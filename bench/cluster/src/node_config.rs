//! The files that a real node's programs read.

use std::fs;
use std::path::Path;

use crate::node;

/// The image of every pod's sandbox, as containerd names it.
pub(crate) const PAUSE_IMAGE: &str = "docker.io/landfall-bench/pause:1";

/// Writes the configuration of containerd, of the pods' network, of the kubelet, of kube-proxy and of CoreDNS into the node's folder.
pub(crate) fn write(folder: &Path, number: u8, cgroup: &str) {
    let path = folder.display().to_string();
    let write = |name: &str, text: String| {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().expect("it is below the folder")).expect("the node's folder is writable");
        fs::write(file, text).expect("the node's folder is writable");
    };
    write("containerd.toml", containerd(&path));
    write("cni/10-bench.conflist", cni(&path, number));
    write("kubelet.yaml", kubelet(&path, number, cgroup));
    write("kube-proxy.yaml", kube_proxy(&path, number));
    write("Corefile", corefile(&path, number));
    // No name server: a name of a registry that does not exist is refused at once instead of after a long wait.
    write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n".to_owned());
    fs::create_dir_all(folder.join("registries")).expect("the node's folder is writable");
}

/// The snapshotter `native` copies files, which is cheap for our images and works on every file system.
fn containerd(path: &str) -> String {
    format!(
        r#"version = 3
root = "{path}/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.nri.v1.nri", "io.containerd.tracing.processor.v1.otlp"]

[grpc]
address = "{path}/containerd.sock"

[ttrpc]
address = "/run/containerd.ttrpc.sock"

[plugins."io.containerd.cri.v1.images"]
snapshotter = "native"

[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "{PAUSE_IMAGE}"

[plugins."io.containerd.cri.v1.images".registry]
config_path = "{path}/registries"

[plugins."io.containerd.cri.v1.runtime"]
restrict_oom_score_adj = true

[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["/usr/lib/cni"]
conf_dir = "{path}/cni"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
SystemdCgroup = false

[plugins."io.containerd.transfer.v1.local"]
unpack_config = [{{ platform = "linux", snapshotter = "native", differ = "" }}]
"#
    )
}

fn cni(path: &str, number: u8) -> String {
    format!(
        r#"{{
  "cniVersion": "1.0.0",
  "name": "bench",
  "plugins": [
    {{
      "type": "bridge",
      "bridge": "cni0",
      "isGateway": true,
      "ipMasq": false,
      "hairpinMode": true,
      "ipam": {{
        "type": "host-local",
        "dataDir": "{path}/lib/cni/networks",
        "ranges": [[{{"subnet": "10.201.{number}.128/25"}}]],
        "routes": [{{"dst": "0.0.0.0/0"}}]
      }}
    }},
    {{"type": "portmap", "capabilities": {{"portMappings": true}}}}
  ]
}}
"#
    )
}

fn kubelet(path: &str, number: u8, cgroup: &str) -> String {
    format!(
        r#"apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: cgroupfs
cgroupRoot: "{cgroup}"
failCgroupV1: false
failSwapOn: false
containerRuntimeEndpoint: "unix://{path}/containerd.sock"
resolvConf: "{path}/resolv.conf"
clusterDNS: ["10.201.{number}.2"]
clusterDomain: cluster.local
makeIPTablesUtilChains: false
oomScoreAdj: 0
enforceNodeAllocatable: []
localStorageCapacityIsolation: false
# The disk is the machine's: how full it is says nothing about the pods, and a deleted image cannot be pulled again.
imageGCHighThresholdPercent: 100
evictionHard: {{memory.available: 50Mi, nodefs.available: 1%, nodefs.inodesFree: 1%, imagefs.available: 1%}}
serializeImagePulls: false
registryPullQPS: 0
maxPods: 120
authentication: {{anonymous: {{enabled: true}}, webhook: {{enabled: false}}}}
authorization: {{mode: AlwaysAllow}}
"#
    )
}

/// The connection limits of the machine are left as they are. Pods' requests to Services keep their address.
fn kube_proxy(path: &str, number: u8) -> String {
    format!(
        r#"apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {{kubeconfig: "{path}/kubeconfig"}}
hostnameOverride: {name}
mode: iptables
clusterCIDR: 10.201.{number}.128/25
conntrack: {{maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}}
iptables: {{minSyncPeriod: 100ms}}
"#,
        name = node::NAME
    )
}

/// Names of the cluster and no others: there is nobody to ask.
fn corefile(path: &str, number: u8) -> String {
    format!(
        r#".:53 {{
  bind 10.201.{number}.2
  errors
  kubernetes cluster.local {{
    kubeconfig {path}/kubeconfig
    ttl 1
  }}
}}
"#
    )
}
