//! The configuration is a commit, too.

use super::{CONFIG, Serving, history, level, live_level, open, without_revisions};

#[test]
fn a_broken_configuration_leaves_the_last_good_one_in_force() {
    let shop = open();
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    shop.write("landfall.yaml", &CONFIG.replace("branch:", "brunch:"));
    level(&shop, "debug");
    shop.work.commit("Break the configuration");
    serving.until("cannot be used").until("before the next commit");
    assert_eq!(live_level(&shop), "info");
    shop.write("landfall.yaml", CONFIG);
    shop.work.commit("Mend the configuration");
    serving.until("Live: 1 updated");
    let shown = history(&shop);
    insta::assert_snapshot!(without_revisions(&serving.end()), @"
    prod: follows the branch main
    prod: deploying [0] (Open the shop, Ada)
    prod: 1 to create
    prod: [0]: Live: 1 created
    warning: landfall.yaml of [1] cannot be used, so that of before stays in force: landfall.yaml:4:5: The field `brunch` is unknown; did you mean `branch`?
    prod: deploying [1] (Break the configuration, Ada)
    warning: prod: [1]: landfall.yaml:4:5: The field `brunch` is unknown; did you mean `branch`?
    Nothing is tried before the next commit
    prod: deploying [2] (Mend the configuration, Ada)
    prod: 1 to update
    prod: [2]: Live: 1 updated
    Ending once what is being written is written
    Ended; what was being written is written
    ");
    insta::assert_snapshot!(shown, @"
    hh:mm:ss  live  prod [0] Mend the configuration
        by Ada, serve by ada@$HOST, 1 updated, live after [N] s
    hh:mm:ss  failed  prod [1] Break the configuration
        by Ada, serve by ada@$HOST, no changes
        landfall.yaml:4:5: The field `brunch` is unknown; did you mean `branch`?
    hh:mm:ss  live  prod [2] Open the shop
        by Ada, serve by ada@$HOST, 1 created, live after [N] s
    ");
}

#[test]
fn environments_come_and_go_with_the_configuration() {
    let shop = open();
    let serving = Serving::start(&shop);
    serving.until("Live: 1 created");
    shop.write("landfall.yaml", &CONFIG.replace("  prod:", "  production:"));
    shop.work.commit("Rename the environment");
    serving.until("production: follows the branch main").until("Live: 1 unchanged");
    serving.until("prod: landfall.yaml does not have it any more");
    serving.end();
    assert_eq!(live_level(&shop), "info");
}
