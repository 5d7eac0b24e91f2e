//! The API server without TLS, for tests that look into the traffic.

use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use crate::cluster::Cluster;
use crate::keeper::keeper;
use crate::ports::free_port;
use crate::programs::program;

impl Cluster {
    /// Starts `kubectl proxy` as the administrator and gives its address `127.0.0.1:PORT`, which speaks plain HTTP. It ends
    /// with the cluster.
    pub fn proxy(&self) -> String {
        let port = free_port(Ipv4Addr::LOCALHOST.into());
        let name = format!("{}/kubectl-proxy-{port}", self.id);
        let command = [
            program("kubectl").display().to_string(),
            format!("--kubeconfig={}", self.kubeconfig.display()),
            "proxy".to_owned(),
            format!("--port={port}"),
        ];
        keeper().run(&name, &self.folder, &command);
        let is_open = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        keeper().wait_for(&name, Duration::from_secs(30), is_open);
        format!("127.0.0.1:{port}")
    }
}
