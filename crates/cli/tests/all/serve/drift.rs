//! What others change is noticed between deploys.

use std::{collections::BTreeSet, thread::sleep, time::Duration};

use landfall_bench_cluster::Cluster;

use super::{CONFIG, Serving, corrects, history, level, live_level, open, set_level, with_drift, without_revisions};
use crate::{
    conformance::place::{Place, SERVICE},
    interchange::writes::landfalls_requests,
    live::stage::web,
    shop::{Shop, config_map},
};

/// An environment that does something else about drift.
fn open_with(mode: &str) -> Shop<'static> {
    let shop = Shop::open();
    shop.write("landfall.yaml", &with_drift(CONFIG, mode));
    level(&shop, "info");
    shop.work.commit("Open the shop");
    shop
}

/// An environment on a cluster of its own; nothing is committed.
fn open_on(cluster: &Cluster) -> Shop<'_> {
    let shop = Shop::on(cluster);
    shop.write("landfall.yaml", CONFIG);
    level(&shop, "info");
    shop
}

fn until_level(shop: &Shop<'_>, level: &str) {
    let mut tries = 0;
    while live_level(shop) != level {
        assert!(tries < 400, "the level is not {level} but {}", live_level(shop));
        tries += 1;
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn what_somebody_changes_or_deletes_is_put_right() {
    let shop = open();
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    corrects(&serving, &shop);
    shop.kubectl(&["delete", "configmap", "settings"]).ok();
    serving.until("drift: Live: 1 created");
    assert_eq!(live_level(&shop), "info");
    // What is not of the manifest is nobody's business, and what Landfall writes is no drift.
    shop.kubectl(&["annotate", "configmap", "settings", "note=mine"]).ok();
    level(&shop, "debug");
    shop.work.commit("Tell more");
    serving.until_times(": Live: 1 updated", 2);
    let shown = history(&shop);
    insta::assert_snapshot!(without_revisions(&serving.end()).replace(&shop.namespace, "$NS"), @r"
    prod: follows the branch main
    prod: deploying [0] (Open the shop, Ada)
    prod: 1 to create
    prod: [0]: Live: 1 created
    warning: prod: corrects drift: configmap/settings in namespace $NS: data[level] was changed by kubectl-patch
    prod: 1 to update
    prod: [0]: drift: Live: 1 updated
    warning: prod: corrects drift: configmap/settings in namespace $NS: it was deleted, or has lost the environment's label
    prod: 1 to create
    prod: [0]: drift: Live: 1 created
    prod: deploying [1] (Tell more, Ada)
    prod: 1 to update
    prod: [1]: Live: 1 updated
    Ending once what is being written is written
    Ended; what was being written is written
    ");
    // The cluster tells by whole seconds when others wrote, which may be those of a deploy.
    let (others, deploys): (Vec<&str>, Vec<&str>) = shown.lines().partition(|line| line.contains("not by Landfall"));
    insta::assert_snapshot!(others.join("\n"), @r"
    hh:mm:ss  not by Landfall  configmap/settings: it was deleted
    hh:mm:ss  not by Landfall  configmap/settings: data[level] was changed by kubectl-patch, which the next deploy overwrote
    ");
    insta::assert_snapshot!(deploys.join("\n"), @r"
    hh:mm:ss  live  prod [0] Tell more
        by Ada, serve by ada@$HOST, 1 updated, live after [N] s
    hh:mm:ss  live  prod [1] Open the shop
        by Ada, drift by ada@$HOST, 1 created, live after [N] s
    hh:mm:ss  live  prod [1] Open the shop
        by Ada, drift by ada@$HOST, 1 updated, live after [N] s
    hh:mm:ss  live  prod [1] Open the shop
        by Ada, serve by ada@$HOST, 1 created, live after [N] s
    ");
}

/// However large the environment is: what is as it was applied is neither read nor watched anew.
#[test]
fn a_correction_asks_only_about_what_was_changed() {
    let cluster = Cluster::start();
    let shop = open_on(&cluster);
    shop.write("base/other.yaml", &config_map("other"));
    shop.work.commit("Open the shop");
    let serving = Serving::start(&shop);
    serving.until("Live: 2 created");
    let asked = landfalls_requests(&cluster, || {
        for time in 1..=2 {
            set_level(&shop, "wrong");
            serving.until_times("drift: Live: 1 updated", time);
        }
    });
    serving.end();
    let without_record = |request: &String| match request.split_once(" landfall-") {
        Some((what, _)) => format!("{what} of the environment"),
        None => request.trim_end().to_owned(),
    };
    let asked: BTreeSet<String> = asked.iter().map(without_record).collect();
    // The kinds that the cluster has, and the records of all environments, are looked at each time.
    insta::assert_snapshot!(asked.into_iter().collect::<Vec<_>>().join("\n"), @r"
    get
    get configmaps of the environment
    get configmaps settings
    get leases of the environment
    list configmaps
    patch configmaps settings
    patch configmaps settings (dry run)
    update configmaps of the environment
    update leases of the environment
    ");
    let plan = shop.landfall(&["plan", "prod", "--exit-code"]);
    assert_eq!(plan.status, 0, "{}", plan.snapshot());
}

/// Such an object is known again by what of it is owned since when, and each write renews that.
#[test]
fn an_object_that_is_too_large_for_its_record_is_put_right_once() {
    let shop = open();
    let large = config_map("settings") + &format!("  text: {}\n", "x".repeat(300_000));
    shop.write("base/settings.yaml", &large);
    shop.work.commit("Tell very much");
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    corrects(&serving, &shop);
    sleep(Duration::from_secs(5));
    let said = serving.end();
    assert_eq!(said.matches("drift: Live").count(), 1, "{said}");
}

#[test]
fn it_is_only_told_where_that_is_asked_for() {
    let shop = open_with("report");
    let serving = Serving::start_with(&shop, &["--listen", "127.0.0.1:0"]);
    serving.until("Live: 1 created");
    set_level(&shop, "wrong");
    serving.until("drift: configmap/settings in namespace").until("was changed by kubectl-patch");
    serving.until_page("/", "Somebody else has changed what was applied");
    set_level(&shop, "info");
    serving.until("everything is as it was applied again");
    let said = serving.end();
    assert_eq!(said.matches("deploying").count(), 1, "{said}");
}

#[test]
fn what_is_only_told_stays_when_it_starts_again() {
    let shop = open_with("report");
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    set_level(&shop, "wrong");
    serving.until("was changed by kubectl-patch");
    serving.end();
    let serving = Serving::start(&shop);
    serving.until("Live as before; what others have changed since stays").until("was changed by kubectl-patch");
    assert_eq!(live_level(&shop), "wrong");
    // A commit is another matter.
    shop.write("base/other.yaml", &config_map("other"));
    shop.work.commit("Something else");
    serving.until("Live: 1 created, 1 updated");
    serving.end();
    assert_eq!(live_level(&shop), "info");
}

#[test]
fn nobody_looks_where_that_is_asked_for() {
    let shop = open_with("ignore");
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    set_level(&shop, "wrong");
    shop.write("base/other.yaml", &config_map("other"));
    shop.work.commit("Something else");
    let said = serving.until("Live: 1 created, 1 updated").said();
    assert!(!said.contains("drift"), "{said}");
    assert_eq!(live_level(&shop), "info");
}

#[test]
fn a_fight_is_named_and_slowed() {
    let shop = open();
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    for round in 1..=3 {
        set_level(&shop, "wrong");
        serving.until_times("drift: Live: 1 updated", round);
    }
    serving.until("is changed by somebody else again and again");
    set_level(&shop, "wrong");
    // A new commit ends the fight at once.
    level(&shop, "debug");
    shop.work.commit("Tell more");
    serving.until_times(": Live: 1 updated", 4);
    until_level(&shop, "debug");
    set_level(&shop, "wrong");
    serving.until_times("drift: Live: 1 updated", 4);
    serving.end();
}

#[test]
fn what_was_deployed_by_hand_stays_until_the_next_commit() {
    let shop = open();
    level(&shop, "debug");
    shop.work.commit("Tell more");
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    shop.landfall(&["deploy", "prod", "HEAD~1"]).success();
    serving.until("was deployed by hand; it stays until the next commit");
    assert_eq!(live_level(&shop), "info");
    assert!(!serving.end().contains("corrects"));
    let serving = Serving::start(&shop);
    serving.until("was deployed by ").until("was deployed by hand; it stays until the next commit");
    assert_eq!(live_level(&shop), "info");
    level(&shop, "trace");
    shop.work.commit("Tell everything");
    serving.until(": Live: 1 updated");
    let said = serving.end();
    assert!(!said.contains("corrects"), "{said}");
    assert_eq!(live_level(&shop), "trace");
}

#[test]
fn a_watch_that_was_cut_off_sees_what_happened_meanwhile() {
    let cluster = Cluster::start();
    let shop = open_on(&cluster);
    shop.work.commit("Open the shop");
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    cluster.restart_api_server();
    corrects(&serving, &shop);
    serving.end();
}

#[test]
fn a_refused_commit_leaves_what_is_live_to_be_kept() {
    let shop = open();
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    shop.write("base/broken.yaml", "piVersion: v1\n");
    shop.work.commit("Break it");
    serving.until("Nothing is tried before the next commit");
    corrects(&serving, &shop);
    serving.end();
}

#[test]
fn on_one_host_what_is_stopped_or_removed_comes_back() {
    let Some(place) = Place::engine() else { return };
    place.write("base/web.yaml", &web("v1", ""));
    place.write("base/service.yaml", SERVICE);
    place.work.commit("Open");
    let serving = Serving::start(&place);
    serving.until("Live: 2 created");
    let pod = || {
        let filter = format!("label=landfall.dev/namespace={}", place.namespace);
        let format = "{{.Label \"landfall.dev/container\"}} {{.ID}}";
        let listed = place.docker(&["ps", "--filter", &filter, "--format", format]);
        listed.lines().find_map(|line| line.strip_prefix("web ").map(str::to_owned)).unwrap()
    };
    place.docker(&["rm", "--force", &pod()]);
    serving.until_times("drift: Live: 1 repaired", 1);
    place.assert_runs(&["web landfall-bench/web:v1"]);
    place.docker(&["stop", "--time=0", &pod()]);
    serving.until_times("drift: Live: 1 repaired", 2);
    place.assert_runs(&["web landfall-bench/web:v1"]);
    serving.end();
}
