//! Starting one API server.

use std::fs;
use std::net::{IpAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use crate::etcd::etcd_url;
use crate::keeper::keeper;
use crate::kubectl;
use crate::ports::free_port;
use crate::programs::program;
use crate::users;

const PATIENCE: Duration = Duration::from_secs(120);

/// An API server with its own prefix in etcd.
pub(crate) struct ApiServer {
    /// The keeper's name of the program.
    name: String,
    address: IpAddr,
    port: u16,
}

impl ApiServer {
    /// Writes the keys and users into the folder, and starts the server without waiting for it.
    pub(crate) fn start(id: &str, folder: &Path, address: IpAddr, services: &str, flags: Vec<String>) -> Self {
        let port = free_port(address);
        let file = |name: &str| folder.join(name).display().to_string();
        fs::write(folder.join("tokens.csv"), users::tokens_csv()).expect("the cluster's folder is writable");
        let key = rcgen::KeyPair::generate().expect("a key pair can be made");
        fs::write(folder.join("sa.key"), key.serialize_pem()).expect("the cluster's folder is writable");
        fs::write(folder.join("sa.pub"), key.public_key_pem()).expect("the cluster's folder is writable");
        fs::write(folder.join("audit.yaml"), AUDIT_POLICY).expect("the cluster's folder is writable");
        let mut command = vec![
            program("kube-apiserver").display().to_string(),
            format!("--etcd-servers={}", etcd_url()),
            format!("--etcd-prefix=/{id}"),
            format!("--cert-dir={}", file("certs")),
            format!("--bind-address={address}"),
            format!("--advertise-address={address}"),
            format!("--secure-port={port}"),
            "--authorization-mode=RBAC".to_owned(),
            "--allow-privileged=true".to_owned(),
            format!("--token-auth-file={}", file("tokens.csv")),
            "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
            format!("--service-account-signing-key-file={}", file("sa.key")),
            format!("--service-account-key-file={}", file("sa.pub")),
            format!("--service-cluster-ip-range={services}"),
            "--kubelet-preferred-address-types=InternalIP".to_owned(),
            format!("--audit-policy-file={}", file("audit.yaml")),
            format!("--audit-log-path={}", file("audit.log")),
            // Ends open watches at once when it is stopped.
            "--shutdown-delay-duration=0s".to_owned(),
            "--profiling=false".to_owned(),
        ];
        if address.is_loopback() {
            // The endpoints of the Service `kubernetes` may not be a loopback address.
            command.push("--endpoint-reconciler-type=none".to_owned());
        }
        command.extend(flags);
        let name = format!("{id}/kube-apiserver");
        keeper().run(&name, folder, &command);
        Self { name, address, port }
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("https://{}:{}", self.address, self.port)
    }

    /// Waits until the server says that it is ready and has made its own namespaces.
    pub(crate) fn wait_until_ready(&self, kubeconfig: &Path) {
        let ready = || {
            TcpStream::connect((self.address, self.port)).is_ok()
                && kubectl::run(kubeconfig, &["get", "--raw", "/readyz"], None).status.success()
                && kubectl::run(kubeconfig, &["get", "--raw", "/api/v1/namespaces/default"], None).status.success()
        };
        keeper().wait_for(&self.name, PATIENCE, ready);
    }

    /// Starts a stopped server again, on the same port.
    pub(crate) fn start_again(&self) {
        keeper().start_again(&self.name);
    }

    /// Stops the server as a machine's shutdown would.
    pub(crate) fn stop(&self) {
        keeper().stop(&self.name, Duration::from_secs(5));
    }

    /// Kills the server.
    pub(crate) fn kill(&self) {
        keeper().stop(&self.name, Duration::ZERO);
    }
}

/// One line for each answered request, without bodies. Requests of the control plane itself are left out.
const AUDIT_POLICY: &str = "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  userGroups: ['system:nodes', 'system:serviceaccounts']
- level: None
  users: ['system:apiserver', 'bench:control-plane']
- level: Metadata
";
