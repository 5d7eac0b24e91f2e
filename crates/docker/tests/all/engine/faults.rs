//! Whole messages of what goes wrong with an engine.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Command,
    thread,
};

use landfall_bench_engine::{Engine as Bench, Image};
use landfall_docker::engine::{Address, ContainerCreateBody, Engine, EngineFault};

/// The fault of connecting to an address.
async fn refused(address: &str) -> EngineFault {
    Engine::connect(&Address::parse(address, None).unwrap()).await.unwrap_err()
}

/// The shared engine, with a small image.
pub async fn engine() -> Option<(&'static Bench, Engine)> {
    if !landfall_bench_engine::can_run() {
        return None;
    }
    let bench = tokio::task::spawn_blocking(|| {
        let bench = Bench::shared();
        bench.load(&Image::web("faults/web:v1"));
        bench
    });
    let bench = bench.await.unwrap();
    Some((bench, Engine::connect(&Address::parse(&bench.url(), None).unwrap()).await.unwrap()))
}

fn body(image: &str) -> ContainerCreateBody {
    ContainerCreateBody { image: Some(image.to_owned()), ..ContainerCreateBody::default() }
}

#[tokio::test]
async fn no_engine_is_running() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("docker.sock");
    let said = |fault: EngineFault| fault.full().replace(&folder.path().display().to_string(), "/run");
    let missing = said(refused(&format!("unix://{}", path.display())).await);
    insta::assert_snapshot!(missing, @"No Docker engine is running at unix:///run/docker.sock: there is no such socket. Start it (`sudo systemctl start docker`), or let DOCKER_HOST say where the engine is: unix:///path/of/the.sock, tcp://host:port or ssh://user@host");
    // One that was left behind by an engine that was killed.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    insta::assert_snapshot!(said(refused(&format!("unix://{}", path.display())).await), @"No Docker engine is running at unix:///run/docker.sock: nothing listens there. Start it (`sudo systemctl start docker`), or let DOCKER_HOST say where the engine is: unix:///path/of/the.sock, tcp://host:port or ssh://user@host");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = refused(&format!("tcp://127.0.0.1:{port}")).await.full().replace(&port.to_string(), "2375");
    insta::assert_snapshot!(nobody, @"No Docker engine is running at tcp://127.0.0.1:2375: nothing listens there. Start it there, or let DOCKER_HOST say where the engine is");
}

/// Run by [`no_permission_on_the_socket`] as another user.
#[tokio::test]
async fn as_nobody() {
    if let Ok(socket) = std::env::var("LANDFALL_TEST_SOCKET") {
        println!("said: {}", refused(&socket).await.full());
    }
}

#[test]
fn no_permission_on_the_socket() {
    let folder = tempfile::Builder::new().prefix("landfall-socket").tempdir_in("/tmp").unwrap();
    let open = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    let path = folder.path().join("docker.sock");
    let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
    open(folder.path(), 0o755);
    open(&path, 0o660);
    // Another user may not even read where this program lies.
    let program = folder.path().join("test");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    open(&program, 0o755);
    let other = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&program)
        .args(["--exact", "engine::faults::as_nobody", "--nocapture"])
        .env("LANDFALL_TEST_SOCKET", format!("unix://{}", path.display()))
        .current_dir("/")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&other.stdout).replace(&folder.path().display().to_string(), "/run");
    let said = output.lines().find_map(|line| line.split_once("said: ")).map_or("", |(_, said)| said);
    insta::assert_snapshot!(said, @"You may not use the engine's socket /run/docker.sock. Ask for membership of its group (`sudo usermod --append --groups docker $USER`, then log in again), or use `ssh://` to a user who has it");
}

