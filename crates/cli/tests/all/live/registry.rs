//! A registry to pull from, that has no images.

use std::{fs, net::TcpStream, time::Duration};

use landfall_bench_cluster::{Cluster, free_port, keeper};

/// A password file with one user, of whom no pod knows.
const PASSWORDS: &str = "somebody:$2y$05$0Xx2yXfGnNpJ1cQO0ZxM4uYQ2m4vWb7qv7QKZQd8n0f4m0sY9b5yS\n";

/// Who may pull.
#[derive(Clone, Copy, PartialEq)]
pub enum Pulls {
    /// Everybody.
    Open,
    /// Those who say a password.
    Closed,
}

/// Starts Debian's registry where the node can reach it, and gives its `ADDRESS:PORT`. It ends with the tests.
pub fn start(cluster: &Cluster, pulls: Pulls) -> String {
    let port = free_port(cluster.machine_address());
    let address = format!("{}:{port}", cluster.machine_address());
    let name = format!("registry-{port}");
    let folder = keeper().folder().join(&name);
    fs::create_dir_all(&folder).unwrap();
    let passwords = folder.join("passwords");
    fs::write(&passwords, PASSWORDS).unwrap();
    let closed = format!("auth: {{htpasswd: {{realm: shop, path: '{}'}}}}\n", passwords.display());
    let config = format!(
        "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: '{}'}}}}\nhttp: {{addr: '{address}'}}\n{}",
        folder.join("storage").display(),
        if pulls == Pulls::Closed { &closed } else { "" },
    );
    fs::write(folder.join("config.yml"), config).unwrap();
    let command = ["docker-registry".to_owned(), "serve".to_owned(), folder.join("config.yml").display().to_string()];
    keeper().run(&name, &folder, &command);
    keeper().wait_for(&name, Duration::from_secs(30), || TcpStream::connect(&address).is_ok());
    // Without this the node would insist on TLS.
    let hosts = cluster.folder().join("node/registries").join(&address);
    fs::create_dir_all(&hosts).unwrap();
    fs::write(hosts.join("hosts.toml"), format!("server = 'http://{address}'\n")).unwrap();
    address
}
