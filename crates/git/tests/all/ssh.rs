//! Over ssh, with a real sshd.

use landfall_git::{Error, Mirror, RemoteFault, RepoUrl};

use crate::support::{Sandbox, options_with, paths, ssh::SshServer, yaml};

fn open(sandbox: &Sandbox, url: &str, command: &str) -> Result<Mirror, Error> {
    Mirror::open(&sandbox.cache(), &RepoUrl::parse(url).unwrap(), options_with(&[("GIT_SSH_COMMAND", command)]))
}

#[test]
fn ssh_is_mirrored_and_fetched() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("remote");
    repo.write("base/web.yaml", "a: 1\n").commit("First");
    let server = SshServer::start(&sandbox.path("ssh"));
    for url in [server.url(&repo.path), server.scp_url(&repo.path)] {
        let mirror = open(&sandbox, &url, &server.command("client", true)).unwrap();
        let next = repo.commit("Next");
        mirror.fetch().unwrap();
        let tip = mirror.branch("main").unwrap();
        assert_eq!(tip.id.as_str(), next);
        assert_eq!(paths(&mirror.read_tree(&tip.id, &["base".to_owned()], yaml).unwrap()), ["base/web.yaml"]);
    }
}

#[test]
fn what_ssh_refuses_is_told_and_never_asked() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("remote");
    repo.commit("First");
    let server = SshServer::start(&sandbox.path("ssh"));
    let url = server.url(&repo.path);
    let fault = |url: &str, command: &str| match open(&sandbox, url, command).unwrap_err() {
        Error::Remote { fault, said, .. } => (fault, said),
        error => panic!("{error}"),
    };
    assert_eq!(fault(&url, &server.command("client", false)).0, RemoteFault::HostKey);
    let (refused, said) = fault(&url, &server.command("stranger", true));
    assert!(refused == RemoteFault::AuthRefused && said.contains("Permission denied (publickey"), "{said}");
    let nowhere = server.url(&sandbox.path("nowhere"));
    assert_eq!(fault(&nowhere, &server.command("client", true)).0, RemoteFault::NotFound);
}
