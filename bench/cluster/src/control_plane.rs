//! What acts on objects: the controller manager and the scheduler.

use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::time::Duration;

use crate::keeper::keeper;
use crate::ports::free_port;
use crate::programs::program;

const PATIENCE: Duration = Duration::from_secs(60);

/// Starts kube-controller-manager without waiting; gives its port.
pub(crate) fn start_controllers(id: &str, folder: &Path, kubeconfig: &Path) -> u16 {
    let own = [
        format!("--service-account-private-key-file={}", folder.join("sa.key").display()),
        // Every namespace gets it as the ConfigMap that pods' tokens are mounted with.
        format!("--root-ca-file={}", folder.join("certs/apiserver.crt").display()),
        "--kube-api-qps=200".to_owned(),
        "--kube-api-burst=400".to_owned(),
    ];
    start(id, "kube-controller-manager", folder, kubeconfig, &own)
}

/// Starts kube-scheduler without waiting; gives its port.
pub(crate) fn start_scheduler(id: &str, folder: &Path, kubeconfig: &Path) -> u16 {
    let own = ["--kube-api-qps=200".to_owned(), "--kube-api-burst=400".to_owned()];
    start(id, "kube-scheduler", folder, kubeconfig, &own)
}

/// Waits until a program that was started above listens.
pub(crate) fn wait_for(id: &str, name: &str, port: u16) {
    let listens = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
    keeper().wait_for(&format!("{id}/{name}"), PATIENCE, listens);
}

fn start(id: &str, name: &str, folder: &Path, kubeconfig: &Path, own: &[String]) -> u16 {
    let port = free_port(Ipv4Addr::LOCALHOST.into());
    let mut command = vec![
        program(name).display().to_string(),
        format!("--kubeconfig={}", kubeconfig.display()),
        "--leader-elect=false".to_owned(),
        "--bind-address=127.0.0.1".to_owned(),
        format!("--secure-port={port}"),
        "--profiling=false".to_owned(),
    ];
    command.extend_from_slice(own);
    keeper().run(&format!("{id}/{name}"), folder, &command);
    port
}
