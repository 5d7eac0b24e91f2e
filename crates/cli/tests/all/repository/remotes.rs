//! Repositories elsewhere, by all ways that git has.

use std::path::Path;

use super::{http::HttpServer, live, recorded, settings, ssh::SshServer, workspace};
use crate::runner::Workspace;

/// A bare repository beside the work tree, which has its commits.
fn bare(work: &Workspace) -> std::path::PathBuf {
    let path = work.dir().join("../srv/shop.git");
    work.git(&["clone", "--quiet", "--bare", ".", "../srv/shop.git"]);
    path.canonicalize().unwrap()
}

/// Whether a text stands in any file below a folder.
fn holds(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().flatten().any(|entry| match entry.path() {
        path if path.is_dir() => holds(&path, text),
        path => String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).contains(text),
    })
}

#[test]
fn a_file_address_and_the_cache() {
    let namespace = "file-address";
    let work = workspace(namespace);
    settings(&work, "first").commit("First");
    let url = format!("file://{}", bare(&work).display());
    let cache = work.dir().join("../cache");
    let deploy = || {
        let mut command = work.command(&["deploy", "prod", "--repo", &url]);
        command.env("XDG_CACHE_HOME", &cache).current_dir(work.dir().join("../home"));
        work.ran(&command.output().unwrap())
    };
    insta::assert_snapshot!(deploy().snapshot(), @"
    + create  configmap/settings  base/settings.yaml:1:1

    1 to create
    --- stderr ---
    Fetching file://$ROOT/srv/shop.git
    Deploying prod at 42ee9b6 (First)
    to context admin ($SERVER), namespace file-address

    Live since [TIME] ([N] s): 1 created
    --- exit status 0 ---
    ");
    assert!(cache.join("landfall/repositories").is_dir() && !work.dir().join("../home/.cache").exists());
    settings(&work, "second").commit("Second");
    work.git(&["push", "--quiet", &url, "main"]);
    deploy().success();
    assert_eq!(live(namespace), "second");
    assert_eq!(recorded(namespace, "repository"), url);
}

#[test]
fn https_with_a_login_that_is_shown_nowhere() {
    let namespace = "https-address";
    let work = workspace(namespace);
    settings(&work, "first").commit("First");
    bare(&work);
    let server = HttpServer::start(&work.dir().join("../srv").canonicalize().unwrap(), true, Some("bob:s3cret"));
    let (url, shown) = (server.url("bob:s3cret@", "shop.git"), server.url("***@", "shop.git"));
    let work = work.replace(&shown, "$URL");
    let run = |args: &[&str]| {
        let mut command = work.command(args);
        command.env("GIT_SSL_CAINFO", server.certificate.as_ref().unwrap()).env("LANDFALL_LOG", "landfall_git=trace");
        work.ran(&command.output().unwrap())
    };
    for args in [&["deploy", "prod", "--repo", &url][..], &["plan", "prod", "-o", "json", "--repo", &url]] {
        let ran = run(args).success();
        assert!(!ran.snapshot().contains("s3cret"), "{}", ran.snapshot());
    }
    assert_eq!(live(namespace), "first");
    assert_eq!(recorded(namespace, "repository"), shown);
    assert!(!holds(&work.dir().join("../home"), "s3cret"), "the login is stored");
    let wrong = url.replace("s3cret", "wr0ng");
    let ran = run(&["deploy", "prod", "--repo", &wrong]);
    assert!(ran.status == 1 && !ran.stderr.contains("wr0ng"), "{}", ran.snapshot());
    assert!(ran.stderr.contains("error: Fetching from") || ran.stderr.contains("error: Listing"), "{}", ran.stderr);
    // A clone whose own remote has the login.
    work.git(&["remote", "add", "origin", &url]);
    settings(&work, "second").commit("Second");
    let ran = run(&["deploy", "prod"]).success();
    assert!(!ran.snapshot().contains("s3cret"), "{}", ran.snapshot());
    assert_eq!((live(namespace).as_str(), recorded(namespace, "repository")), ("second", shown));
}

#[test]
fn ssh() {
    let namespace = "ssh-address";
    let work = workspace(namespace);
    settings(&work, "first").commit("First");
    let repository = bare(&work);
    let server = SshServer::start(&work.dir().join("../ssh"));
    let url = server.url(&repository);
    let mut command = work.command(&["deploy", "prod", "--repo", &url]);
    command.env("GIT_SSH_COMMAND", server.command("client", true));
    work.ran(&command.output().unwrap()).success();
    assert_eq!(live(namespace), "first");
    assert_eq!(recorded(namespace, "repository"), url);
}

#[test]
fn a_remote_that_does_not_answer_as_one() {
    let work = Workspace::new();
    let port = super::silent::closed_port();
    let url = format!("https://localhost:{port}/shop.git");
    let work = work.replace(&url, "$URL");
    let ran = work.landfall(&["deploy", "prod", "--repo", &url]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("$URL") && ran.stderr.contains("hint: "), "{}", ran.stderr);
    insta::assert_snapshot!(work.landfall(&["deploy", "prod", "--repo", "ftp://example.com/shop"]).snapshot(), @"
    --- stderr ---
    error: The repository address `ftp://example.com/shop` cannot be used: `ftp` is not a scheme that Landfall reads from
    hint: use https, http, ssh, git, file, user@host:path, or an absolute path
    --- exit status 1 ---
    ");
    let nowhere = format!("file://{}/nowhere.git", work.dir().display());
    insta::assert_snapshot!(work.landfall(&["deploy", "prod", "--repo", &nowhere]).snapshot(), @"
    --- stderr ---
    Fetching file://$ROOT/work/nowhere.git
    error: Listing the branches of file://$ROOT/work/nowhere.git failed: there is no such repository (git said: '$ROOT/work/nowhere.git' does not appear to be a git repository; Could not read from remote repository.)
    hint: check the address, and whether the credentials may see this repository
    --- exit status 1 ---
    ");
}