/// The only thing here that no real engine can show: Debian has none that is so old.
#[tokio::test]
async fn the_engine_is_too_old() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let read = stream.read(&mut request).unwrap();
        assert!(request[..read].starts_with(b"GET /version "));
        let answer = r#"{"Version":"19.03.15","ApiVersion":"1.40","Os":"linux","Arch":"amd64"}"#;
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", answer.len());
        stream.write_all(format!("{head}{answer}").as_bytes()).unwrap();
    });
    insta::assert_snapshot!(refused(&address).await.full(), @"The engine is too old: version 19.03.15 has API 1.40, and Landfall needs API 1.41 or newer. Update it to Docker 20.10 or newer, or to Podman 3.4 or newer");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_not_there() {
    let Some((_, engine)) = engine().await else { return };
    let fault = engine.create("faults-missing", &body("faults/nothere:v1")).await.unwrap_err();
    insta::assert_snapshot!(fault.full(), @"Creating the container 'faults-missing' failed: No such image: faults/nothere:v1. Check the image's name and tag in the manifest, or put the image onto the engine (`docker load`, `docker build`)");
    assert_eq!(engine.image("faults/nothere:v1").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_taken() {
    let Some((bench, engine)) = engine().await else { return };
    let id = bench.docker(&["create", "--name", "faults-web", "faults/web:v1"]).ok();
    let fault = engine.create("faults-web", &body("faults/web:v1")).await.unwrap_err();
    insta::assert_snapshot!(fault.full().replace(id.trim(), "ID"), @r#"Creating the container 'faults-web' failed: Conflict. The container name "/faults-web" is already in use by container "ID". You have to remove (or rename) that container to be able to reuse that name. Rename or remove the container that has the name; Landfall does not touch containers that it did not make"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_is_taken() {
    let Some((bench, engine)) = engine().await else { return };
    bench.docker(&["run", "--detach", "--name", "faults-port", "--publish", "8088:8080", "faults/web:v1"]).ok();
    let id = bench.docker(&["create", "--name", "faults-port-2", "--publish", "8088:8080", "faults/web:v1"]).ok();
    let fault = engine.start("faults-port-2").await.unwrap_err();
    let said = fault.full().replace(id.trim(), "ID");
    let (before, hash) = said.split_once("faults-port-2 (").unwrap();
    let (_, after) = hash.split_once(')').unwrap();
    insta::assert_snapshot!(format!("{before}faults-port-2 (ENDPOINT){after}"), @"Starting the container 'faults-port-2' failed: driver failed programming external connectivity on endpoint faults-port-2 (ENDPOINT): Bind for 0.0.0.0:8088 failed: port is already allocated. Stop what listens there (`ss --listening --tcp --processes` on the host says what it is), or choose another port in the manifest");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_says_so() {
    let Some((_, engine)) = engine().await else { return };
    let mut said = Vec::new();
    said.push(engine.inspect("faults-nothing").await.unwrap_err().full());
    said.push(engine.start("faults-nothing").await.unwrap_err().full());
    said.push(engine.connect_network("faults-nothing", "faults-nothing", &[]).await.unwrap_err().full());
    insta::assert_snapshot!(said.join("\n"), @r"
    Inspecting the container 'faults-nothing' failed: No such container: faults-nothing
    Starting the container 'faults-nothing' failed: No such container: faults-nothing
    Connecting the container 'faults-nothing' to the network 'faults-nothing' failed: No such container: faults-nothing
    ");
    // What is removed need not be there.
    engine.remove("faults-nothing").await.unwrap();
    engine.remove_volume("faults-nothing").await.unwrap();
    engine.remove_network("faults-nothing").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_is_in_use() {
    let Some((bench, engine)) = engine().await else { return };
    engine.create_volume("faults-data", &BTreeMap::new(), &BTreeMap::new()).await.unwrap();
    let id = bench.docker(&["create", "--volume", "faults-data:/data", "faults/web:v1"]).ok();
    let fault = engine.remove_volume("faults-data").await.unwrap_err();
    insta::assert_snapshot!(fault.full().replace(id.trim(), "ID"), @"Removing the volume 'faults-data' failed: remove faults-data: volume is in use - [ID]");
}
