//! Over HTTP and HTTPS, with and without a login.

use landfall_git::{Error, Mirror, RemoteFault, RepoUrl};

use crate::support::{Sandbox, http::HttpServer, options_with, paths, yaml};

fn open(sandbox: &Sandbox, server: &HttpServer, login: &str, repo: &str, trust: bool) -> Result<Mirror, Error> {
    let certificate = server.certificate.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let env = if trust && !certificate.is_empty() { vec![("GIT_SSL_CAINFO", certificate.as_str())] } else { vec![] };
    Mirror::open(&sandbox.cache(), &RepoUrl::parse(&server.url(login, repo)).unwrap(), options_with(&env))
}

fn served() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.repo("srv/remote").write("base/web.yaml", "a: 1\n").commit("First");
    sandbox
}

#[test]
fn http_and_https_are_mirrored_and_fetched() {
    for tls in [false, true] {
        let sandbox = served();
        let server = HttpServer::start(&sandbox.path("srv"), tls, None);
        let mirror = open(&sandbox, &server, "", "remote/.git", true).unwrap();
        let remote = crate::support::Repo { path: sandbox.path("srv/remote") };
        let second = remote.write("base/api.yaml", "a: 2\n").commit("Second");
        assert_eq!(mirror.fetch().unwrap().changes.len(), 1);
        let tip = mirror.branch("main").unwrap();
        assert_eq!(tip.id.as_str(), second);
        assert_eq!(
            paths(&mirror.read_tree(&tip.id, &["base".to_owned()], yaml).unwrap()),
            ["base/api.yaml", "base/web.yaml"]
        );
    }
}

#[test]
fn a_login_in_the_address_is_used_and_kept_nowhere() {
    let sandbox = served();
    let server = HttpServer::start(&sandbox.path("srv"), true, Some("bob:s3cr=t p'w"));
    let mirror = open(&sandbox, &server, "bob:s3cr%3Dt%20p'w@", "remote/.git", true).unwrap();
    mirror.fetch().unwrap();
    assert!(mirror.url().to_string().starts_with("https://***@localhost:"));
    let mut folders = vec![sandbox.cache()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            assert!(!entry.path().to_string_lossy().contains("s3cr"));
            match entry.path().is_dir() {
                true => folders.push(entry.path()),
                false => assert!(
                    !String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap()).contains("s3cr"),
                    "{entry:?}"
                ),
            }
        }
    }
}

#[test]
fn a_wrong_password_is_told_without_it() {
    let sandbox = served();
    let server = HttpServer::start(&sandbox.path("srv"), false, Some("bob:right"));
    for (login, shown) in [("bob:wr0ng@", "***@"), ("t0ken@", "***@"), ("", "")] {
        let error = open(&sandbox, &server, login, "remote/.git", true).unwrap_err();
        assert!(matches!(error, Error::Remote { fault: RemoteFault::AuthRefused, .. }), "{error}");
        let text = format!("{error} {error:?} {:?}", error.hint());
        assert!(!text.contains("wr0ng") && !text.contains("t0ken"), "{text}");
        let expected = format!(
            "Listing the branches of {} failed: the server refused the credentials (git said: ",
            server.url(shown, "remote/.git")
        );
        assert!(text.starts_with(&expected), "{text}");
    }
    assert!(
        !sandbox.cache().read_dir().unwrap().flatten().any(|entry| entry.path().is_dir()),
        "nothing is left of a clone that failed"
    );
}

#[test]
fn a_certificate_that_is_not_trusted_and_a_repository_that_is_not_there() {
    let sandbox = served();
    let server = HttpServer::start(&sandbox.path("srv"), true, None);
    let error = open(&sandbox, &server, "", "remote/.git", false).unwrap_err();
    assert!(matches!(error, Error::Remote { fault: RemoteFault::Certificate, .. }), "{error}");
    let error = open(&sandbox, &server, "", "nowhere.git", true).unwrap_err();
    assert!(matches!(error, Error::Remote { fault: RemoteFault::NotFound, .. }), "{error}");
}
