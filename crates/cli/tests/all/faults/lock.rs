//! One deploy at a time.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use landfall_bench_cluster::Cluster;

use super::{
    deploy,
    faulty::{Fate, Faulty},
    live, lock_name, workspace, write,
};

/// Makes somebody else the holder of the environment's lock, as of now.
fn hold(cluster: &Cluster, namespace: &str, holder: &str) {
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
    let patch = format!(
        r#"{{"spec": {{"holderIdentity": "{holder}", "leaseDurationSeconds": 15, "acquireTime": "{now}", "renewTime": "{now}"}}}}"#
    );
    let name = lock_name(cluster, namespace);
    cluster.kubectl(&["patch", "lease", &name, "-n", namespace, "--type=merge", "-p", &patch]).ok();
}

#[test]
fn the_second_waits_and_says_for_whom() {
    let cluster = Cluster::shared();
    let (work, namespace) = workspace(cluster, 2);
    work.landfall(&deploy(&namespace, &[])).success();
    hold(cluster, &namespace, "bob@desk (process 17)");
    write(&work, 2, "debug");
    let mut command = work.command(&deploy(&namespace, &[]));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(live(cluster, &namespace, "debug"), 0, "it did not wait");
    let name = lock_name(cluster, &namespace);
    let free = r#"{"spec": {"holderIdentity": null}}"#;
    cluster.kubectl(&["patch", "lease", &name, "-n", &namespace, "--type=merge", "-p", free]).ok();
    insta::assert_snapshot!(work.ran(&child.wait_with_output().unwrap()).snapshot(), @r#"
    ~ update  configmap/settings-000  base/000.yaml:1:1
    ~ update  configmap/settings-001  base/001.yaml:1:1

    2 to update

    configmap/settings-000
        data[level]
          - "info"
          + "debug"

    configmap/settings-001
        data[level]
          - "info"
          + "debug"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Waiting for another deploy: bob@desk (process 17)
    Done in [N] s: 2 updated
    --- exit status 0 ---
    "#);
}

#[test]
fn plans_and_dry_runs_take_no_lock() {
    let cluster = Cluster::shared();
    let (work, namespace) = workspace(cluster, 1);
    work.landfall(&deploy(&namespace, &[])).success();
    hold(cluster, &namespace, "bob@desk (process 17)");
    write(&work, 1, "debug");
    insta::assert_snapshot!(work.landfall(&deploy(&namespace, &["--dry-run=server"])).snapshot(), @r#"
    ~ update  configmap/settings-000  base/000.yaml:1:1

    1 to update

    configmap/settings-000
        data[level]
          - "info"
          + "debug"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Dry run, nothing was written: 1 to update
    --- exit status 0 ---
    "#);
    let plan = ["plan", "-f", "base", "-l", "deploy=shop", "-n", &namespace];
    assert!(!work.landfall(&plan).success().stderr.contains("Waiting"));
    let apply = ["apply", "-f", "base", "-l", "deploy=shop", "-n", &namespace, "--dry-run=server"];
    insta::assert_snapshot!(work.landfall(&apply).snapshot(), @"
    configmap/settings-000 configured (server dry run)
    --- exit status 0 ---
    ");
}

#[test]
fn two_at_the_same_time() {
    let cluster = Cluster::shared();
    let (work, namespace) = workspace(cluster, 30);
    let slow = Faulty::start(&cluster.proxy(), |asked| match asked.method.as_str() {
        "POST" | "PATCH" => Fate::Slow(Duration::from_millis(200)),
        _ => Fate::Pass,
    });
    let url = slow.url();
    let start = || {
        let mut command = work.command(&deploy(&namespace, &["--server", &url]));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let (one, two) = (start(), start());
    let ran = [one, two].map(|child| work.ran(&child.wait_with_output().unwrap()).success());
    let waited: Vec<bool> = ran.iter().map(|ran| ran.stderr.contains("Waiting for another deploy: ada@")).collect();
    assert_eq!(waited.iter().filter(|waited| **waited).count(), 1, "{} {}", ran[0].stderr, ran[1].stderr);
    let second = &ran[usize::from(waited[1])];
    assert!(second.stderr.contains("30 unchanged"), "it plans anew from what the first one did: {}", second.stderr);
    assert_eq!(live(cluster, &namespace, "info"), 30);
}

/// Another deploy, which is applying just now, may have created an object between the plan and its check.
#[test]
fn what_comes_into_being_meanwhile_is_planned_anew() {
    let cluster = Cluster::shared();
    let (work, namespace) = workspace(cluster, 2);
    let manifest = work.dir().join("base/000.yaml");
    let other = (cluster.kubeconfig().to_owned(), namespace.clone());
    let slow = Faulty::start(&cluster.proxy(), move |asked| {
        if asked.method == "POST" && asked.path.contains("configmaps") && asked.path.contains("dryRun") {
            let args = ["apply", "-n", &other.1, "-f", &manifest.to_string_lossy()];
            landfall_bench_cluster::kubectl(&other.0, &args, None).ok();
        }
        Fate::Pass
    });
    let url = slow.url();
    let ran = work.landfall(&deploy(&namespace, &["--server", &url])).success();
    assert!(ran.stderr.contains("1 created, 1 unchanged"), "{}", ran.stderr);
}

/// The only test that waits for a lock to expire.
#[test]
fn a_holder_that_was_killed_loses_it() {
    let cluster = Cluster::shared();
    let (work, namespace) = workspace(cluster, 80);
    let slow = Faulty::start(&cluster.proxy(), |asked| match asked.method.as_str() {
        "POST" if asked.path.contains("configmaps") && !asked.path.contains("dryRun") => {
            Fate::Slow(Duration::from_millis(500))
        }
        _ => Fate::Pass,
    });
    let url = slow.url();
    let mut command = work.command(&deploy(&namespace, &["--server", &url]));
    let mut killed = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    while live(cluster, &namespace, "info") == 0 {
        assert!(started.elapsed() < Duration::from_secs(30), "nothing is applied");
        std::thread::sleep(Duration::from_millis(50));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(live(cluster, &namespace, "info") < 80, "it was killed too late");
    let started = Instant::now();
    let ran = work.landfall(&deploy(&namespace, &[])).success();
    assert!(ran.stderr.contains("Waiting for another deploy: ada@"), "{}", ran.stderr);
    assert!(
        started.elapsed() > Duration::from_secs(10) && started.elapsed() < Duration::from_secs(30),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(live(cluster, &namespace, "info"), 80);
}
