//! Where a tool deploys to in this part: a repository, the namespace of its objects, and a home.

use std::path::{Path, PathBuf};

use super::api::Server;
use super::flux::Flux;
use super::landfall::{Landfall, Learns};
use super::repository::Repository;
use crate::bench::Bench;

/// One tool's repository and namespace.
pub struct Place {
    pub repository: Repository,
    kubeconfig: PathBuf,
    home: PathBuf,
}

impl Place {
    /// With a first commit of what `write` writes for a namespace.
    pub fn new(bench: &Bench, write: impl Fn(&Path, &str)) -> Self {
        let (namespace, kubeconfig) = bench.namespace();
        let folder = bench.path(&namespace);
        let repository = Repository::new(&folder, &namespace, |base| write(base, &namespace));
        Self { repository, kubeconfig, home: bench.path(&format!("{namespace}-home")) }
    }

    /// Starts Landfall, and waits until the first commit is live.
    pub fn landfall(&self, server: &Server, learns: Learns) -> Landfall {
        let landfall = Landfall::start(&self.repository, &self.kubeconfig, &self.home, learns);
        while !landfall.is_live() {
            server.observe_deployments(self.repository.namespace());
            std::thread::sleep(std::time::Duration::from_millis(500));
        }
        landfall
    }

    /// Starts kustomize-controller, and waits until the first commit is applied.
    pub fn flux(&self, server: &Server, interval: &str) -> Flux {
        let flux = Flux::start(server, &self.repository, &self.kubeconfig, &self.home, interval);
        let status = flux.store(&self.repository, "0000001");
        flux.tell(server, &status);
        flux.until_applied(&status);
        flux
    }
}
