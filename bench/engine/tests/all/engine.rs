//! An engine runs containers, comes back after each way of ending, and leaves nothing behind.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use landfall_bench_cluster::http::get;
use landfall_bench_engine::{Engine, Image, can_run};

#[track_caller]
fn eventually<T>(what: &str, mut ask: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        match ask() {
            Ok(answer) => return answer,
            Err(last) => assert!(Instant::now() < deadline, "not after 30 s: {what}; at last:\n{last}"),
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn answers(address: &str, text: &str) {
    eventually("the container answers", || {
        get(address, "/").and_then(|answer| if answer.contains(text) { Ok(()) } else { Err(answer) })
    });
}

#[test]
fn containers_run_and_come_back_after_every_end() {
    if !can_run() {
        return;
    }
    let engine = Engine::start();
    engine.load(&Image::web("landfall-bench/web:v1"));
    engine.docker(&["volume", "create", "data"]).ok();
    engine.docker(&["network", "create", "shop"]).ok();
    let run = ["run", "--detach", "--restart=always", "--name=web", "--network=shop", "--volume=data:/data"];
    let id = engine.docker(&[&run[..], &["--publish=8080:8080", "landfall-bench/web:v1"]].concat()).ok();
    let published = format!("{}:8080", engine.address());
    answers(&published, "v1 ");
    let template = "{{.NetworkSettings.Networks.shop.IPAddress}}";
    let address = engine.docker(&["inspect", "--format", template, "web"]).ok();
    answers(&format!("{}:8080", address.trim()), "v1 ");

    engine.restart();
    answers(&published, "v1 ");
    engine.kill();
    engine.start_again();
    answers(&published, "v1 ");
    engine.crash_machine();
    answers(&published, "v1 ");
    let same = engine.docker(&["ps", "--quiet", "--no-trunc"]).ok();
    assert_eq!(same, id);

    let missing = engine.docker(&["pull", "registry.invalid/missing:1"]).err();
    assert!(missing.contains("registry.invalid"), "{missing}");
}

#[test]
fn two_engines_do_not_meet() {
    if !can_run() {
        return;
    }
    let (one, other) = (Engine::start(), Engine::shared());
    assert_ne!(one.address(), other.address());
    for engine in [&one, other] {
        engine.docker(&["network", "create", "same"]).ok();
        engine.load(&Image::web("landfall-bench/web:v1"));
        let run = ["run", "--detach", "--name=same", "--network=same", "--publish=8080:8080"];
        engine.docker(&[&run[..], &["landfall-bench/web:v1"]].concat()).ok();
        answers(&format!("{}:8080", engine.address()), "v1 ");
    }
    let folder = one.folder().to_owned();
    drop(one);
    eventually("the folder of the first is gone", || if folder.exists() { Err(String::new()) } else { Ok(()) });
    answers(&format!("{}:8080", other.address()), "v1 ");
}

/// Not a test of its own: what `nothing_is_left_of_a_killed_process` runs in a process of its own and kills.
#[test]
#[ignore = "runs for ever; another test starts and kills it"]
fn run_until_killed() {
    let engine = Engine::start();
    engine.load(&Image::web("landfall-bench/web:v1"));
    engine.docker(&["network", "create", "shop"]).ok();
    engine.docker(&["run", "--detach", "--network=shop", "--publish=80:8080", "landfall-bench/web:v1"]).ok();
    let file = std::env::var_os("RUNNING_ENGINE").expect("the folder goes into this file");
    let (new, number) = (Path::new(&file).with_extension("new"), fs::read_to_string(engine.folder().join("number")));
    fs::write(&new, format!("{}\n{}", engine.folder().display(), number.unwrap())).unwrap();
    fs::rename(new, &file).unwrap();
    loop {
        std::thread::park();
    }
}

#[test]
fn nothing_is_left_of_a_killed_process() {
    if !can_run() {
        return;
    }
    let file = landfall_bench_cluster::keeper().folder().join("running-engine");
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "engine::run_until_killed"])
        .env("RUNNING_ENGINE", &file)
        .spawn()
        .unwrap();
    let told = eventually("the engine runs", || fs::read_to_string(&file).map_err(|error| error.to_string()));
    let (folder, number) = told.split_once('\n').unwrap();
    let keeper = Path::new(folder).parent().unwrap().to_owned();
    let (keeper_text, link) = (keeper.display().to_string(), format!("lfe{number}"));
    let cgroup = format!("{}-e1", keeper.file_name().unwrap().display());
    let left = || {
        let entries = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
        let commands = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
        let commands = commands.map(|command| String::from_utf8_lossy(&command).replace('\0', " "));
        let mut left: Vec<String> =
            commands.filter(|command| command.contains(&keeper_text) || command.contains("/run/docker/")).collect();
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
        left.extend(mounts.lines().filter(|line| line.contains(&keeper_text)).map(str::to_owned));
        let mut paths = vec![format!("/sys/class/net/{link}"), keeper_text.clone()];
        let hierarchies = fs::read_dir("/sys/fs/cgroup").unwrap().filter_map(Result::ok);
        paths.extend(hierarchies.map(|entry| entry.path().join(&cgroup).display().to_string()));
        left.extend(paths.into_iter().filter(|path| Path::new(path).exists()));
        left
    };
    let before = left();
    for expected in ["dockerd", "containerd", &link, "/sys/fs/cgroup/"] {
        assert!(before.iter().any(|line| line.contains(expected)), "{expected} is not in {before:#?}");
    }
    let rules = || Command::new("iptables-save").output().map(|output| output.stdout).unwrap_or_default();
    let own = |text: &[u8]| String::from_utf8_lossy(text).lines().filter(|line| line.contains("100.")).count();
    assert_eq!(own(&rules()), 0, "an engine's rules are in its own namespace");
    process.kill().unwrap();
    process.wait().unwrap();
    eventually("everything is gone", || {
        // Other engines of this test program have processes of their own.
        let left: Vec<String> =
            left().into_iter().filter(|line| line.contains(&keeper_text) || line.contains(&link)).collect();
        if left.is_empty() { Ok(()) } else { Err(format!("{left:#?}")) }
    });
}
