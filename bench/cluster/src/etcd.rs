//! One etcd for each process; every cluster has its own prefix in it.

use std::net::{Ipv4Addr, TcpStream};
use std::sync::OnceLock;
use std::time::Duration;

use crate::keeper::keeper;
use crate::ports::free_port;
use crate::programs::program;

/// The URL of this process's etcd, which is started when it is first asked for.
pub(crate) fn etcd_url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(start)
}

fn start() -> String {
    let address = Ipv4Addr::LOCALHOST;
    let (client, peer) = (free_port(address.into()), free_port(address.into()));
    let (url, peer_url) = (format!("http://{address}:{client}"), format!("http://{address}:{peer}"));
    let folder = keeper().folder();
    let command = [
        program("etcd").display().to_string(),
        // The data lives as long as the process: losing it in a power cut is fine, waiting for the disk is not.
        "--unsafe-no-fsync".to_owned(),
        format!("--data-dir={}", folder.join("etcd-data").display()),
        format!("--listen-client-urls={url}"),
        format!("--advertise-client-urls={url}"),
        format!("--listen-peer-urls={peer_url}"),
        format!("--initial-advertise-peer-urls={peer_url}"),
        format!("--initial-cluster=default={peer_url}"),
        "--log-level=warn".to_owned(),
    ];
    keeper().run("etcd", folder, &command);
    keeper().wait_for("etcd", Duration::from_secs(30), || TcpStream::connect((address, client)).is_ok());
    url
}
