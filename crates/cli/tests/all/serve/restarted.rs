//! What a process finds that is started anew: the newest commit is refused, or the one before it was cut off.

use super::{CONFIG, Serving, corrects, level, live_level, open, set_level, superseded::WEB};
use crate::{kills::record::Record, shop::Shop};

/// The shop with two commits of which the first is live, and nobody who serves it. The second one is `broken`.
fn closed(broken: (&str, &str)) -> Shop<'static> {
    let shop = open();
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    serving.kill();
    shop.write(broken.0, broken.1);
    shop.work.commit("Break it");
    shop
}

#[test]
fn what_is_live_is_kept_while_the_newest_commit_is_at_fault() {
    let shop = closed(("base/broken.yaml", "piVersion: v1\n"));
    set_level(&shop, "while nobody looked");
    let serving = Serving::start(&shop);
    serving.until("Nothing is tried before the next commit").until_times("drift: Live: 1 updated", 1);
    assert_eq!(live_level(&shop), "info");
    set_level(&shop, "wrong");
    serving.until_times("drift: Live: 1 updated", 2);
    assert_eq!(live_level(&shop), "info");
    serving.end();
}

#[test]
fn what_is_live_is_kept_while_the_newest_commit_is_refused_again_and_again() {
    let elsewhere = crate::shop::config_map("far").replace("name: far", "name: far\n  namespace: nowhere");
    let shop = closed(("base/far.yaml", &elsewhere));
    let serving = Serving::start(&shop);
    serving.until("Tried again in");
    corrects(&serving, &shop);
    serving.end();
}

#[test]
fn a_broken_configuration_leaves_the_last_good_one_in_force() {
    let shop = closed(("landfall.yaml", &CONFIG.replace("branch:", "brunch:")));
    let serving = Serving::start(&shop);
    serving.until("that of before stays in force").until("Nothing is tried before the next commit");
    corrects(&serving, &shop);
    serving.end();
    let deploys = Record::of(&shop.work).deploys().into_iter();
    let words: Vec<String> = deploys.map(|deploy| format!("{} {}", deploy.outcome, deploy.subject)).collect();
    assert_eq!(words, ["live Open the shop", "failed Break it", "live Open the shop"]);
}

#[test]
fn what_was_cut_off_before_a_refused_commit_is_brought_to_its_end() {
    let shop = closed(("base/broken.yaml", "piVersion: v1\n"));
    // As if it had been killed between its first write and its last.
    Record::of(&shop.work)
        .run("UPDATE deploys SET outcome = 'running', applied = NULL, live = NULL, ended = NULL, effect = NULL");
    shop.kubectl(&["delete", "configmap", "settings"]).ok();
    let serving = Serving::start(&shop);
    serving.until("goes on with ").until("Live: 1 created");
    assert_eq!(live_level(&shop), "info");
    corrects(&serving, &shop);
    serving.end();
}

#[test]
fn what_was_cut_off_while_it_waited_waits_on_until_the_next_commit() {
    let shop = open();
    shop.write("base/web.yaml", WEB);
    shop.work.commit("Open the web");
    let serving = Serving::start(&shop);
    serving.until("2 to create");
    while shop.live("deployments").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    serving.kill();
    shop.write("base/broken.yaml", "piVersion: v1\n");
    shop.work.commit("Break it");
    let serving = Serving::start(&shop);
    serving.until("Nothing is tried before the next commit").until("goes on with ").until_times("prod: ", 5);
    shop.remove("base/broken.yaml").remove("base/web.yaml");
    shop.work.commit("Close the web");
    serving.until("Live: 1 pruned");
    serving.end();
    let deploys = Record::of(&shop.work).deploys().into_iter();
    let words: Vec<String> = deploys.map(|one| format!("{} {} {}", one.outcome, one.subject, one.resumes)).collect();
    assert_eq!(words, ["superseded Open the web 1", "failed Break it 0", "live Close the web 0"]);
}

#[test]
fn what_was_cut_off_before_its_first_write_ends_with_the_next_commit() {
    let shop = closed(("base/settings.yaml", "kind: [\n"));
    let record = Record::of(&shop.work);
    record.run(
        "UPDATE deploys SET outcome = 'running', first_write = NULL, applied = NULL, live = NULL, ended = NULL, effect = NULL",
    );
    let serving = Serving::start(&shop);
    serving.until("Nothing is tried before the next commit");
    let outcomes = || record.deploys().into_iter().map(|deploy| deploy.outcome).collect::<Vec<_>>();
    assert_eq!(outcomes(), ["interrupted", "failed"]);
    level(&shop, "debug");
    shop.work.commit("Mend it");
    serving.until("Live: 1 updated");
    serving.end();
    assert_eq!(outcomes(), ["interrupted", "failed", "live"]);
}

#[test]
fn what_waited_when_it_was_cut_off_ends_with_a_commit_that_changes_nothing() {
    let shop = open();
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    serving.kill();
    let record = Record::of(&shop.work);
    record.run("UPDATE deploys SET outcome = 'running', live = NULL, ended = NULL, effect = NULL");
    shop.work.commit("Change nothing");
    let serving = Serving::start(&shop);
    serving.until("Live: 1 unchanged");
    serving.end();
    let outcomes: Vec<String> = record.deploys().into_iter().map(|deploy| deploy.outcome).collect();
    assert_eq!(outcomes, ["superseded", "live"]);
}
