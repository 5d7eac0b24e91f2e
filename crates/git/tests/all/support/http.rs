//! `git http-backend` behind a small server on a free port.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

pub struct HttpServer {
    process: Child,
    port: u16,
    /// The certificate that a client has to trust.
    pub certificate: Option<PathBuf>,
}

impl HttpServer {
    /// Serves the repositories under `root`.
    pub fn start(root: &Path, tls: bool, login: Option<&str>) -> Self {
        let certificate = tls.then(|| make_certificate(root));
        let pem =
            certificate.as_ref().map_or("-".to_owned(), |path| path.with_file_name("server.pem").display().to_string());
        let mut process = Command::new("python3")
            .args(["-c", include_str!("git_http_server.py")])
            .args([root.as_os_str(), pem.as_ref(), login.unwrap_or("-").as_ref()])
            .stdout(Stdio::piped())
            .stdin(Stdio::null())
            .spawn()
            .expect("python3 is needed for this test (Debian package python3)");
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().expect("the test's HTTP server did not start");
        Self { process, port, certificate }
    }

    /// The address of a repository; `login` is `USER:PASSWORD@` or empty.
    pub fn url(&self, login: &str, repo: &str) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{login}localhost:{}/{repo}", self.port)
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn make_certificate(root: &Path) -> PathBuf {
    let pem = root.join("server.pem");
    let status = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
        ])
        .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout"])
        .arg(&pem)
        .arg("-out")
        .arg(root.join("certificate.pem"))
        .stderr(Stdio::null())
        .status()
        .expect("openssl is needed for this test (Debian package openssl)");
    assert!(status.success());
    let both = [std::fs::read(&pem).unwrap(), std::fs::read(root.join("certificate.pem")).unwrap()].concat();
    std::fs::write(&pem, both).unwrap();
    root.join("certificate.pem")
}
