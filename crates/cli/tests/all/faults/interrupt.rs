//! Ctrl-C.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use landfall_bench_cluster::Cluster;

use super::{
    deploy,
    faulty::{Fate, Faulty},
    live, lock_name, workspace,
};

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn what_is_under_way_ends_and_the_next_deploy_completes() {
    let cluster = Cluster::shared();
    let (work, namespace) = workspace(cluster, 120);
    let slow = Faulty::start(&cluster.proxy(), |asked| match asked.method.as_str() {
        "POST" if asked.path.contains("configmaps") && !asked.path.contains("dryRun") => {
            Fate::Slow(Duration::from_millis(400))
        }
        _ => Fate::Pass,
    });
    let url = slow.url();
    let mut command = work.command(&deploy(&namespace, &["--server", &url]));
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while live(cluster, &namespace, "info") == 0 {
        assert!(started.elapsed() < Duration::from_secs(30), "nothing is applied");
        std::thread::sleep(Duration::from_millis(20));
    }
    interrupt(&child);
    let ran = work.ran(&child.wait_with_output().unwrap());
    let done = live(cluster, &namespace, "info");
    assert!(done < 120, "it was interrupted too late");
    let said = ran.stderr.lines().skip_while(|line| !line.starts_with("Stopping")).collect::<Vec<_>>().join("\n");
    let said = said.lines().filter(|line| !line.starts_with("Applying")).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(said.replace(&format!("Stopped after {done} of"), "Stopped after [ALL THAT ARE LIVE] of"), @"
    Stopping after what is under way; press Ctrl-C again to end at once
    error: Stopped after [ALL THAT ARE LIVE] of 120 changes, nothing was pruned. Deploy again to go on
    ");
    assert_eq!(ran.status, 1);
    let name = lock_name(cluster, &namespace);
    let holder = cluster.kubectl(&["get", "lease", &name, "-n", &namespace, "-o", "jsonpath={.spec.holderIdentity}"]);
    assert_eq!(holder.ok(), "", "the lock is still held");
    let ran = work.landfall(&deploy(&namespace, &[])).success();
    assert!(ran.stderr.contains(&format!("{} created, {done} unchanged", 120 - done)), "{}", ran.stderr);
}

#[test]
fn while_it_waits_for_another_deploy() {
    let cluster = Cluster::shared();
    let (work, namespace) = workspace(cluster, 1);
    work.landfall(&deploy(&namespace, &[])).success();
    let name = lock_name(cluster, &namespace);
    let held = r#"{"spec": {"holderIdentity": "bob@desk (process 17)", "leaseDurationSeconds": 15}}"#;
    cluster.kubectl(&["patch", "lease", &name, "-n", &namespace, "--type=merge", "-p", held]).ok();
    super::write(&work, 1, "debug");
    let mut command = work.command(&deploy(&namespace, &[]));
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    let started = Instant::now();
    interrupt(&child);
    insta::assert_snapshot!(work.ran(&child.wait_with_output().unwrap()).snapshot(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Waiting for another deploy: bob@desk (process 17)
    Stopping after what is under way; press Ctrl-C again to end at once
    error: Stopped after 0 of 1 changes, nothing was pruned. Deploy again to go on
    --- exit status 1 ---
    ");
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    assert_eq!(live(cluster, &namespace, "debug"), 0);
}
