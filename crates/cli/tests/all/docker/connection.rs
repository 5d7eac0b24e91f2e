//! Engines that cannot be reached or used.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::{fs::PermissionsExt, net::UnixListener},
    process::Command,
};

use crate::runner::{Ran, Workspace, is_root};

fn work() -> Workspace {
    let work = Workspace::new();
    let settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, labels: {deploy: shop}}\n";
    work.write("base/settings.yaml", settings);
    work
}

fn plan(work: &Workspace, host: &str) -> Ran {
    work.landfall(&["plan", "-f", "base", "-l", "deploy=shop", &format!("--docker={host}")])
}

#[test]
fn no_engine_is_running() {
    let work = work();
    let socket = work.dir().join("docker.sock");
    let ran = plan(&work, &format!("unix://{}", socket.display()));
    insta::assert_snapshot!(ran.snapshot(), @r"
    --- stderr ---
    error: No Docker engine is running at unix://$ROOT/work/docker.sock: there is no such socket
    hint: start it (`sudo systemctl start docker`), or let DOCKER_HOST say where the engine is: unix:///path/of/the.sock, tcp://host:port or ssh://user@host
    --- exit status 1 ---
    ");
    // A socket that an engine has left behind.
    drop(UnixListener::bind(&socket).unwrap());
    let ran = plan(&work, &format!("unix://{}", socket.display()));
    insta::assert_snapshot!(ran.snapshot(), @r"
    --- stderr ---
    error: No Docker engine is running at unix://$ROOT/work/docker.sock: nothing listens there
    hint: start it (`sudo systemctl start docker`), or let DOCKER_HOST say where the engine is: unix:///path/of/the.sock, tcp://host:port or ssh://user@host
    --- exit status 1 ---
    ");
}

#[test]
fn the_engine_of_the_environment_is_taken() {
    let work = work();
    let mut command = work.command(&["plan", "-f", "base", "-l", "deploy=shop", "--docker"]);
    command.env("DOCKER_HOST", "unix:///run/landfall-test/no.sock");
    insta::assert_snapshot!(work.ran(&command.output().unwrap()).snapshot(), @r"
    --- stderr ---
    error: No Docker engine is running at unix:///run/landfall-test/no.sock: there is no such socket
    hint: start it (`sudo systemctl start docker`), or let DOCKER_HOST say where the engine is: unix:///path/of/the.sock, tcp://host:port or ssh://user@host
    --- exit status 1 ---
    ");
}

#[test]
fn nobody_may_use_the_socket() {
    let work = work();
    let socket = work.dir().join("docker.sock");
    let _listener = UnixListener::bind(&socket).unwrap();
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o0)).unwrap();
    let plan =
        work.command(&["plan", "-f", "base", "-l", "deploy=shop", &format!("--docker=unix://{}", socket.display())]);
    // Root is refused nothing, unless it gives that right away.
    let mut weak = Command::new("setpriv");
    weak.args(["--bounding-set=-dac_override,-dac_read_search", "--"]).arg(plan.get_program()).args(plan.get_args());
    weak.current_dir(work.dir()).env_clear();
    weak.envs(plan.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut plan = plan;
    let output = if is_root() { weak.output() } else { plan.output() };
    let ran = work.ran(&output.unwrap());
    insta::assert_snapshot!(ran.snapshot(), @r"
    --- stderr ---
    error: You may not use the engine's socket $ROOT/work/docker.sock
    hint: ask for membership of its group (`sudo usermod --append --groups docker $USER`, then log in again), or use `ssh://` to a user who has it
    --- exit status 1 ---
    ");
}

#[test]
fn nothing_listens_at_the_address() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let work = work().replace(&address, "$ADDRESS");
    insta::assert_snapshot!(plan(&work, &format!("tcp://{address}")).snapshot(), @r"
    --- stderr ---
    error: No Docker engine is running at tcp://$ADDRESS: nothing listens there
    hint: start it there, or let DOCKER_HOST say where the engine is
    --- exit status 1 ---
    ");
}

#[test]
fn the_engine_is_too_old() {
    let (work, address) = answers(r#"{"Version": "19.03.15", "ApiVersion": "1.40", "Os": "linux", "Arch": "amd64"}"#);
    insta::assert_snapshot!(plan(&work, &address).snapshot(), @r"
    --- stderr ---
    error: The engine is too old: version 19.03.15 has API 1.40, and Landfall needs API 1.41 or newer
    hint: update it to Docker 20.10 or newer, or to Podman 3.4 or newer
    --- exit status 1 ---
    ");
}

#[test]
fn what_answers_is_no_engine() {
    let (work, address) = answers("<html>Welcome</html>");
    insta::assert_snapshot!(plan(&work, &address).snapshot(), @r"
    --- stderr ---
    error: Asking the engine for its version failed at tcp://$ADDRESS: Failed to deserialize JSON: expected value at line 1 column 1
    --- exit status 1 ---
    ");
}

#[test]
fn the_certificates_are_not_there() {
    let work = work();
    let mut command = work.command(&["plan", "-f", "base", "-l", "deploy=shop", "--docker=tcp://127.0.0.1:2376"]);
    command.env("DOCKER_TLS_VERIFY", "1").env("DOCKER_CERT_PATH", work.dir().join("certificates"));
    insta::assert_snapshot!(work.ran(&command.output().unwrap()).snapshot(), @r"
    --- stderr ---
    error: The certificate $ROOT/work/certificates/ca.pem cannot be read
    hint: put ca.pem, cert.pem and key.pem there, or let DOCKER_CERT_PATH name their folder
    --- exit status 1 ---
    ");
}

/// A server that answers everything with this, and a workspace that hides its address.
fn answers(body: &'static str) -> (Workspace, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let head = BufReader::new(stream.try_clone().unwrap());
            let end = head.lines().find(|line| line.as_ref().is_ok_and(String::is_empty));
            assert!(end.is_some(), "it asks for something");
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            )
            .unwrap();
        }
    });
    (work().replace(&address, "$ADDRESS"), format!("tcp://{address}"))
}
