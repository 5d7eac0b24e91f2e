//! A cluster for use by hand, in the background: `bench-cluster up`, `status`, `import`, `down`.
//!
//! Its state is in `$XDG_STATE_HOME/landfall-bench`, or `~/.local/state/landfall-bench`. `LANDFALL_BENCH_NODE` says what its
//! pods run on: `real` (the default), `kwok` or `none`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a helper for developers"
)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use landfall_bench_cluster::{Background, Cluster, Image, program};

/// What `up` leaves in the state folder besides the kubeconfig.
const FILES: [&str; 1] = ["cluster"];

fn main() -> ExitCode {
    let background = Background::new("bench-cluster", "cluster", "landfall-bench", "kubeconfig");
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["up"] => {
            let message = format!("Starting a cluster (node: {}) ...", node());
            if background.up(&message, &FILES) { status(&background) } else { ExitCode::FAILURE }
        }
        ["down"] => background.down(&FILES),
        ["status"] => status(&background),
        ["import", name, program, variables @ ..] => import(&background, name, Path::new(program), variables),
        ["serve"] => serve(&background),
        _ => {
            eprintln!("usage: bench-cluster up | down | status | import IMAGE:TAG PROGRAM [NAME=VALUE...]");
            ExitCode::from(2)
        }
    }
}

/// Holds the cluster until it is killed; the keeper then cleans up.
fn serve(background: &Background) -> ExitCode {
    let builder = Cluster::builder().controllers(true).scheduler(true);
    let builder = match node().as_str() {
        "real" => builder.real_node(true),
        "kwok" => builder.kwok_nodes(3),
        "none" => builder,
        other => panic!("LANDFALL_BENCH_NODE is {other}; it may be real, kwok or none"),
    };
    let cluster = builder.start();
    if node() == "real" {
        for tag in ["v1", "v2"] {
            cluster.import(&Image::web(&format!("landfall-bench/web:{tag}")));
        }
    }
    background.publish("cluster", &cluster.folder().display().to_string());
    let kubeconfig = fs::read_to_string(cluster.kubeconfig()).expect("the cluster has a kubeconfig");
    background.publish("kubeconfig", &kubeconfig);
    loop {
        std::thread::park();
    }
}

fn status(background: &Background) -> ExitCode {
    if !background.is_up() {
        return ExitCode::FAILURE;
    }
    let cluster = cluster_folder(background);
    eprintln!("The cluster runs. Its folder, with logs and the kubeconfigs of weaker users: {}", cluster.display());
    if socket(&cluster).exists() {
        eprintln!("The images landfall-bench/web:v1 and :v2 are loaded; one more from a static program:");
        eprintln!("  bench-cluster import IMAGE:TAG PROGRAM [NAME=VALUE...]");
    }
    let bin = program("kubectl").parent().expect("a program is in a folder").display().to_string();
    println!("export KUBECONFIG={}\nexport PATH={bin}:$PATH", background.file("kubeconfig").display());
    ExitCode::SUCCESS
}

/// Makes an image of a static program and loads it into the node.
fn import(background: &Background, name: &str, file: &Path, variables: &[&str]) -> ExitCode {
    if !background.is_up() {
        return ExitCode::FAILURE;
    }
    let cluster = cluster_folder(background);
    let mut image = Image::new(name).program("/program", file);
    for variable in variables {
        let Some((name, value)) = variable.split_once('=') else {
            eprintln!("'{variable}' is not NAME=VALUE");
            return ExitCode::from(2);
        };
        image = image.env(name, value);
    }
    let tar = cluster.join(format!("import-{}.tar", std::process::id()));
    image.write(&tar);
    let imported = Command::new(program("ctr"))
        .arg("-a")
        .arg(socket(&cluster))
        .args(["-n", "k8s.io", "images", "import"])
        .arg(&tar)
        .output()
        .expect("ctr can be started");
    fs::remove_file(tar).expect("it was just written");
    if !imported.status.success() {
        eprintln!("containerd does not take {name}: {}", String::from_utf8_lossy(&imported.stderr));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn cluster_folder(background: &Background) -> PathBuf {
    fs::read_to_string(background.file("cluster")).expect("a cluster that runs has told its folder").into()
}

fn socket(cluster: &Path) -> PathBuf {
    cluster.join("node/containerd.sock")
}

fn node() -> String {
    env::var("LANDFALL_BENCH_NODE").ok().filter(|value| !value.is_empty()).unwrap_or_else(|| "real".to_owned())
}
