//! What the proxy of a Service costs: a direct connection to a pod, through Landfall's proxy, and through Debian's nginx as a TCP
//! proxy, on one engine and in turn.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use landfall_bench_engine::{Engine, Image};
use landfall_bench_load::{Connections, Load, Plan, Protocol, Report};
use serde_json::json;

use crate::{bench::Options, measure::median, tools::beside};

/// The figures of one way to the pod.
#[derive(Debug)]
pub struct Point {
    way: &'static str,
    /// Milliseconds at 200 requests a second over kept connections: median and 99 of 100.
    middle: f64,
    p99: f64,
    /// Requests a second over 32 kept connections.
    kept: f64,
    /// Requests a second, each over a connection of its own.
    new: f64,
    /// Megabytes a second of one long answer.
    bulk: f64,
    /// The last three of each round, in which the ways come right after each other.
    rounds: Vec<[f64; 3]>,
    /// Memory in megabytes after all that; the pod itself has none.
    memory: Option<f64>,
}

const WAYS: [&str; 3] = ["direct", "Landfall", "nginx"];
/// What a pod answers `/file?/web` with: its own program.
const BULK: &str = "/file?/web";

/// Measures all ways in turn.
pub fn run(options: &Options) -> Vec<Point> {
    if options.only.as_ref().is_some_and(|only| !"relay".contains(only.as_str())) {
        return Vec::new();
    }
    if !landfall_bench_engine::can_run() {
        return Vec::new();
    }
    eprintln!("bench: starts a Docker engine with a pod, Landfall's proxy and Debian's nginx");
    let engine = Engine::start();
    start(&engine);
    let (rounds, time) = if options.quick { (1, 2) } else { (5, 5) };
    let time = Duration::from_secs(time);
    let mut figures: Vec<[Vec<f64>; 5]> = WAYS.iter().map(|_| Default::default()).collect();
    for _ in 0..rounds {
        for (way, figures) in WAYS.iter().zip(&mut figures) {
            let address = address(&engine, way);
            let calm = ask(&plan(&address, "/").connections(Connections::KeepAlive).per_second(200), time * 2);
            let busy = plan(&address, "/").workers(32).unlimited();
            let kept = ask(&busy.clone().connections(Connections::KeepAlive), time);
            let new = ask(&busy, time);
            let bulk = ask(&plan(&address, BULK).workers(2).unlimited().connections(Connections::KeepAlive), time);
            let size = fs::metadata(landfall_bench_cluster::program("web")).expect("it was built").len() as f64 / 1e6;
            let measured = [
                calm.percentile(0.5),
                calm.percentile(0.99),
                kept.requests as f64 / kept.seconds,
                new.requests as f64 / new.seconds,
                bulk.requests as f64 * size / bulk.seconds,
            ];
            eprintln!(
                "bench: {way}: {:.2} ms, 99 % {:.2} ms, {:.0} and {:.0} requests a second, {:.0} MB a second",
                measured[0], measured[1], measured[2], measured[3], measured[4]
            );
            figures.iter_mut().zip(measured).for_each(|(figures, measured)| figures.push(measured));
        }
    }
    let point = |(way, figures): (&&'static str, [Vec<f64>; 5])| {
        let rounds = (0..figures[2].len()).map(|round| [figures[2][round], figures[3][round], figures[4][round]]);
        let rounds = rounds.collect();
        let [middle, p99, kept, new, bulk] = figures.map(|figures| median(figures).unwrap_or_default());
        Point { way, middle, p99, kept, new, bulk, rounds, memory: memory(&engine, way) }
    };
    WAYS.iter().zip(figures).map(point).collect()
}

fn plan(address: &str, path: &str) -> Plan {
    Plan::new(address).protocol(Protocol::Http { path: path.to_owned() })
}

/// Asks for some time; nothing may fail.
fn ask(plan: &Plan, time: Duration) -> Report {
    let load = Load::start(plan.clone());
    std::thread::sleep(time);
    let report = load.stop();
    assert_eq!(report.failed, 0, "{report}");
    report
}

