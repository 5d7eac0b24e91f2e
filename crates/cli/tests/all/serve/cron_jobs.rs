//! CronJobs on one host: their Jobs run while `landfall serve` does.

use super::Serving;
use crate::conformance::place::{Place, settings};

/// Due all the time. Its Jobs have the minute in their names, so that there is one a minute, as in a cluster.
const CRON_JOB: &str = "apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly, labels: {deploy: $NS}}
spec:
  schedule: '@every 1s'
  concurrencyPolicy: Forbid
  successfulJobsHistoryLimit: 1
  jobTemplate:
    metadata: {labels: {part: backup}}
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: work
            image: landfall-bench/web:v1
            env: [{name: EXIT_AFTER, value: 10ms}, {name: EXIT_CODE, value: '$CODE'}]
";

fn jobs(place: &Place) -> Vec<String> {
    let namespace = format!("label=landfall.dev/namespace={}", place.namespace);
    let format = "{{.Label \"batch.kubernetes.io/job-name\"}} {{.Status}}";
    let filters = ["--filter", &namespace, "--filter", "label=landfall.dev/container"];
    let listed = place.docker(&[&["ps", "--all", "--format", format][..], &filters].concat());
    // `nightly-29401234 Exited (0) 2 seconds ago`
    let minute = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit()) && word.len() == 8;
    let told = |line: &str| {
        let (name, status) = line.split_once(' ').unwrap();
        let (name, number) = name.rsplit_once('-').unwrap();
        assert!(minute(number), "{line}");
        format!("{name}-[MINUTE] {}", status.split(" (").next().unwrap_or_default())
    };
    listed.lines().map(told).collect()
}

#[test]
fn run_while_it_serves_and_go_with_their_cron_job() {
    let Some(place) = Place::engine() else { return };
    place.write("base/settings.yaml", &settings("settings", "info"));
    place.write("base/nightly.yaml", &CRON_JOB.replace("$CODE", "0"));
    place.work.commit("Open");
    let plan = place.landfall(&["plan"]);
    insta::assert_snapshot!(place.mask(&plan), @r"
    + create  configmap/settings  base/settings.yaml:1:1
    + create  cronjob/nightly     base/nightly.yaml:1:1

    2 to create
    --- stderr ---
    Plan for production at [REV] (Open)
    on the Docker engine at $ENGINE, namespace $NS

    warning: cronjob/nightly in namespace $NS (base/nightly.yaml:3:18) runs only while `landfall serve` runs for this environment
    --- exit status 0 ---
    ");
    let serving = Serving::start(&place);
    serving.until("job/nightly-").until("is done");
    assert_eq!(jobs(&place), ["nightly-[MINUTE] Exited"]);
    // The next minute's takes the place of the first one in the history.
    serving.until_times("is done", 2);
    place.until("the history holds one", || jobs(&place) == ["nightly-[MINUTE] Exited"]);

    place.write("base/nightly.yaml", &CRON_JOB.replace("$CODE", "3"));
    place.work.commit("Fail");
    serving.until("has failed as often as it may");

    place.work.remove("base/nightly.yaml");
    place.work.commit("Do without");
    serving.until_times("Live: ", 3);
    assert_eq!(jobs(&place), [""; 0]);
    let said = serving.end();
    assert!(!said.contains("cannot be run now"), "{said}");
    assert!(place.all().iter().all(|one| !one.contains("nightly")), "{:?}", place.all());
}

#[test]
fn a_schedule_that_is_none_is_refused() {
    let Some(place) = Place::engine() else { return };
    let wrong = CRON_JOB.replace("'@every 1s'", "'0 3 * * 7'").replace("Forbid", "Forbit");
    place.write("base/nightly.yaml", &wrong.replace("spec:\n  sch", "spec:\n  timeZone: Mars/Olympus\n  sch"));
    place.work.commit("Open");
    insta::assert_snapshot!(place.report(&place.landfall(&["plan"]), "error:"), @r"
    --- stderr ---
    error: This revision would not be deployed
      - base/nightly.yaml:5:13: Docker cannot run cronjob/nightly in namespace $NS: 3 fields cannot be honoured
          base/nightly.yaml:5:13: spec.timeZone: 'Mars/Olympus' is no time zone
          base/nightly.yaml:6:13: spec.schedule: '7' has the day of the week 7; Sunday is 0
          base/nightly.yaml:7:22: spec.concurrencyPolicy: must be `Allow`, `Forbid` or `Replace`, but it is `Forbit`
        to go on: correct the manifest; docs/docker.md lists what is supported on one host
    --- exit status 1 ---
    ");
}