/// A pod `direct`, and the two proxies before it, as containers of one network.
fn start(engine: &Engine) {
    engine.load(&Image::web("landfall-bench/web:v1"));
    engine.load(&Image::new("landfall-bench/landfall:1").program("/landfall", &beside("landfall")));
    nginx_image(engine);
    engine.docker(&["network", "create", "bench"]).ok();
    let run = ["run", "--detach", "--network=bench", "--name=direct", "--env=PORT=80"];
    engine.docker(&[&run[..], &["landfall-bench/web:v1"]].concat()).ok();

    let folder = engine.folder();
    let endpoint = json!({"pod": "direct", "host": "direct", "targets": {"http": 80}});
    let service = json!({"service": "direct", "ports": [{"name": "http", "listen": 80}], "endpoints": [endpoint]});
    put(folder, "landfall-state/config.json", &json!({"service": service}).to_string());
    engine.docker(&["create", "--network=bench", "--name=Landfall", "landfall-bench/landfall:1", "proxy", "run"]).ok();
    engine.docker(&["cp", &folder.join("landfall-state").display().to_string(), "Landfall:/landfall-state"]).ok();
    engine.docker(&["start", "Landfall"]).ok();

    let config = "load_module /usr/lib/nginx/modules/ngx_stream_module.so;\ndaemon off;\nworker_processes auto;\n\
                  error_log stderr warn;\npid /tmp/nginx.pid;\nevents { worker_connections 4096; }\n\
                  stream { server { listen 80; proxy_pass direct:80; } }\n";
    put(folder, "nginx.conf", config);
    engine.docker(&["create", "--network=bench", "--name=nginx", "landfall-bench/nginx:1", "-c", "/nginx.conf"]).ok();
    engine.docker(&["cp", &folder.join("nginx.conf").display().to_string(), "nginx:/nginx.conf"]).ok();
    engine.docker(&["start", "nginx"]).ok();
    for way in WAYS {
        let probe = plan(&address(engine, way), "/").connections(Connections::New);
        let answers = (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            let load = Load::start(probe.clone().workers(1));
            std::thread::sleep(Duration::from_millis(50));
            load.stop().failed == 0
        });
        assert!(answers, "{way} does not answer: {}", engine.docker(&["logs", way]).stderr);
    }
}

/// Debian's nginx with its module for TCP, from its packages.
fn nginx_image(engine: &Engine) {
    let rootfs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/product/rootfs");
    let mut rootfs = Command::new(rootfs)
        .args(["--user", "www-data:33", "nginx", "libnginx-mod-stream"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the script for root file systems can be started");
    let imported = Command::new("docker")
        .args(["--host", &engine.url(), "import", "--change", "ENTRYPOINT [\"/usr/sbin/nginx\"]", "-"])
        .arg("landfall-bench/nginx:1")
        .stdin(rootfs.stdout.take().expect("it is piped"))
        .output()
        .expect("docker can be started");
    let made = rootfs.wait().expect("it was started");
    assert!(made.success() && imported.status.success(), "no nginx: {}", String::from_utf8_lossy(&imported.stderr));
}

fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the engine's folder is writable");
    fs::write(path, text).expect("the engine's folder is writable");
}

fn address(engine: &Engine, container: &str) -> String {
    let address =
        engine.docker(&["inspect", "--format", "{{.NetworkSettings.Networks.bench.IPAddress}}", container]).ok();
    format!("{}:80", address.trim())
}

/// What the control group of a container holds, without files that could be read again.
fn memory(engine: &Engine, way: &str) -> Option<f64> {
    if way == WAYS[0] {
        return None;
    }
    let used = engine.docker(&["stats", "--no-stream", "--format", "{{.MemUsage}}", way]).ok();
    let used = used.split('/').next()?.trim();
    let (number, unit) = used.split_at(used.find(|letter: char| letter.is_ascii_alphabetic())?);
    let factor = match unit {
        "KiB" => 1024.0,
        "MiB" => 1024.0 * 1024.0,
        "GiB" => 1024.0 * 1024.0 * 1024.0,
        _ => 1.0,
    };
    Some(number.parse::<f64>().ok()? * factor / 1e6)
}

/// The points as a table in Markdown, with the goals below.
pub fn table(points: &[Point]) -> String {
    let mut table = "| way | median | 99 % | kept connections | new connections | long answers | memory |\n\
                     |---|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for Point { way, middle, p99, kept, new, bulk, memory, .. } in points {
        let memory = memory.map_or_else(|| "-".to_owned(), |memory| format!("{memory:.1} MB"));
        let _ = writeln!(
            table,
            "| {way} | {middle:.2} ms | {p99:.2} ms | {kept:.0}/s | {new:.0}/s | {bulk:.0} MB/s | {memory} |"
        );
    }
    if let [direct, landfall, nginx] = points {
        let verdict = |met| if met { "met" } else { "missed" };
        let added = landfall.p99 - direct.p99;
        let _ = writeln!(table, "\n- Added at 99 %: {added:.2} ms (below 1 ms): {}", verdict(added < 1.0));
        for (at, what) in ["kept", "new", "long"].into_iter().enumerate() {
            // The machine is not the same in every round: the ratio of each is.
            let ratios = landfall.rounds.iter().zip(&nginx.rounds).map(|(ours, theirs)| ours[at] / theirs[at]);
            let ratio = median(ratios.collect()).unwrap_or_default();
            let _ = writeln!(
                table,
                "- Throughput ({what}) against nginx, median of the rounds: {ratio:.2}x (at least 1x): {}",
                verdict(ratio >= 1.0)
            );
        }
        if let Some(memory) = landfall.memory {
            let _ = writeln!(table, "- Memory: {memory:.1} MB (below 5 MB): {}", verdict(memory < 5.0));
        }
    }
    table
}
